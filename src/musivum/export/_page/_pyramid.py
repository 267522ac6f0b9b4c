"""The drawn mosaic as zoom tiles in a spool, and what the page must know to find them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.export._page._places import column
from musivum.export._page._spool import Spool
from musivum.export._zoom._tiles import ZoomTile, tiles_ahead, zoom_tiles
from musivum.geometry import Size
from musivum.progress import Progress
from musivum.raster import jpeg_options
from musivum.threads import in_order, thread_count

if TYPE_CHECKING:
    from musivum.render import Drawing

_SIDE = 512


class Pyramid(NamedTuple):
    """Names of the zoom tiles in the order of the spool, and where in it each is, as JSON."""

    names: list[str]
    about: dict[str, Any]


def add_pyramid(
    spool: Spool, drawing: Drawing, folder: Path, *, quality: int, workers: int | None, progress: Progress
) -> Pyramid:
    """Draw a mosaic into a spool: JPEG, or WebP where it is transparent. The page counts levels from the smallest."""
    from musivum.export._zoom._pyramid import level_sizes

    transparent = drawing.channels == 4
    kind, suffix = ("webp", "webp") if transparent else ("jpeg", "jpg")
    options: dict[str, Any] = {"quality": quality} if transparent else jpeg_options(quality)
    sizes = level_sizes(drawing.size, _SIDE)

    def encoded(tile: ZoomTile) -> tuple[ZoomTile, bytes]:
        with tempfile.TemporaryFile(dir=folder) as file:  # while Pillow writes into a file, other threads work
            tile.picture.save(file, kind, **options)
            file.seek(0)
            return tile, file.read()

    names, numbers, starts = [], *_numbered(sizes)
    tiles = zoom_tiles(drawing.strips(progress=progress), sizes, drawing.channels, step=_SIDE)
    for tile, piece in in_order(encoded, tiles, thread_count(workers), ahead=tiles_ahead(_SIDE)):
        names.append(f"zoom/{len(sizes) - 1 - tile.level}/{tile.column}_{tile.row}.{suffix}")
        across = -(-sizes[tile.level].width // _SIDE)
        numbers[starts[tile.level] + tile.row * across + tile.column] = spool.add(piece)
    about = {
        "levels": [list(size) for size in reversed(sizes)],
        "first": starts[::-1],
        "numbers": column(numbers),
        "side": _SIDE,
        "kind": kind,
        "transparent": transparent,
    }
    return Pyramid(names, about)


def _numbered(sizes: list[Size]) -> tuple[npt.NDArray[np.uint32], list[int]]:
    """Room for a number for each zoom tile, and where those of each level begin."""
    counts = [-(-size.width // _SIDE) * -(-size.height // _SIDE) for size in sizes]
    ends = np.cumsum([0, *counts])
    return np.zeros(ends[-1], np.uint32), ends[:-1].tolist()

"""The rows of a pyramid, cut into zoom tiles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.geometry import Box, Size
from musivum.raster import jpeg_options

if TYPE_CHECKING:
    from PIL import Image

_BYTES_AHEAD = 32 * 2**20


class ZoomTile(NamedTuple):
    """One zoom tile: its place among those of its level, and its pixels.

    Attributes
    ----------
    level
        0 is the whole size.
    box
        In pixels of the level, those that it shares with its neighbours included.
    picture
        RGBX or RGBA.
    """

    level: int
    column: int
    row: int
    box: Box
    picture: Image.Image


def zoom_tiles(
    strips: Iterable[npt.NDArray[np.uint8]], sizes: list[Size], channels: int, *, step: int, overlap: int = 0
) -> Iterator[ZoomTile]:
    """Zoom tiles of all levels, those of each in rows from left to right; see `slabs`."""
    from PIL import Image

    from musivum.export._zoom._pyramid import slabs

    mode = "RGBX" if channels == 3 else "RGBA"
    for slab in slabs(strips, sizes, channels, step=step, overlap=overlap):
        height, width = slab.pixels.shape[:2]
        rows = Image.frombuffer(mode, (width, height), slab.pixels, "raw", mode, 0, 1)
        for column, left in enumerate(range(0, width, step)):
            x0, x1 = max(left - overlap, 0), min(left + step + overlap, width)
            box = Box(x0, slab.top, x1, slab.top + height)
            yield ZoomTile(slab.level, column, slab.row, box, rows.crop((x0, 0, x1, height)))


def tiles_ahead(side: int) -> int:
    """How many zoom tiles are cut before they are written, such that threads have work while rows are drawn."""
    return max(1, _BYTES_AHEAD // (4 * side * side))


def tile_format(channels: int) -> str:
    """Suffix of zoom tiles: of JPEG, or of PNG where they are transparent."""
    return "jpg" if channels == 3 else "png"


def save(tile: ZoomTile, path: Path, quality: int) -> None:
    """Write a zoom tile as JPEG or PNG into a file: other threads work meanwhile."""
    if path.suffix == ".png":
        tile.picture.save(path, "PNG", compress_level=3)
    else:
        tile.picture.save(path, "JPEG", **jpeg_options(quality))

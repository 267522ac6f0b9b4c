"""TIFF in zoom tiles with all its halved levels, as programs for maps, slides and archives read it.

The levels are pages after the first, marked as reduced: what libvips, OpenSlide, QuPath and GDAL (QGIS) look for.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from musivum.atomic import check_place, replacing, writing
from musivum.errors import OptionError
from musivum.export._look import Look, Picture
from musivum.export._zoom._options import ZoomOptions
from musivum.export._zoom._tiles import ZoomTile, tiles_ahead, zoom_tiles
from musivum.geometry import Size
from musivum.library import Library
from musivum.plan import Plan
from musivum.progress import Progress
from musivum.raster import begin_tiff, end_tiff, srgb_profile, tiff_tile, tiled_page
from musivum.threads import in_order, thread_count

_LOSSLESS = 100


def check_pyramidal(
    path: Path, size: Size, *, channels: int, options: ZoomOptions | None = None, quality: int, dpi: float | None
) -> None:
    """Raise OptionError unless a file can be written there."""
    if options is not None and options.address is not None:
        raise OptionError(f"cannot write {path} with an address: only .iiif holds one")
    check_place(path)


def write_pyramidal(
    plan: Plan,
    library: Library,
    path: Path,
    look: Look,
    *,
    options: ZoomOptions | None = None,
    quality: int,
    dpi: float | None,
    progress: Progress,
) -> Picture:
    """Draw a plan into a pyramidal TIFF: zoom tiles in JPEG, or without loss at quality 100 or where transparent."""
    from musivum.export._zoom._pyramid import level_sizes

    side = (options or ZoomOptions()).zoom_tile
    drawing = look.drawing(plan, library)
    channels = drawing.channels
    lossy = None if quality == _LOSSLESS or channels == 4 else quality
    sizes = level_sizes(drawing.size, side)
    resolutions = [None if dpi is None else (dpi / 2**level, dpi / 2**level) for level in range(len(sizes))]
    pages = [
        tiled_page(
            size, side, channels, quality=lossy, reduced=level > 0, icc_profile=srgb_profile(), dpi=resolutions[level]
        )
        for level, size in enumerate(sizes)
    ]
    encode = partial(_encoded, side=side, channels=channels, quality=lossy, folder=path.parent)
    tiles = zoom_tiles(drawing.strips(progress=progress), sizes, channels, step=side)
    with writing(path), replacing(path) as temporary, temporary.open("wb") as file:
        begin_tiff(file)
        for level, data in in_order(encode, tiles, thread_count(look.workers), ahead=tiles_ahead(side)):
            pages[level].add(file, data)
        end_tiff(file, pages)
    return Picture(path, drawing.size, drawing.drawn)


def _encoded(tile: ZoomTile, *, side: int, channels: int, quality: int | None, folder: Path) -> tuple[int, bytes]:
    return tile.level, tiff_tile(tile.picture, side, channels, quality=quality, folder=folder)

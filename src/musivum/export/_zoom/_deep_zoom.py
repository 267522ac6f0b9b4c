"""Deep zoom: a small file that describes a picture, and a folder of its levels in zoom tiles.

References
----------
.. [1] Microsoft, "Deep Zoom File Format Overview", as OpenSeadragon and libvips read and write it.
"""

from __future__ import annotations

from pathlib import Path

from musivum.atomic import check_folder, check_place, replacing, replacing_folder, writing
from musivum.errors import OptionError
from musivum.export._look import Look, Picture
from musivum.export._zoom._options import ZoomOptions
from musivum.export._zoom._tiles import ZoomTile, save, tile_format, tiles_ahead, zoom_tiles
from musivum.geometry import Size
from musivum.library import Library
from musivum.plan import Plan
from musivum.progress import Progress
from musivum.threads import in_order, thread_count

_OVERLAP = 1  # so that a browser that scales zoom tiles shows no seams between them
_FORM = """<?xml version="1.0" encoding="UTF-8"?>
<Image xmlns="http://schemas.microsoft.com/deepzoom/2008" Format="{suffix}" Overlap="{overlap}" TileSize="{step}">
  <Size Width="{width}" Height="{height}"/>
</Image>
"""


def check_deep_zoom(
    path: Path, size: Size, *, channels: int, options: ZoomOptions | None = None, quality: int, dpi: float | None
) -> None:
    """Raise OptionError unless a deep zoom and its folder can be written there."""
    if options is not None and options.address is not None:
        raise OptionError(f"cannot write {path} with an address: only .iiif holds one")
    check_place(path)
    check_folder(_files(path))


def write_deep_zoom(
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
    """Draw a plan into NAME.dzi and NAME_files/LEVEL/COLUMN_ROW.jpg, or .png where it is transparent."""
    from musivum.export._zoom._pyramid import level_sizes

    drawing = look.drawing(plan, library)
    size, channels, suffix = drawing.size, drawing.channels, tile_format(drawing.channels)
    side = (options or ZoomOptions()).zoom_tile
    step = side - 2 * _OVERLAP
    sizes = level_sizes(size, 1)
    files = _files(path)
    with writing(path):
        with replacing_folder(files, path) as folder:
            folders = [folder / str(level) for level in reversed(range(len(sizes)))]
            for each in folders:
                each.mkdir()

            def write(tile: ZoomTile) -> None:
                save(tile, folders[tile.level] / f"{tile.column}_{tile.row}.{suffix}", quality)

            tiles = zoom_tiles(drawing.strips(progress=progress), sizes, channels, step=step, overlap=_OVERLAP)
            for _ in in_order(write, tiles, thread_count(look.workers), ahead=tiles_ahead(side)):
                pass
        with replacing(path) as temporary:
            temporary.write_text(
                _FORM.format(suffix=suffix, overlap=_OVERLAP, step=step, width=size.width, height=size.height)
            )
    return Picture(path, size, drawing.drawn, (f"the pieces lie in {files}: keep that folder beside the file",))


def _files(path: Path) -> Path:
    return path.with_name(f"{path.stem}_files")

"""A folder that answers as an image server does, without one: IIIF at level 0.

References
----------
.. [1] IIIF Consortium, "Image API 3.0", 2020: section 4, image requests, 5, image information, and the compliance
   document's level 0. https://iiif.io/api/image/3.0/
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

from musivum.atomic import check_folder, replacing_folder, writing
from musivum.export._look import Look, Picture
from musivum.export._zoom._options import ZoomOptions
from musivum.export._zoom._tiles import ZoomTile, save, tile_format, tiles_ahead, zoom_tiles
from musivum.geometry import Size
from musivum.library import Library
from musivum.plan import Plan
from musivum.progress import Progress
from musivum.threads import in_order, thread_count

_LOCAL = "http://localhost:8000"  # where `python -m http.server` serves the folder it is started in
_SMALLEST = 128  # longer side of the least size, for lists of pictures


def check_iiif(
    path: Path, size: Size, *, channels: int, options: ZoomOptions | None = None, quality: int, dpi: float | None
) -> None:
    """Raise OptionError unless such a folder can be written there."""
    check_folder(path)


def write_iiif(
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
    """Draw a plan into a folder of info.json and REGION/SIZE/0/default.jpg, or .png where it is transparent."""
    from musivum.export._zoom._pyramid import level_sizes

    options = options or ZoomOptions()
    drawing = look.drawing(plan, library)
    side, suffix = options.zoom_tile, tile_format(drawing.channels)
    sizes = level_sizes(drawing.size, min(side, _SMALLEST))
    address = f"{_LOCAL}/{quote(os.fsencode(path.name))}" if options.address is None else options.address.rstrip("/")
    with writing(path), replacing_folder(path) as folder:

        def write(tile: ZoomTile) -> None:
            for place in _places(tile, sizes, side):
                file = folder / place / f"0/default.{suffix}"
                file.parent.mkdir(parents=True, exist_ok=True)
                save(tile, file, quality)

        tiles = zoom_tiles(drawing.strips(progress=progress), sizes, drawing.channels, step=side)
        for _ in in_order(write, tiles, thread_count(look.workers), ahead=tiles_ahead(side)):
            pass
        (folder / "info.json").write_text(json.dumps(_information(address, sizes, side, suffix), indent=2) + "\n")
    said = f"made to be served as {address}" + ("" if options.address else "; say where else with --address")
    return Picture(path, drawing.size, drawing.drawn, (said,))


def _places(tile: ZoomTile, sizes: list[Size], side: int) -> list[str]:
    """Region and size [1] under which viewers ask for a zoom tile."""
    x0, y0, x1, y1 = map(int, tile.box)
    size = f"{x1 - x0},{y1 - y0}"
    first_whole = len(sizes) - len(_whole(sizes, side))
    if tile.level >= first_whole:
        return [f"full/{size}", *(["full/max"] if tile.level == first_whole else [])]
    factor, (width, height) = 2**tile.level, sizes[0]
    left, top = x0 * factor, y0 * factor
    return [f"{left},{top},{min(x1 * factor, width) - left},{min(y1 * factor, height) - top}/{size}"]


def _whole(sizes: list[Size], side: int) -> list[Size]:
    """Levels that are the picture as a whole, in one zoom tile."""
    return [size for size in sizes if max(size) <= side]


def _information(address: str, sizes: list[Size], side: int, suffix: str) -> dict[str, Any]:
    """What info.json holds [1]; `full/max` is the largest that fits in one zoom tile."""
    formats = {} if suffix == "jpg" else {"extraFormats": [suffix], "preferredFormats": [suffix]}
    return {
        "@context": "http://iiif.io/api/image/3/context.json",
        "id": address,
        "type": "ImageService3",
        "protocol": "http://iiif.io/api/image",
        "profile": "level0",
        "width": sizes[0].width,
        "height": sizes[0].height,
        "maxWidth": side,
        "maxHeight": side,
        "sizes": [{"width": width, "height": height} for width, height in reversed(_whole(sizes, side))],
        "tiles": [{"width": side, "height": side, "scaleFactors": [2**level for level in range(len(sizes))]}],
        **formats,
    }

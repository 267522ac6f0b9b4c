"""The photos of a plan as they are, upright and whole, small enough for a page."""

from __future__ import annotations

import datetime as dt
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.errors import UnreadableImage
from musivum.export._names import legible
from musivum.geometry import Size
from musivum.library import Library
from musivum.plan import Plan
from musivum.raster import decode, taken
from musivum.threads import in_order, thread_count

_DRAWN = re.compile(r"^(builtin|generated):")


class Photo(NamedTuple):
    """A JPEG file, its width and height, and when the photo was taken (with a time) or its file changed, or ""."""

    jpeg: bytes
    size: tuple[int, int]
    taken: str


def photo_names(plan: Plan, tiles: npt.NDArray[np.int64]) -> list[str]:
    """File names of some tiles, without their folders; what is no text shows as replacement characters."""
    return [legible(Path(_DRAWN.sub("", plan.tiles.sources[tile])).name) for tile in tiles.tolist()]


def photos_of(
    plan: Plan,
    library: Library,
    tiles: npt.NDArray[np.int64],
    sides: npt.NDArray[np.int64],
    *,
    quality: int,
    workers: int | None,
) -> Iterator[Photo]:
    """Some tiles (k,) of a plan, at most `sides` (k,) pixels long, in order; a few of them are in memory at a time.

    Each comes from its original if that is as it was indexed, else from the library's thumbnail.
    """
    from musivum.render import tile_rows

    rows, workers = tile_rows(plan, library)[tiles], thread_count(workers)
    full = plan.tiles.sizes[tiles]

    def photo(k: int) -> Photo:
        return _photo(library, int(rows[k]), Size(*full[k].tolist()), int(sides[k]), quality)

    return in_order(photo, range(len(tiles)), workers, ahead=2 * workers)


def _photo(library: Library, row: int, full: Size, side: int, quality: int) -> Photo:
    when = ""
    pixels = None
    if _is_as_indexed(library, row):
        source = library.sources[row]
        when = taken(source) or _day(int(library.stamps[row, 1]))
        pixels = _original(source, full, side) if side > max(library.thumbs.sizes[row]) else None
    if pixels is None:
        pixels = _shrunk(library.thumbs[row], side)
    return Photo(jpeg_of(pixels, quality), (pixels.shape[1], pixels.shape[0]), when)


def _is_as_indexed(library: Library, row: int) -> bool:
    try:
        status = os.stat(library.sources[row])
    except (OSError, ValueError):
        return False
    return bool([status.st_size, status.st_mtime_ns] == library.stamps[row].tolist())


def _original(source: str, full: Size, side: int) -> npt.NDArray[np.uint8] | None:
    try:
        decoded = decode(source, long_side=side)
    except UnreadableImage:
        return None
    return decoded.pixels if decoded.size == full else None


def _day(nanoseconds: int) -> str:
    """The day of a file's time, by UTC, so that the page is the same on every machine."""
    moment = dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=nanoseconds // 1000)
    return moment.date().isoformat()


def _shrunk(pixels: npt.NDArray[np.uint8], side: int) -> npt.NDArray[np.uint8]:
    from PIL import Image

    image = Image.fromarray(np.ascontiguousarray(pixels))
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    return np.asarray(image)


def jpeg_of(pixels: npt.NDArray[np.uint8], quality: int) -> bytes:
    """A JPEG without anything but its pixels, in sRGB."""
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=quality, optimize=True, subsampling=2)
    return stream.getvalue()

"""Pictures to files: PNG, JPEG, WebP and TIFF with resolution and an sRGB profile."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.atomic import check_place, replacing, writing
from musivum.errors import OptionError
from musivum.geometry import Size
from musivum.raster._bands import bands, rows_of
from musivum.raster._jpeg import write_jpeg
from musivum.raster._png_writer import write_png
from musivum.raster._tiff import write_tiff
from musivum.threads import thread_count

if TYPE_CHECKING:
    from PIL import Image


class _Format(NamedTuple):
    name: str
    longest: int
    """Pixels of the longest side that the format can hold."""


PICTURE_FORMATS: dict[str, _Format] = {
    ".png": _Format("PNG", 2**31 - 1),
    ".jpg": _Format("JPEG", 65500),
    ".jpeg": _Format("JPEG", 65500),
    ".webp": _Format("WebP", 16383),
    ".tif": _Format("TIFF", 2**31 - 1),
    ".tiff": _Format("TIFF", 2**31 - 1),
}
"""What `write_picture` can write, by suffix."""


def check_coding(*, quality: int = 92, dpi: float | None = None) -> None:
    """Raise OptionError unless this is a quality, and a resolution in pixels per inch."""
    if not 1 <= quality <= 100:
        raise OptionError(f"quality {quality} is outside 1..100")
    if dpi is not None and not 0 < dpi < 65536:
        raise OptionError(f"{dpi} pixels per inch is not a resolution; give a number above 0, such as 300")


def check_picture(
    path: str | Path, size: Size, *, quality: int = 92, dpi: float | None = None, channels: int = 3
) -> None:
    """Raise OptionError unless a picture of this size can be written so: call it before the work, not after."""
    path = Path(path)
    check_coding(quality=quality, dpi=dpi)
    kind = PICTURE_FORMATS.get(path.suffix.lower())
    if kind is None:
        raise OptionError(f"cannot write {path}: the suffix must be one of {', '.join(PICTURE_FORMATS)}")
    if channels == 4 and kind.name == "JPEG":
        raise OptionError(
            f"cannot write {path}: JPEG cannot be transparent; write a PNG, WebP or TIFF, or choose another background "
            "(target, or a colour)"
        )
    if max(size) > kind.longest:
        raise OptionError(
            f"cannot write {path}: {kind.name} holds at most {kind.longest} pixels a side and the picture has "
            f"{size.width} x {size.height}; write a PNG or TIFF, or draw it smaller"
        )
    check_place(path)


def write_picture(
    path: str | Path,
    rows: Iterable[npt.NDArray[np.uint8]],
    size: Size,
    *,
    quality: int = 92,
    dpi: float | None = None,
    channels: int = 3,
    workers: int | None = None,
) -> None:
    """Write strips (h_i, width, channels) of sRGB bytes, top to bottom, as one picture; the suffix chooses the format.

    Memory holds a few strips; only WebP is gathered in one Pillow image (4 bytes a pixel), because its encoder wants
    the whole picture. The file appears in one step: readers see the old one or the whole new one.

    Parameters
    ----------
    quality
        1..100, for JPEG (no chroma subsampling from 90 on) and WebP (lossless at 100).
    dpi
        Pixels per inch written into PNG, JPEG and TIFF files; WebP has no field for it and gets an EXIF block.
    channels
        3 for colours, 4 for colours and opacity, which JPEG cannot hold.
    workers
        Threads; the file does not depend on it. By default one a processor.

    Raises
    ------
    OptionError
        If the suffix, the size, the folder or an option does not do, or the disk is full.
    ValueError
        If the strips do not add up to `size`.
    """
    path, workers = Path(path), thread_count(workers)
    check_picture(path, size, quality=quality, dpi=dpi, channels=channels)
    kind = PICTURE_FORMATS[path.suffix.lower()].name
    about: dict[str, Any] = {"icc_profile": srgb_profile()}
    if dpi is not None and kind != "WebP":
        about["dpi"] = (dpi, dpi)
    with writing(path), replacing(path) as temporary, temporary.open("wb") as file:
        if kind == "JPEG":
            write_jpeg(file, rows, size, path.parent, workers, quality=quality, **about)
        elif kind == "PNG":
            write_png(file, rows, size, channels, workers, **about)
        elif kind == "TIFF":
            write_tiff(file, rows, size, channels, workers, **about)
        else:
            if dpi is not None:
                about["exif"] = _exif_resolution(dpi)
            image = _gathered(rows, size, channels)
            image.save(file, kind, quality=quality, lossless=quality == 100, method=4, **about)


def _gathered(rows: Iterable[npt.NDArray[np.uint8]], size: Size, channels: int) -> Image.Image:
    from PIL import Image

    picture = Image.new("RGBA" if channels == 4 else "RGB", size)
    row = 0
    for band in bands(rows, size, channels, rows_of(size, channels)):
        picture.paste(Image.fromarray(band), (0, row))
        row += len(band)
    return picture


def _exif_resolution(dpi: float) -> bytes:
    from PIL import Image

    exif = Image.Exif()
    exif[0x011A] = exif[0x011B] = dpi
    exif[0x0128] = 2
    return exif.tobytes()


@cache
def srgb_profile() -> bytes:
    """An ICC profile that says sRGB."""
    from PIL import ImageCms

    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = bytes((7, 208, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0))  # not the clock: equal pictures are equal files
    return bytes(profile)

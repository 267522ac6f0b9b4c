"""When a photo was taken."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from PIL import Image

from musivum.raster._decode import open_picture
from musivum.raster._limits import DEFAULT_LIMITS, Limits
from musivum.raster._quiet import quiet
from musivum.raster._sniff import HEAD, sniff

_PHOTO_BLOCK, _TAKEN = 0x8769, 0x9003
_FORM, _LENGTH = "%Y:%m:%d %H:%M:%S", 19
_LARGEST_BLOCK = 2**20  # bytes of EXIF; a JPEG can hold 65,533


def taken(source: str | os.PathLike[str], *, limits: Limits = DEFAULT_LIMITS) -> str | None:
    """When a photo was taken, as its camera's clock showed it: ``2024-07-21T18:05``; None if the file does not say.

    That is EXIF's DateTimeOriginal. No pixels are decoded, and a block that is damaged, far too large or holds no
    sensible date says nothing.
    """
    try:
        with Path(source).open("rb") as file:
            if file.seek(0, os.SEEK_END) > limits.bytes:
                return None
            file.seek(0)
            format = sniff(file.read(HEAD))
            file.seek(0)
            with quiet(), open_picture(file, format) as image:
                return _moment(image.getexif() if format == "TIFF" else _block(image.info.get("exif")))
    except Exception:  # decoders raise a dozen kinds on damaged files
        return None


def _block(found: object) -> Image.Exif:
    exif = Image.Exif()
    if isinstance(found, bytes) and len(found) <= _LARGEST_BLOCK:
        exif.load(found)
    return exif


def _moment(exif: Image.Exif) -> str | None:
    said = exif.get_ifd(_PHOTO_BLOCK).get(_TAKEN)
    return datetime.strptime(said[:_LENGTH], _FORM).isoformat(timespec="minutes") if isinstance(said, str) else None

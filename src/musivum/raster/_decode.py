"""Files to pixels: sniff, check the limits, decode at reduced scale, colour-manage, turn upright."""

from __future__ import annotations

import importlib
import io
import os
import struct
import threading
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from musivum.errors import UnreadableImage
from musivum.geometry import Size
from musivum.raster._limits import DEFAULT_LIMITS, Limits
from musivum.raster._modes import to_bytes
from musivum.raster._orient import SELF_ORIENTING, swaps_axes, turn_of
from musivum.raster._png import check_image_data
from musivum.raster._profile import to_srgb
from musivum.raster._quiet import quiet
from musivum.raster._sniff import HEAD, sniff

# The classes are called directly: `Image.open` warns by a limit of its own that could only be moved for the whole
# process, and pi_heif would have to be registered in Pillow.
_READERS = {
    "JPEG": ("PIL.JpegImagePlugin", "JpegImageFile"),
    "PNG": ("PIL.PngImagePlugin", "PngImageFile"),
    "WEBP": ("PIL.WebPImagePlugin", "WebPImageFile"),
    "TIFF": ("PIL.TiffImagePlugin", "TiffImageFile"),
    "GIF": ("PIL.GifImagePlugin", "GifImageFile"),
    "BMP": ("PIL.BmpImagePlugin", "BmpImageFile"),
    "AVIF": ("PIL.AvifImagePlugin", "AvifImageFile"),
    "HEIF": ("pi_heif.as_plugin", "HeifImageFile"),
    "JPEG2000": ("PIL.Jpeg2KImagePlugin", "Jpeg2KImageFile"),
}

_LARGE = 32_000_000
_one_large_picture = threading.Lock()


class Decoded(NamedTuple):
    """A picture in memory.

    Attributes
    ----------
    pixels : ndarray of shape (h, w, 3), uint8
        sRGB, upright.
    size : Size
        The picture's full upright size, whatever the size of `pixels`.
    format : str
        Name of the file's format, such as ``"JPEG"``.
    opacity : ndarray of shape (h, w), uint8, or None
        Of each pixel before it was laid on white, 255 where nothing shone through; None where all of the picture is so.
    """

    pixels: npt.NDArray[np.uint8]
    size: Size
    format: str
    opacity: npt.NDArray[np.uint8] | None = None


def decode(
    source: str | os.PathLike[str] | bytes | IO[bytes],
    *,
    short_side: int | None = None,
    long_side: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Decoded:
    """Decode the first frame of a picture to upright sRGB pixels.

    JPEGs are decoded at a reduced scale (the inverse DCT of fewer coefficients) and every format is then resampled
    with an antialiasing Hamming window. ICC profiles, grey and CMYK included, are applied after downsizing; a damaged
    profile or EXIF block is ignored. Transparent pixels are averaged premultiplied and laid on white. A file that ends
    early is refused, not loaded in part: half a picture makes a grey tile. No warning reaches the caller.

    Parameters
    ----------
    source : path, bytes or seekable binary file
        The file. A file object is read from its start and left open.
    short_side, long_side : int, optional
        The result's short side is ``min(short_side, own)``, then at most `long_side` the other way; never enlarged.
    limits : Limits
        Checked before anything is decoded.

    Raises
    ------
    UnreadableImage
        The reason, without the path.
    """
    try:
        if isinstance(source, bytes):
            return _decode(io.BytesIO(source), short_side, long_side, limits)
        if isinstance(source, (str, os.PathLike)):
            with Path(source).open("rb") as file:
                return _decode(file, short_side, long_side, limits)
        return _decode(source, short_side, long_side, limits)
    except UnreadableImage:
        raise
    except Exception as fault:  # decoders raise a dozen kinds on damaged files
        raise UnreadableImage(_reason(fault)) from fault


def _decode(file: IO[bytes], short_side: int | None, long_side: int | None, limits: Limits) -> Decoded:
    length = file.seek(0, io.SEEK_END)
    if length > limits.bytes:
        raise UnreadableImage(f"the file has {length:,} bytes, above the limit of {limits.bytes:,}")
    file.seek(0)
    format = sniff(file.read(HEAD))
    file.seek(0)
    if format == "PNG":
        check_image_data(file)
    with quiet(), open_picture(file, format) as image:
        stored = Size(*image.size)
        if min(stored) < 1:
            raise UnreadableImage("the picture has no pixels")
        if stored.width * stored.height > limits.pixels:
            raise UnreadableImage(
                f"the picture has {stored.width} x {stored.height} pixels, above the limit of {limits.pixels:,}"
            )
        reduced = _reduced(stored, short_side, long_side)
        if reduced != stored:
            image.draft(None, reduced)
        # Two decoders at work must not hold two whole panoramas at once.
        with _one_large_picture if image.width * image.height > _LARGE else nullcontext():
            pixels, opacity, turn = _pixels(image, format, reduced)
    size = Size(stored.height, stored.width) if swaps_axes(turn) else stored
    return Decoded(pixels, size, format, opacity)


def open_picture(file: IO[bytes], format: str) -> Image.Image:
    """A picture of a format that `sniff` told, not decoded yet."""
    module, name = _READERS[format]
    try:
        reader: Any = getattr(importlib.import_module(module), name)
    except ImportError as fault:
        raise UnreadableImage(f"{format} needs the package {module.partition('.')[0]}") from fault
    image: Image.Image = reader(file)
    return image


def _pixels(
    image: Image.Image, format: str, reduced: Size
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8] | None, Image.Transpose | None]:
    image.load()
    turn = None if format in SELF_ORIENTING else turn_of(image)
    profile = image.info.get("icc_profile")
    small = to_bytes(image)
    if small.size != reduced:
        small = small.resize(reduced, Image.Resampling.HAMMING, reducing_gap=2.0)
    coverage = None
    if small.mode == "RGBa":
        straight = small.convert("RGBA")
        coverage = straight.getchannel("A")
        white = Image.new("RGB", small.size, (255, 255, 255))
        white.paste(to_srgb(straight.convert("RGB"), profile), mask=coverage)
        small = white
    else:
        small = to_srgb(small, profile)
    if turn is not None:
        small = small.transpose(turn)
        coverage = coverage and coverage.transpose(turn)
    return np.asarray(small), None if coverage is None else np.asarray(coverage), turn


def _reduced(size: Size, short_side: int | None, long_side: int | None) -> Size:
    short, long = min(size), max(size)
    scale = min(1.0, (short_side or short) / short, (long_side or long) / long)
    return size if scale == 1 else size.scaled(scale)


def _reason(fault: Exception) -> str:
    if isinstance(fault, Image.DecompressionBombError):
        return "the picture has more pixels than its format's decoder takes"
    if isinstance(fault, OSError) and fault.strerror:
        return fault.strerror.lower()
    if isinstance(fault, MemoryError):
        return "not enough memory to decode the picture"
    text = " ".join(str(fault).split())
    if isinstance(fault, struct.error) or "unpack" in text:
        return "the picture is damaged (its header ends early)"
    if "truncated" in text.lower() or isinstance(fault, EOFError):
        return "the file is truncated"
    return f"the picture is damaged ({text or type(fault).__name__})"[:200]

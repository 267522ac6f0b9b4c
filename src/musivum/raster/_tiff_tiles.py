"""Pages of a TIFF in square tiles: in JPEG, or lossless.

References
----------
.. [1] TIFF, revision 6.0, Adobe, 1992, sections 8: NewSubfileType, 15: tiled images, 21: YCbCr.
.. [2] Adobe, "Draft TIFF Technical Note #2", 1995: JPEG in TIFF, with its tables apart.
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from musivum.geometry import Size
from musivum.raster._jpeg import jpeg_options
from musivum.raster._tiff import DEFLATED, tiff_deflated, tiff_tags
from musivum.raster._tiff_file import LONG, RATIONAL, SHORT, TILES, UNDEFINED, Tags, TiffPage

if TYPE_CHECKING:
    from PIL import Image

_ONLY_TABLES, _NO_TABLES = 1, 2  # what Pillow may write of a JPEG stream
_FULL_RANGE = (0, 1, 255, 1, 128, 1, 255, 1, 128, 1, 255, 1)


def tiled_page(
    size: Size,
    side: int,
    channels: int,
    *,
    quality: int | None,
    reduced: bool,
    icc_profile: bytes,
    dpi: tuple[float, float] | None,
) -> TiffPage:
    """An empty page for tiles of `side` pixels, a multiple of 16, that `tiff_tile` makes.

    Parameters
    ----------
    quality
        Of JPEG, 1..100; None for lossless tiles.
    reduced
        Whether it shows an earlier page smaller.
    """
    tags = {
        **tiff_tags(channels, icc_profile, dpi),
        **(DEFLATED if quality is None else _jpeg_tags(quality)),
        254: (LONG, [int(reduced)]),
        322: (LONG, [side]),
        323: (LONG, [side]),
    }
    return TiffPage(size, TILES, tags)


def tiff_tile(picture: Image.Image, side: int, channels: int, *, quality: int | None, folder: Path) -> bytes:
    """A tile of at most side x side pixels, RGBX or RGBA, as it stands in the file.

    In the file all tiles are whole, so those at the edges of a page repeat their last pixels.

    Parameters
    ----------
    folder
        Where temporary files may be: Pillow lets other threads work only while it writes into a file.
    """
    if picture.size != (side, side) or quality is None:
        pixels = np.asarray(picture)
        height, width = pixels.shape[:2]
        pixels = np.pad(pixels, ((0, side - height), (0, side - width), (0, 0)), mode="edge")
        if quality is None:
            return tiff_deflated(pixels[:, :, :channels])
        picture = _image(pixels)
    with tempfile.TemporaryFile(dir=folder) as file:
        picture.save(file, "JPEG", streamtype=_NO_TABLES, **jpeg_options(quality))
        file.seek(0)
        return file.read()


def _jpeg_tags(quality: int) -> Tags:
    """Compression, and the tables that all tiles share [2]."""
    tables, options = io.BytesIO(), jpeg_options(quality)
    _image(np.zeros((16, 16, 4), np.uint8)).save(tables, "JPEG", streamtype=_ONLY_TABLES, **options)
    step = 2 if options["subsampling"] else 1
    return {
        259: (SHORT, [7]),
        262: (SHORT, [6]),
        347: (UNDEFINED, tables.getvalue()),
        530: (SHORT, [step, step]),
        531: (SHORT, [1]),
        532: (RATIONAL, _FULL_RANGE),
    }


def _image(pixels: npt.NDArray[np.uint8]) -> Image.Image:
    from PIL import Image

    height, width = pixels.shape[:2]
    return Image.frombuffer("RGBX", (width, height), pixels, "raw", "RGBX", 0, 1)

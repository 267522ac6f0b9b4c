"""TIFF, strip by strip: lossless, by deflate after horizontal differences; BigTIFF where 4 GB may not do.

References
----------
.. [1] TIFF, revision 6.0, Adobe, 1992, section 14: differencing predictor.
.. [2] Adobe Photoshop TIFF Technical Notes, 2002: deflate compression.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from musivum.geometry import Size
from musivum.raster._bands import bands
from musivum.threads import in_order

_STRIP_BYTES = 2**20  # readers hold a whole one
_CLASSIC_BYTES = 4 * 10**9  # of pixels: the compressor may not save anything, and offsets are 32 bits wide


def write_tiff(
    file: IO[bytes],
    strips: Iterable[npt.NDArray[np.uint8]],
    size: Size,
    channels: int,
    workers: int,
    *,
    icc_profile: bytes,
    dpi: tuple[float, float] | None = None,
) -> None:
    """Write strips (h_i, width, 3 or 4) as one TIFF with 8 bits a channel; the fourth is opacity, not multiplied in."""
    import tifffile

    rows = max(1, min(size.height, _STRIP_BYTES // (size.width * channels)))
    with tifffile.TiffWriter(file, bigtiff=needs_bigtiff(size, channels), byteorder="<", shaped=False) as tiff:
        tiff.write(
            in_order(deflated, bands(strips, size, channels, rows), workers),
            shape=(size.height, size.width, channels),
            dtype=np.uint8,
            rowsperstrip=rows,
            compression="zlib",
            predictor=True,
            iccprofile=icc_profile,
            **tags(channels, dpi),
        )


def needs_bigtiff(size: Size, channels: int) -> bool:
    """Whether pixels may not fit in the 4 GB of a classic TIFF."""
    return channels * size.width * size.height > _CLASSIC_BYTES


def tags(channels: int, dpi: tuple[float, float] | None) -> dict[str, Any]:
    """What tifffile is told of colours, opacity and resolution."""
    return {
        "photometric": "rgb",
        "extrasamples": ("unassalpha",) if channels == 4 else None,
        "resolution": dpi,
        "resolutionunit": None if dpi is None else "inch",
        "metadata": None,
        "software": False,
    }


def deflated(pixels: npt.NDArray[np.uint8]) -> bytes:
    """Pixels (h, w, channels), each less the one to its left [1], in a zlib stream [2]."""
    differences = pixels.copy()
    differences[:, 1:] -= pixels[:, :-1]
    return zlib.compress(differences.data, 1)

"""TIFF, strip by strip: lossless, by deflate after horizontal differences; BigTIFF beyond 4 GB.

References
----------
.. [1] TIFF, revision 6.0, Adobe, 1992, sections 8: baseline tags, 14: differencing predictor, 18: unassociated alpha.
.. [2] Adobe Photoshop TIFF Technical Notes, 2002: deflate compression.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from fractions import Fraction
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from musivum.geometry import Size
from musivum.raster._bands import bands
from musivum.raster._tiff_file import LONG, RATIONAL, SHORT, STRIPS, UNDEFINED, Tags, TiffPage, begin_tiff, end_tiff
from musivum.threads import in_order

_STRIP_BYTES = 2**20  # readers hold a whole one
_FINEST = 10_000  # denominator of a resolution


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
    rows = max(1, min(size.height, _STRIP_BYTES // (size.width * channels)))
    tags = {**tiff_tags(channels, icc_profile, dpi), **DEFLATED, 278: (LONG, [rows])}
    page = TiffPage(size, STRIPS, tags)
    begin_tiff(file)
    for data in in_order(tiff_deflated, bands(strips, size, channels, rows), workers):
        page.add(file, data)
    end_tiff(file, [page])


def tiff_tags(channels: int, icc_profile: bytes, dpi: tuple[float, float] | None) -> Tags:
    """What a directory says of colours, opacity and resolution [1], but not of their compression."""
    tags: dict[int, Any] = {
        258: (SHORT, [8] * channels),
        277: (SHORT, [channels]),
        284: (SHORT, [1]),
        34675: (UNDEFINED, icc_profile),
    }
    if channels == 4:
        tags[338] = (SHORT, [2])
    if dpi is not None:
        across, down = (Fraction(each).limit_denominator(_FINEST).as_integer_ratio() for each in dpi)
        tags |= {282: (RATIONAL, across), 283: (RATIONAL, down), 296: (SHORT, [2])}
    return tags


DEFLATED: Tags = {259: (SHORT, [8]), 262: (SHORT, [2]), 317: (SHORT, [2])}
"""Tags of pages of RGB whose strips `tiff_deflated` made."""


def tiff_deflated(pixels: npt.NDArray[np.uint8]) -> bytes:
    """Pixels (h, w, channels), each less the one to its left [1], in a zlib stream [2]."""
    differences = pixels.copy()
    differences[:, 1:] -= pixels[:, :-1]
    return zlib.compress(differences.data, 1)

"""Rows of a picture in the portions that an encoder wants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from musivum.geometry import Size

BAND_BYTES = 4 * 2**20
"""About as many bytes of pixels as are encoded at once by one thread."""


def bands(
    strips: Iterable[npt.NDArray[np.uint8]], size: Size, channels: int, rows: int
) -> Iterator[npt.NDArray[np.uint8]]:
    """The rows of strips of any height in bands of `rows`, the last of which may have fewer.

    Raises
    ------
    ValueError
        If the strips do not add up to a picture of this size.
    """
    kept: list[npt.NDArray[np.uint8]] = []
    held = row = 0
    for strip in strips:
        if strip.shape[1:] != (size.width, channels) or row + len(strip) > size.height:
            raise ValueError(f"a strip of shape {strip.shape} at row {row} of a picture of {size}")
        row += len(strip)
        while held + len(strip) >= rows:
            cut = rows - held
            yield np.concatenate([*kept, strip[:cut]])
            kept, held, strip = [], 0, strip[cut:]
        kept.append(strip)
        held += len(strip)
    if row != size.height:
        raise ValueError(f"{row} rows for a picture of {size}")
    if held:
        yield np.concatenate(kept)


def rows_of(size: Size, channels: int, multiple: int = 1) -> int:
    """How many rows make a band of about `BAND_BYTES`: a multiple of some number."""
    return max(1, BAND_BYTES // (size.width * channels * multiple)) * multiple

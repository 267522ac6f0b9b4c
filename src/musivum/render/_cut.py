"""How a region is cut: bands over its whole width, which are handed on, of blocks, which are drawn at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

_BAND_BYTES = 16 * 2**20
_LEAST_ROWS = 8
_BLOCK_ROWS, _BLOCK_COLUMNS = 256, 1024  # 4 MiB while they are drawn, four floats a pixel


class Cut(NamedTuple):
    """Rows of a band (of the last one, perhaps fewer), columns of its blocks (the last one is cut off)."""

    rows: int
    columns: int


def cut(width: int, height: int, channels: int, workers: int) -> Cut:
    """Bands of at most 16 MiB or 8 rows; blocks of at most 256 x 1024, and one for each worker if possible."""
    rows = min(_BLOCK_ROWS, _BAND_BYTES // (channels * width), -(-height // workers))
    rows = min(max(rows, _LEAST_ROWS), height)
    rows = -(-height // -(-height // rows))
    return Cut(rows, -(-width // -(-width // _BLOCK_COLUMNS)))


def pieces(length: int, most: int) -> Iterator[tuple[int, int]]:
    """From where to where the pieces of a length go, all but the last of them as long as they may be."""
    return ((first, min(first + most, length)) for first in range(0, length, most))

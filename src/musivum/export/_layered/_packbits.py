"""PackBits: runs of equal bytes, as Apple's technical note TN1023 defines them and PSD files hold them, row by row."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

_LONGEST = 128  # bytes, of a run and of what is taken over as it is
_WORTH = 3  # equal bytes that make a run: two cost as much as they save


def packed(rows: npt.NDArray[np.uint8]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Pack rows (h, w) of bytes, each by itself: the bytes of all, and how many of them belong to each row (h,)."""
    height, width = rows.shape
    room = np.empty(height * (width + -(-width // _LONGEST)), np.uint8)
    counts = np.empty(height, np.int64)
    return room[: _pack(np.ascontiguousarray(rows), room, counts)], counts


@njit(nogil=True, cache=True)
def _pack(rows: npt.NDArray[np.uint8], out: npt.NDArray[np.uint8], counts: npt.NDArray[np.int64]) -> int:
    height, width = rows.shape
    end = 0
    for i in range(height):
        row, before = rows[i], end
        j = 0
        while j < width:
            first = j
            while j < width and j - first < _LONGEST and row[j] == row[first]:
                j += 1
            if j - first >= _WORTH:
                out[end], out[end + 1] = 257 - (j - first), row[first]
                end += 2
                continue
            while j < width and j - first < _LONGEST and not _repeats(row, j):
                j += 1
            out[end] = j - first - 1
            for k in range(first, j):
                out[end + 1 + k - first] = row[k]
            end += 1 + j - first
        counts[i] = end - before
    return end


@njit(nogil=True, cache=True, inline="always")
def _repeats(row: npt.NDArray[np.uint8], j: int) -> bool:
    """Whether a run begins at j."""
    return bool(j + 2 < len(row) and row[j] == row[j + 1] and row[j] == row[j + 2])

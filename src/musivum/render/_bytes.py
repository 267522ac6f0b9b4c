"""Kernel: linear light to the nearest sRGB bytes."""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from musivum.color import LINEAR_OF_BYTE, LUMINANCE, srgb_from_linear

_ZERO, _HALF, _ONE = np.float32(0), np.float32(0.5), np.float32(1)
_STEPS = 4096
_START = srgb_from_linear(np.arange(_STEPS + 1, dtype=np.float32) / np.float32(_STEPS))
_RED, _GREEN, _BLUE = LUMINANCE.astype(np.float32)


def _byte_edges() -> npt.NDArray[np.float32]:
    """The least linear light of each byte 1..255, and infinity: where `srgb_from_linear` steps up."""
    low, high = LINEAR_OF_BYTE[:-1].view(np.int32).copy(), LINEAR_OF_BYTE[1:].view(np.int32).copy()
    while (high - low > 1).any():
        middle = (low + high) // 2
        above = srgb_from_linear(middle.view(np.float32)) > np.arange(255)
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return np.append(high.view(np.float32), np.float32(np.inf))


_EDGES = _byte_edges()


@njit(nogil=True, cache=True, error_model="numpy")
def to_bytes(
    strip: npt.NDArray[np.float32], background: npt.NDArray[np.float32], grey: bool, out: npt.NDArray[np.uint8]
) -> None:
    """Nearest sRGB bytes of a strip (4, h, w) over a background of linear light (3,).

    An `out` of (h, w, 3) gets the colours, of (h, w, 4) the colours of what there is, and how much of it there is;
    in grey, they are of the luminance.
    """
    rows, columns = strip.shape[1], strip.shape[2]
    line = np.empty((3, columns), np.float32)
    for i in range(rows):
        free = strip[3, i]
        if out.shape[2] == 4:
            for c in range(3):
                _alone(strip[c, i], free, line[c])
            for j in range(columns):
                out[i, j, 3] = np.uint8((_ONE - free[j]) * np.float32(255) + _HALF)
        else:
            for c in range(3):
                _over(strip[c, i], free, background[c], line[c])
        if grey:
            _luminance(line[0], line[1], line[2])
        for c in range(3):
            for j in range(columns):
                value = min(max(line[c, j], _ZERO), _ONE)
                byte = _START[int(value * np.float32(_STEPS))]
                out[i, j, c] = byte + np.uint8(value >= _EDGES[byte])


@njit(nogil=True, cache=True, error_model="numpy")
def _alone(seen: Any, free: Any, row: Any) -> None:
    """The colour of what covers a pixel in part; black where nothing does."""
    for j in range(len(row)):
        there = _ONE - free[j]
        row[j] = seen[j] / there if there > _ZERO else _ZERO


@njit(nogil=True, cache=True, error_model="numpy")
def _over(seen: Any, free: Any, behind: Any, row: Any) -> None:
    for j in range(len(row)):
        row[j] = seen[j] + free[j] * behind


@njit(nogil=True, cache=True, error_model="numpy")
def _luminance(red: Any, green: Any, blue: Any) -> None:
    for j in range(len(red)):
        grey = _RED * red[j] + _GREEN * green[j] + _BLUE * blue[j]
        red[j], green[j], blue[j] = grey, grey, grey

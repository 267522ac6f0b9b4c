"""Kernel: linear light to the nearest sRGB bytes."""

import numpy as np
import numpy.typing as npt
from numba import njit

from musivum.color import LINEAR_OF_BYTE, srgb_from_linear

_ZERO, _ONE = np.float32(0), np.float32(1)
_STEPS = 4096
_START = srgb_from_linear(np.arange(_STEPS + 1, dtype=np.float32) / np.float32(_STEPS))


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
def to_bytes(strip: npt.NDArray[np.float32], out: npt.NDArray[np.uint8]) -> None:
    """Nearest sRGB bytes (h, w, 3) of a strip."""
    rows, columns = strip.shape[1], strip.shape[2]
    for i in range(rows):
        for c in range(3):
            for j in range(columns):
                value = min(max(strip[c, i, j], _ZERO), _ONE)
                byte = _START[int(value * np.float32(_STEPS))]
                out[i, j, c] = byte + np.uint8(value >= _EDGES[byte])

"""Kernels: pixels to the four bytes that encoders take, and to half their size in linear light."""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from musivum.color import LINEAR_OF_BYTE, srgb_from_linear

_STEPS = 2**14 - 1  # a step of sRGB bytes is 5 of these where it is darkest, and the table of them fits in the cache
_LINEAR = np.rint(LINEAR_OF_BYTE.astype(np.float64) * _STEPS).astype(np.int32)
_CUT_OFF = np.float32(0.375)  # by dividing a sum of four by four, on average
_BYTE = srgb_from_linear((np.arange(_STEPS + 1, dtype=np.float32) + _CUT_OFF) / np.float32(_STEPS))
_OPAQUE = np.uint32(0xFF000000)


@njit(nogil=True, cache=True)
def spread(rows: npt.NDArray[np.uint8], out: npt.NDArray[np.uint32]) -> None:
    """Pixels (h, w, 3) as words (h, w) whose bytes, the lowest first, are their colours and full opacity."""
    for i in range(rows.shape[0]):
        row, line = rows[i], out[i]
        for j in range(len(line)):
            red, green, blue = np.uint32(row[j, 0]), np.uint32(row[j, 1]), np.uint32(row[j, 2])
            line[j] = red | green << np.uint32(8) | blue << np.uint32(16) | _OPAQUE


@njit(nogil=True, cache=True)
def halve(rows: npt.NDArray[np.uint8], opaque: bool, out: npt.NDArray[np.uint8]) -> None:
    """Average squares of 2 x 2 pixels (h, w, 4) into ((h + 1) // 2, (w + 1) // 2, 4); at odd edges what there is.

    Light is averaged, not bytes, and counts by its opacity.
    """
    height, width = rows.shape[:2]
    for i in range(out.shape[0]):
        upper, lower = rows[2 * i], rows[min(2 * i + 1, height - 1)]
        if opaque:
            _mean(upper, lower, width, out[i])
        else:
            _weighted_mean(upper, lower, width, out[i])


@njit(nogil=True, cache=True)
def _mean(upper: Any, lower: Any, width: int, out: Any) -> None:
    for j in range(len(out)):
        left, right = 2 * j, min(2 * j + 1, width - 1)
        for c in range(3):
            light = _LINEAR[upper[left, c]] + _LINEAR[upper[right, c]]
            out[j, c] = _BYTE[(light + _LINEAR[lower[left, c]] + _LINEAR[lower[right, c]]) >> 2]
        out[j, 3] = 255


@njit(nogil=True, cache=True)
def _weighted_mean(upper: Any, lower: Any, width: int, out: Any) -> None:
    for j in range(len(out)):
        left, right = 2 * j, min(2 * j + 1, width - 1)
        a, b = np.int64(upper[left, 3]), np.int64(upper[right, 3])
        c, d = np.int64(lower[left, 3]), np.int64(lower[right, 3])
        whole = a + b + c + d
        out[j, 3] = (whole + 2) >> 2
        for k in range(3):
            light = a * _LINEAR[upper[left, k]] + b * _LINEAR[upper[right, k]]
            light += c * _LINEAR[lower[left, k]] + d * _LINEAR[lower[right, k]]
            out[j, k] = _BYTE[light // whole] if whole > 0 else 0

"""Kernel: a crop of sRGB bytes -> a patch of linear light, both axes at their own scale.

Shrinking averages over the area of the output pixel; enlarging interpolates with the cubic convolution kernel of Keys
(a = -1/2) [1]_. The patch keeps the orientation of its source. Each value depends on its own index only, never on the
part of the patch that is asked for, so pictures drawn in regions agree with pictures drawn whole.

References
----------
.. [1] R. Keys, "Cubic convolution interpolation for digital image processing", IEEE Trans. Acoustics, Speech, and
   Signal Processing 29(6), 1981. doi:10.1109/TASSP.1981.1163711
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

_ZERO, _ONE = np.float32(0), np.float32(1)
_KEPT = 4  # rows of linear light: enlarging asks for four at a time, most of them again for the next row

# Linear light of a byte: a line for the first bytes, else the best polynomial of degree 6 over the other bytes / 255,
# within 1.3e-5 and within 0.8 % of the step to the next byte. Vector units are three times faster at it than at looking
# bytes up.
_SHADE = np.float32(10.5)
_LINE = np.float32(1 / 12.92 / 255)
_PER_BYTE = np.float32(1 / 255)
_C0, _C1, _C2, _C3, _C4, _C5, _C6 = np.array(
    [0.00089138, 0.03384462, 0.50494789, 0.74229924, -0.48133983, 0.26743562, -0.06809145], np.float32
)


@njit(nogil=True, cache=True, error_model="numpy")
def taps(start: float, step: float, first: int, count: int, limit: int) -> tuple[Any, Any, Any]:
    """First source index (count,), number (count,) and weights (count, m) of the taps of output pixels along an axis.

    Output pixel k, for k in first..first + count - 1, covers the source from start + k step to start + (k + 1) step;
    the source has `limit` pixels and repeats its outermost ones for ever.
    """
    lowest = np.empty(count, np.int64)
    number = np.empty(count, np.int64)
    weights = np.zeros((count, max(4, int(step) + 3)), np.float32)
    for i in range(count):
        begin = start + (first + i) * step
        if step > 1.0:
            end = min(max(begin + step, 0.0), float(limit))
            begin = min(max(begin, 0.0), float(limit))
            low = min(int(begin), limit - 1)
            high = max(low, int(np.ceil(end)) - 1)
            width = end - begin
            for t in range(low, high + 1):
                cover = min(t + 1.0, end) - max(float(t), begin)
                weights[i, t - low] = cover / width if width > 0.0 else 1.0
        else:
            centre = begin + 0.5 * step - 0.5
            whole = int(np.floor(centre))
            f = centre - whole
            low = min(max(whole - 1, 0), limit - 1)
            high = max(min(whole + 2, limit - 1), 0)
            for t in range(4):
                at = min(max(whole - 1 + t, 0), limit - 1)
                x = abs(f + 1.0 - t)
                if x < 1.0:
                    weight = (1.5 * x - 2.5) * x * x + 1.0
                else:
                    weight = ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
                weights[i, at - low] += weight
        lowest[i] = low
        number[i] = high - low + 1
    return lowest, number, weights


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
def linearize(source: npt.NDArray[np.uint8], light: npt.NDArray[np.float32]) -> None:
    """Linear light 0..1 of sRGB bytes (n,)."""
    for k in range(len(source)):
        byte = np.float32(source[k])
        x = byte * _PER_BYTE
        curve = _C0 + x * (_C1 + x * (_C2 + x * (_C3 + x * (_C4 + x * (_C5 + x * _C6)))))
        light[k] = _LINE * byte if byte < _SHADE else curve


@njit(nogil=True, cache=True, error_model="numpy")
def resample(
    data: npt.NDArray[np.uint8],
    offset: int,
    width: int,
    height: int,
    start: tuple[float, float],
    step: tuple[float, float],
    first: tuple[int, int],
    count: tuple[int, int],
) -> Any:
    """Planes (3, count[1], count[0]) of linear light 0..1 from the image (height, width, 3) at data[offset:].

    `start`, `step`, `first` and `count` are (x, y) pairs as in `taps`.
    """
    x_low, x_number, x_weights = taps(start[0], step[0], first[0], count[0], width)
    y_low, y_number, y_weights = taps(start[1], step[1], first[1], count[1], height)
    left = width
    right = 0
    for i in range(count[0]):
        left = min(left, x_low[i])
        right = max(right, x_low[i] + x_number[i])
    for i in range(count[0]):
        x_low[i] -= left
    span = 3 * (right - left)
    lights = np.empty((_KEPT, span), np.float32)
    lit = np.full(_KEPT, -1)
    row = np.empty(span, np.float32)
    planes = np.empty((3, count[1], count[0]), np.float32)
    for j in range(count[1]):
        for t in range(y_number[j]):
            line = y_low[j] + t
            light = lights[line % _KEPT]
            if lit[line % _KEPT] != line:
                lit[line % _KEPT] = line
                at = offset + 3 * (line * width + left)
                linearize(data[at : at + span], light)
            _add(row, light, y_weights[j, t], t == 0)
        _gather(row, x_low, x_number, x_weights, (planes[0, j], planes[1, j], planes[2, j]))
    return planes


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
def _add(row: npt.NDArray[np.float32], light: npt.NDArray[np.float32], weight: Any, first: bool) -> None:
    if first:
        for k in range(len(row)):
            row[k] = weight * light[k]
    else:
        for k in range(len(row)):
            row[k] += weight * light[k]


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
def _gather(
    row: npt.NDArray[np.float32],
    low: npt.NDArray[np.int64],
    number: npt.NDArray[np.int64],
    weights: npt.NDArray[np.float32],
    planes: tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.float32]],
) -> None:
    reds, greens, blues = planes
    for i in range(len(low)):
        red, green, blue = _ZERO, _ZERO, _ZERO
        at = 3 * low[i]
        for t in range(number[i]):
            weight = weights[i, t]
            red += weight * row[at]
            green += weight * row[at + 1]
            blue += weight * row[at + 2]
            at += 3
        reds[i] = min(max(red, _ZERO), _ONE)
        greens[i] = min(max(green, _ZERO), _ONE)
        blues[i] = min(max(blue, _ZERO), _ONE)

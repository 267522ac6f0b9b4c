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
_TAPS = 4  # that are combined at a time: enlarging has as many
_GREEN, _BLUE = np.uint32(1), np.uint32(2)

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
def taps(start: float, step: float, first: int, count: int, limit: int) -> tuple[Any, Any]:
    """First source index (count,) and weights (m, count) of the taps of output pixels along an axis; m is 4, 8, 12, ...

    Output pixel k, for k in first..first + count - 1, covers the source from start + k step to start + (k + 1) step;
    the source has `limit` pixels and repeats its outermost ones for ever.
    """
    lowest = np.empty(count, np.int64)
    most = max(int(np.ceil(step)) + 1, _TAPS)
    weights = np.zeros((-(-most // _TAPS) * _TAPS, count), np.float32)
    for i in range(count):
        begin = start + (first + i) * step
        if step > 1.0:
            end = min(max(begin + step, 0.0), float(limit))
            begin = min(max(begin, 0.0), float(limit))
            low = min(int(begin), limit - 1)
            high = min(max(low, int(np.ceil(end)) - 1), low + most - 1)
            width = end - begin
            for t in range(low, high + 1):
                cover = min(t + 1.0, end) - max(float(t), begin)
                weights[t - low, i] = cover / width if width > 0.0 else 1.0
        else:
            centre = begin + 0.5 * step - 0.5
            whole = int(np.floor(centre))
            f = centre - whole
            low = min(max(whole - 1, 0), limit - 1)
            for t in range(4):
                at = min(max(whole - 1 + t, 0), limit - 1)
                x = abs(f + 1.0 - t)
                if x < 1.0:
                    weight = (1.5 * x - 2.5) * x * x + 1.0
                else:
                    weight = ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
                weights[at - low, i] += weight
        lowest[i] = low
    return lowest, weights


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

    `start`, `step`, `first` and `count` are (x, y) pairs as in `taps`. Where y is enlarged, each row of the source is
    resampled along x once and serves several rows of the patch; else rows are averaged first.
    """
    columns, rows = count
    x_low, x_weights = taps(start[0], step[0], first[0], columns, width)
    y_low, y_weights = taps(start[1], step[1], first[1], rows, height)
    left = x_low.min()
    span = 3 * (min(x_low.max() + len(x_weights), width) - left)
    at = np.empty(columns, np.uint32)
    for i in range(columns):
        at[i] = np.uint32(3 * (x_low[i] - left))
    enlarged = step[1] <= 1.0
    light = np.zeros(span + 3 * len(x_weights), np.float32)  # what lies beyond the last pixel weighs nothing
    lines = np.empty((_TAPS, 0 if enlarged else span), np.float32)
    across = np.zeros((_TAPS, 3, columns if enlarged else 0), np.float32)
    held = np.full(_TAPS, -1)
    planes = np.empty((3, rows, columns), np.float32)
    for j in range(rows):
        low, weights = y_low[j], y_weights[:, j]
        for t in range(len(weights)):
            line, slot = low + t, (low + t) % _TAPS
            if weights[t] == _ZERO:
                continue
            fresh = held[slot] != line
            held[slot] = line
            source = data[offset + 3 * (line * width + left) :][:span]
            if enlarged and fresh:
                linearize(source, light[:span])
                _along(across[slot, 0], across[slot, 1], across[slot, 2], light, at, x_weights)
            elif not enlarged:
                if fresh:
                    linearize(source, lines[slot])
                _add(light[:span], lines[slot], weights[t], t == 0)
        if enlarged:
            one, two, three, four = low % _TAPS, (low + 1) % _TAPS, (low + 2) % _TAPS, (low + 3) % _TAPS
            for c in range(3):
                _mix(planes[c, j], across[one, c], across[two, c], across[three, c], across[four, c], weights)
        else:
            _along(planes[0, j], planes[1, j], planes[2, j], light, at, x_weights)
            for c in range(3):
                _clip(planes[c, j])
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
def _mix(row: Any, one: Any, two: Any, three: Any, four: Any, weights: Any) -> None:
    a, b, c, d = weights[0], weights[1], weights[2], weights[3]
    for k in range(len(row)):
        row[k] = min(max(a * one[k] + b * two[k] + c * three[k] + d * four[k], _ZERO), _ONE)


@njit(nogil=True, cache=True, error_model="numpy")
def _clip(row: Any) -> None:
    for k in range(len(row)):
        row[k] = min(max(row[k], _ZERO), _ONE)


@njit(nogil=True, cache=True, error_model="numpy")
def _along(reds: Any, greens: Any, blues: Any, light: Any, at: Any, weights: Any) -> None:
    """Combine pixels of a row (3 n,) from places `at` on by weights (m, columns)."""
    for t in range(0, len(weights), _TAPS):
        one, two, three, four = light[3 * t :], light[3 * t + 3 :], light[3 * t + 6 :], light[3 * t + 9 :]
        _four(reds, greens, blues, one, two, three, four, at, weights[t : t + _TAPS], t > 0)


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
def _four(
    reds: Any, greens: Any, blues: Any, one: Any, two: Any, three: Any, four: Any, at: Any, weights: Any, more: bool
) -> None:
    """Combine four pixels; unsigned indices are not asked whether they count from the end."""
    a, b, c, d = weights[0], weights[1], weights[2], weights[3]
    for i in range(len(at)):
        k, green, blue = at[i], at[i] + _GREEN, at[i] + _BLUE
        r = a[i] * one[k] + b[i] * two[k] + c[i] * three[k] + d[i] * four[k]
        g = a[i] * one[green] + b[i] * two[green] + c[i] * three[green] + d[i] * four[green]
        v = a[i] * one[blue] + b[i] * two[blue] + c[i] * three[blue] + d[i] * four[blue]
        reds[i] = reds[i] + r if more else r
        greens[i] = greens[i] + g if more else g
        blues[i] = blues[i] + v if more else v

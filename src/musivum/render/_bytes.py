"""Kernel: linear light to the nearest sRGB bytes."""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from musivum.color import LINEAR_OF_BYTE, LUMINANCE, srgb_from_linear
from musivum.render._buffers import pitch

_ZERO, _HALF, _ONE = np.float32(0), np.float32(0.5), np.float32(1)
_UNIT = np.float32(2**24)
_RED, _GREEN, _BLUE = LUMINANCE.astype(np.float32)


def _byte_edges() -> npt.NDArray[np.float32]:
    """The least linear light of each byte 1..255, and infinity: where `srgb_from_linear` steps up."""
    low, high = LINEAR_OF_BYTE[:-1].view(np.int32).copy(), LINEAR_OF_BYTE[1:].view(np.int32).copy()
    while (high - low > 1).any():
        middle = (low + high) // 2
        above = srgb_from_linear(middle.view(np.float32)) > np.arange(255)
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return high.view(np.float32)


def _steps() -> npt.NDArray[np.uint32]:
    """What to add to light in units of 2^-24 so that its bits from the 13th on are its byte, for each 4096 of them.

    No two bytes begin within so few; light that is nearer to where a byte begins than a unit may get its neighbour.
    """
    first = np.arange(4097, dtype=np.int64) << 12
    start = np.searchsorted(_byte_edges(), first / 2**24, side="right")
    edge = np.ceil(np.append(_byte_edges().astype(np.float64) * 2**24, 2.0**62)).astype(np.int64)[start]
    return np.where(edge < first + 4096, (start + 1 << 13) - edge, (start << 13) - first).astype(np.uint32)


_STEPS = _steps()
_BUCKET, _BYTE = np.uint32(12), np.uint32(13)


@njit(nogil=True, cache=True, error_model="numpy")
def to_bytes(
    strip: npt.NDArray[np.float32],
    background: npt.NDArray[np.float32],
    grey: bool,
    out: npt.NDArray[np.uint8],
    left: int,
) -> None:
    """Nearest sRGB bytes of a strip (4, h, w) over a background of linear light (3,), from column `left` of `out` on.

    An `out` of (h, n, 3) gets the colours, of (h, n, 4) the colours of what there is, and how much of it there is;
    in grey, they are of the luminance.
    """
    rows, columns = strip.shape[1], strip.shape[2]
    lines, wholes = np.empty((3, pitch(columns)), np.float32), np.empty((3, pitch(columns)), np.int32)
    red, green, blue = lines[0, :columns], lines[1, :columns], lines[2, :columns]
    reds, greens, blues = wholes[0, :columns], wholes[1, :columns], wholes[2, :columns]
    for i in range(rows):
        free = strip[3, i]
        if out.shape[2] == 4:
            _alone(strip[0, i], free, red)
            _alone(strip[1, i], free, green)
            _alone(strip[2, i], free, blue)
            for j in range(columns):
                out[i, left + j, 3] = np.uint8((_ONE - free[j]) * np.float32(255) + _HALF)
        else:
            _over(strip[0, i], free, background[0], red)
            _over(strip[1, i], free, background[1], green)
            _over(strip[2, i], free, background[2], blue)
        if grey:
            _luminance(red, green, blue)
        _whole(red, reds)
        _whole(green, greens)
        _whole(blue, blues)
        _look_up(reds, greens, blues, out[i, left : left + columns])


@njit(nogil=True, cache=True, error_model="numpy")
def _whole(light: Any, row: Any) -> None:
    for j in range(len(row)):
        row[j] = np.int32(min(max(light[j], _ZERO), _ONE) * _UNIT)


@njit(nogil=True, cache=True, error_model="numpy")
def _look_up(reds: Any, greens: Any, blues: Any, out: Any) -> None:
    for j in range(len(reds)):
        red, green, blue = np.uint32(reds[j]), np.uint32(greens[j]), np.uint32(blues[j])
        out[j, 0] = np.uint8((red + _STEPS[red >> _BUCKET]) >> _BYTE)
        out[j, 1] = np.uint8((green + _STEPS[green >> _BUCKET]) >> _BYTE)
        out[j, 2] = np.uint8((blue + _STEPS[blue >> _BUCKET]) >> _BYTE)


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

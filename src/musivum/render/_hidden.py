"""Kernels: which photos show at all, so that nothing is read for those that lie under others, and where."""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from musivum.render._outline import covered, touched

_ZERO, _ONE = np.float32(0), np.float32(1)


@njit(nogil=True, cache=True, error_model="numpy")
def showing(jobs: npt.NDArray[Any], x0: int, y0: int, x1: int, y1: int) -> npt.NDArray[np.bool_]:
    """Which of the boxes and turned crops (k,), topmost first, show in output pixels x0 <= x < x1, y0 <= y < y1."""
    shows = np.zeros(len(jobs), np.bool_)
    free = np.ones((y1 - y0, x1 - x0), np.float32)
    for k in range(len(jobs)):
        job = jobs[k]
        box = job.paint
        left, right = max(box[0], x0), min(box[2], x1)
        closes = job.opacity == _ONE and job.above == job.of - 1  # the undermost of those in its place
        for y in range(max(box[1], y0), min(box[3], y1)):
            row = free[y - y0]
            if not shows[k]:
                first, last = touched(job, y, left, right)
                first, last = trimmed(row, first - x0, last - x0)
                shows[k] = last > first
            if closes and shows[k]:
                first, last = covered(job, y, left, right)
                row[first - x0 : last - x0] = _ZERO
    return shows


@njit(nogil=True, cache=True, error_model="numpy")
def open_part(
    free: npt.NDArray[np.float32], left: int, top: int, job: Any, x0: int, y0: int, x1: int, y1: int
) -> tuple[int, int, int, int]:
    """The smallest box around the pixels that a box or turned crop touches and that are free above 0, inside another.

    The first pixel of `free` is output pixel (left, top). A box of no width if there are none.
    """
    low_x, low_y, high_x, high_y = x1, y1, x0, y0
    for y in range(y0, y1):
        first, last = touched(job, y, x0, x1)
        first, last = trimmed(free[y - top], first - left, last - left)
        if last > first:
            low_x, high_x = min(low_x, first + left), max(high_x, last + left)
            low_y, high_y = min(low_y, y), y + 1
    return low_x, low_y, high_x, high_y


@njit(nogil=True, cache=True, error_model="numpy")
def trimmed(free: npt.NDArray[np.float32], first: int, last: int) -> tuple[int, int]:
    """The part of first..last of a row that is left without what is not free at its ends."""
    while first < last and free[first] == _ZERO:
        first += 1
    while first < last and free[last - 1] == _ZERO:
        last -= 1
    return first, last

"""Kernels: placements onto a strip of linear light.

A strip is planes (4, h, w) of float32: red, green, blue, and the sum of weights that only hexagons use. Inner loops are
functions of their own on rows: so the compiler knows that they do not overlap, and works on several pixels at once.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from musivum.render._jobs import HARD, HEXAGON, TURNED
from musivum.render._outline import coverage
from musivum.render._resample import resample
from musivum.render._tint import gamut_row, tint_row
from musivum.render._turned import turned_row, turned_window

_ZERO, _ONE = np.float32(0), np.float32(1)


@njit(nogil=True, cache=True, error_model="numpy")
def paint(
    strip: npt.NDArray[np.float32], left: int, top: int, data: npt.NDArray[np.uint8], jobs: npt.NDArray[Any]
) -> None:
    """Paint jobs in order on the strip whose first pixel is output pixel (left, top).

    Boxes and turned crops are blended over what is there; hexagons are summed up with their weights.
    """
    rows, columns = strip.shape[1], strip.shape[2]
    line = np.empty((3, columns), np.float32)
    lab = np.empty((14, columns), np.float32)
    where = np.empty(columns, np.int32)
    alpha = np.empty(columns, np.float32)
    base = np.empty(3, np.float32)
    for k in range(len(jobs)):
        job = jobs[k]
        box, flip, outer = job.paint, job.flip, job.outer
        x0, x1 = max(box[0], left), min(box[2], left + columns)
        y0, y1 = max(box[1], top), min(box[3], top + rows)
        n = x1 - x0
        if n <= 0 or y1 <= y0:
            continue
        u0, v0, u1, v1 = turned_window(job, x0, y0, x1, y1) if job.shape == TURNED else _window(job, x0, y0, x1, y1)
        if u1 <= u0 or v1 <= v0:
            continue
        start, step = (job.start[0], job.start[1]), (job.step[0], job.step[1])
        patch = resample(data, job.offset, job.width, job.height, start, step, (u0, v0), (u1 - u0, v1 - v0))
        # Index of the patch's pixel at (x0, y0), and its change along and across the output's rows.
        flat, plane = patch.reshape(-1), (v1 - v0) * (u1 - u0)
        across, along = (u1 - u0) * (-1 if flip[1] else 1), -1 if flip[0] else 1
        corner = (u1 - u0 - 1 if flip[0] else 0) + (plane - (u1 - u0) if flip[1] else 0)
        if job.swap:
            along, across = across, along

        for y in range(y0, y1):
            if job.shape == TURNED:
                turned_row(line, patch, job, u0, v0, x0, y, n)
            else:
                for c in range(3):
                    _take(line[c, :n], flat, c * plane + corner + across * (y - y0), along)
            if job.multiplied:
                for c in range(3):
                    _multiply(line[c, :n], job.multiply[c])
            if job.tinted:
                for c in range(3):
                    base[c] = job.base[c] + job.tilt[1, c] * np.float32(y - outer[1])
                outside = tint_row(line, lab, where, n, job.gain, job.follow, base, job.tilt[0], x0 - outer[0])
                if outside > 0:
                    gamut_row(line, lab, where, outside)

            i, first, last = y - top, x0 - left, x1 - left
            if job.shape == HARD and job.opacity == _ONE:
                for c in range(3):
                    _take(strip[c, i, first:last], line[c], 0, 1)
                continue
            for j in range(n):
                share = 1.0 if job.shape == HARD else coverage(job, x0 + j + 0.5, y + 0.5)
                alpha[j] = job.opacity * np.float32(share)
            for c in range(3):
                if job.shape == HEXAGON:
                    _sum(strip[c, i, first:last], line[c], alpha)
                else:
                    _blend(strip[c, i, first:last], line[c], alpha)
            if job.shape == HEXAGON:
                for j in range(n):
                    strip[3, i, first + j] += alpha[j]


@njit(nogil=True, cache=True, error_model="numpy")
def _window(job: Any, x0: int, y0: int, x1: int, y1: int) -> tuple[int, int, int, int]:
    """Patch pixels u0, v0, u1, v1 that output pixels x0 <= x < x1, y0 <= y < y1 show."""
    outer, count, flip = job.outer, job.count, job.flip
    u0, u1, v0, v1 = x0 - outer[0], x1 - outer[0], y0 - outer[1], y1 - outer[1]
    if job.swap:
        u0, u1, v0, v1 = v0, v1, u0, u1
    if flip[0]:
        u0, u1 = count[0] - u1, count[0] - u0
    if flip[1]:
        v0, v1 = count[1] - v1, count[1] - v0
    return u0, v0, u1, v1


@njit(nogil=True, cache=True, error_model="numpy")
def _take(row: npt.NDArray[np.float32], source: npt.NDArray[np.float32], first: int, step: int) -> None:
    if step == 1:
        part = source[first : first + len(row)]
        for j in range(len(row)):
            row[j] = part[j]
    else:
        for j in range(len(row)):
            row[j] = source[first + step * j]


@njit(nogil=True, cache=True, error_model="numpy")
def _multiply(row: npt.NDArray[np.float32], factor: Any) -> None:
    for j in range(len(row)):
        row[j] *= factor


@njit(nogil=True, cache=True, error_model="numpy")
def _sum(row: npt.NDArray[np.float32], line: npt.NDArray[np.float32], alpha: npt.NDArray[np.float32]) -> None:
    for j in range(len(row)):
        row[j] += alpha[j] * line[j]


@njit(nogil=True, cache=True, error_model="numpy")
def _blend(row: npt.NDArray[np.float32], line: npt.NDArray[np.float32], alpha: npt.NDArray[np.float32]) -> None:
    for j in range(len(row)):
        row[j] += alpha[j] * (line[j] - row[j])


@njit(nogil=True, cache=True, error_model="numpy")
def settle(strip: npt.NDArray[np.float32], background: npt.NDArray[np.float32], closed: bool) -> None:
    """Divide summed hexagons by their weights; what they leave free shows the background (3,), unless `closed`."""
    rows, columns = strip.shape[1], strip.shape[2]
    for i in range(rows):
        for j in range(columns):
            weight = strip[3, i, j]
            free = max(_ONE - weight, _ZERO)
            if (closed and weight > _ZERO) or weight > _ONE:
                for c in range(3):
                    strip[c, i, j] /= weight
            else:
                for c in range(3):
                    strip[c, i, j] += free * background[c]

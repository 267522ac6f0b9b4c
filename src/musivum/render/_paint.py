"""Kernels: photos under what is there, from the topmost down.

A strip is planes (4, h, w) of float32: the light that is seen so far, red, green and blue, and the share of each pixel
that is still free to be seen through. What lies above is painted first, so nothing is drawn where nothing is free. Only
hexagons, which share their edges, are summed up with their weights on a strip of their own. Inner loops are functions
of their own on rows: so the compiler knows that they do not overlap, and works on several pixels at once.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from musivum.render._buffers import pitch
from musivum.render._hidden import open_part, trimmed
from musivum.render._jobs import BOX, HEXAGON, TURNED
from musivum.render._outline import coverage, covered, straight, touched
from musivum.render._resample import resample
from musivum.render._tint import gamut_row, tint_of, tint_row
from musivum.render._turned import turned_row, turned_window

_ZERO, _ONE = np.float32(0), np.float32(1)
_BLOCK = 64  # a large turned crop is drawn in squares of so many pixels: a box around its pixels is mostly outside it


class _Scratch(NamedTuple):
    line: npt.NDArray[np.float32]
    alpha: npt.NDArray[np.float32]
    base: npt.NDArray[np.float32]
    lab: npt.NDArray[np.float32]
    tint: npt.NDArray[np.float32]
    where: npt.NDArray[np.int32]
    at: npt.NDArray[np.uint32]
    shares: npt.NDArray[np.float32]


@njit(nogil=True, cache=True, error_model="numpy")
def paint(
    strip: npt.NDArray[np.float32],
    left: int,
    top: int,
    data: npt.NDArray[np.uint8],
    jobs: npt.NDArray[Any],
    drawn: npt.NDArray[np.bool_],
) -> None:
    """Paint jobs (k,), topmost first, on the strip whose first pixel is output pixel (left, top).

    Sets `drawn` (k,) of those of which something was.
    """
    rows, columns = strip.shape[1], strip.shape[2]
    wide = pitch(columns)
    scratch = _Scratch(
        np.empty((3, wide), np.float32),
        np.empty(columns, np.float32),
        np.empty(3, np.float32),
        np.empty((14, wide), np.float32),
        np.empty((5, 3), np.float32),
        np.empty(columns, np.int32),
        np.empty(columns, np.uint32),
        np.empty((2, wide), np.float32),
    )
    for k in range(len(jobs)):
        job = jobs[k]
        box = job.paint
        x0, x1 = max(box[0], left), min(box[2], left + columns)
        y0, y1 = max(box[1], top), min(box[3], top + rows)
        across, down = (_BLOCK, _BLOCK) if job.shape == TURNED else (max(x1 - x0, 1), max(y1 - y0, 1))
        for y in range(y0, y1, down):
            for x in range(x0, x1, across):
                a, b, c, d = x, y, min(x + across, x1), min(y + down, y1)
                if job.shape != HEXAGON:
                    a, b, c, d = open_part(strip[3], left, top, job, a, b, c, d)
                if c > a and _block(strip, left, top, data, job, a, b, c, d, scratch):
                    drawn[k] = True


@njit(nogil=True, cache=True, error_model="numpy")
def _block(
    strip: npt.NDArray[np.float32],
    left: int,
    top: int,
    data: npt.NDArray[np.uint8],
    job: Any,
    x0: int,
    y0: int,
    x1: int,
    y1: int,
    scratch: _Scratch,
) -> bool:
    """Paint what a job shows in output pixels x0 <= x < x1, y0 <= y < y1; false if it has nothing there."""
    u0, v0, u1, v1 = turned_window(job, x0, y0, x1, y1) if job.shape == TURNED else _window(job, x0, y0, x1, y1)
    if u1 <= u0 or v1 <= v0:
        return False
    start, step = (job.start[0], job.start[1]), (job.step[0], job.step[1])
    patch = resample(data, job.offset, job.width, job.height, start, step, (u0, v0), (u1 - u0, v1 - v0))
    # Index of the patch's pixel at (x0, y0), and its change along and across the output's rows.
    flat, plane, flip = patch.reshape(-1), (v1 - v0) * (u1 - u0), job.flip
    across, along = (u1 - u0) * (-1 if flip[1] else 1), -1 if flip[0] else 1
    corner = (u1 - u0 - 1 if flip[0] else 0) + (plane - (u1 - u0) if flip[1] else 0)
    if job.swap:
        along, across = across, along

    line, alpha, base = scratch.line, scratch.alpha, scratch.base
    # Rows of plain boxes, which most mosaics are made of, are taken as they are.
    whole = job.shape == BOX and job.feather <= _ONE and job.opacity == _ONE and job.of == 1
    for y in range(y0, y1):
        i, first, last = y - top, x0, x1
        if job.shape != HEXAGON:
            first, last = touched(job, y, x0, x1)
            first, last = trimmed(strip[3, i], first - left, last - left)
            first, last = first + left, last + left
        n = last - first
        if n <= 0:
            continue
        if job.shape == TURNED:
            turned_row(line[:, :n], scratch.at[:n], scratch.shares, patch, job, u0, v0, first, y)
        else:
            for c in range(3):
                _take(line[c, :n], flat, c * plane + corner + across * (y - y0) + along * (first - x0), along)
        if job.multiplied:
            for c in range(3):
                _multiply(line[c, :n], job.multiply[c])
        if job.tinted:
            for c in range(3):
                base[c] = job.base[c] + job.tilt[1, c] * np.float32(y - job.outer[1])
            tint_of(job.gain, job.follow, base, job.tilt[0], scratch.tint)
            outside = tint_row(line, scratch.lab, scratch.where, n, scratch.tint, first - job.outer[0])
            if outside > 0:
                gamut_row(line, scratch.lab, scratch.where, outside)

        at = first - left
        if whole and straight(job, y) and _all_free(strip[3, i, at : at + n]):
            for c in range(3):
                _take(strip[c, i, at : at + n], line[c], 0, 1)
            strip[3, i, at : at + n] = _ZERO
            continue
        _opacities(alpha, job, first, y, n)
        if job.shape == HEXAGON:
            for c in range(3):
                _sum(strip[c, i, at : at + n], line[c], alpha)
            for j in range(n):
                strip[3, i, at + j] += alpha[j]
        else:
            _take_free(strip[3, i, at : at + n], alpha)
            for c in range(3):
                _sum(strip[c, i, at : at + n], line[c], alpha)
    return True


@njit(nogil=True, cache=True, error_model="numpy")
def _opacities(alpha: npt.NDArray[np.float32], job: Any, x0: int, y: int, n: int) -> None:
    """Shares 0..1 of what is free that n output pixels from (x0, y) on take.

    Of m photos that are to count a / m each, the k-th takes a / (m - k a) of the 1 - k a / m that those above it left.
    """
    first, last = (x0, x0) if job.shape == HEXAGON else covered(job, y, x0, x0 + n)
    for j in range(first - x0):
        alpha[j] = job.opacity * np.float32(coverage(job, x0 + j + 0.5, y + 0.5))
    for j in range(first - x0, last - x0):
        alpha[j] = job.opacity
    for j in range(last - x0, n):
        alpha[j] = job.opacity * np.float32(coverage(job, x0 + j + 0.5, y + 0.5))
    if job.of > 1:
        of, above = np.float32(job.of), np.float32(0 if job.shape == HEXAGON else job.above)
        for j in range(n):
            alpha[j] /= of - above * alpha[j]


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
    elif step == -1:
        part = source[first + 1 - len(row) : first + 1]
        for j in range(len(row)):
            row[j] = part[len(row) - 1 - j]
    else:
        for j in range(len(row)):
            row[j] = source[first + step * j]


@njit(nogil=True, cache=True, error_model="numpy")
def _multiply(row: npt.NDArray[np.float32], factor: Any) -> None:
    for j in range(len(row)):
        row[j] *= factor


@njit(nogil=True, cache=True, error_model="numpy")
def _all_free(free: npt.NDArray[np.float32]) -> bool:
    taken = np.int32(0)
    for j in range(len(free)):
        taken = np.int32(taken | np.int32(free[j] != _ONE))
    return bool(taken == 0)


@njit(nogil=True, cache=True, error_model="numpy")
def _take_free(free: npt.NDArray[np.float32], alpha: npt.NDArray[np.float32]) -> None:
    """Turn shares of what is free into shares of the pixel, and leave the rest free."""
    for j in range(len(free)):
        share = free[j] * alpha[j]
        free[j] -= share
        alpha[j] = share


@njit(nogil=True, cache=True, error_model="numpy")
def _sum(row: npt.NDArray[np.float32], line: npt.NDArray[np.float32], alpha: npt.NDArray[np.float32]) -> None:
    for j in range(len(row)):
        row[j] += alpha[j] * line[j]


@njit(nogil=True, cache=True, error_model="numpy")
def settle(strip: npt.NDArray[np.float32], sums: npt.NDArray[np.float32], closed: bool) -> None:
    """Put summed hexagons (4, h, w) under a strip; if `closed`, they cover each pixel that they touch."""
    rows, columns = strip.shape[1], strip.shape[2]
    for i in range(rows):
        for j in range(columns):
            weight, free = sums[3, i, j], strip[3, i, j]
            if weight > _ZERO:
                whole = closed or weight > _ONE
                share = free / weight if whole else free
                for c in range(3):
                    strip[c, i, j] += share * sums[c, i, j]
                strip[3, i, j] = _ZERO if whole else free - free * weight

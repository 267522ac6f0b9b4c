"""Kernels: how much of a pixel a photo covers, from the distance to its outline."""

from typing import Any

import numpy as np
from numba import njit

from musivum.render._jobs import HEXAGON

_TRACE = 1e-5  # the weight a hexagon keeps outside its edges, so that no notch between cells stays empty
_SURE = 1e-6  # output pixels: rounding is less
_LEVEL = 1e-12


@njit(nogil=True, cache=True, error_model="numpy")
def coverage(job: Any, x: float, y: float) -> Any:
    """Share 0..1 of the pixel with its middle at output (x, y) that the box, turned crop or hexagon covers."""
    if job.shape == HEXAGON:
        box = job.box
        x0, y0, x1, y1 = box[0], box[1], box[2], box[3]
        half_w, half_h = (x1 - x0) / 2, (y1 - y0) / 2
        dx, dy = abs(x - (x0 + x1) / 2), y - (y0 + y1) / 2
        inside = half_w - dx
        if not (job.open[0] if dy < 0 else job.open[1]):
            slant = (half_w * half_h - half_h / 2 * dx - half_w * abs(dy)) / np.sqrt(
                half_h * half_h / 4 + half_w * half_w
            )
            inside = min(inside, slant)
        inside -= job.inset
        if job.inset == 0:
            return max(min(inside + 0.5, 1.0), _TRACE / (1.0 + max(-inside, 0.0)) ** 2)
        return min(max(inside + 0.5, 0.0), 1.0)
    a, b, corner = job.outline[0], job.outline[1], job.corner
    u = a[0] * x + a[1] * y + a[2]
    v = b[0] * x + b[1] * y + b[2]
    near_u, near_v = min(u, job.extent[0] - u), min(v, job.extent[1] - v)
    inside = min(near_u, near_v)
    if corner > 0 and near_u < corner and near_v < corner:
        inside = corner - np.hypot(corner - near_u, corner - near_v)
    return min(max((inside + 0.5) / max(job.feather, 1.0), 0.0), 1.0)


@njit(nogil=True, cache=True, error_model="numpy")
def straight(job: Any, y: int) -> bool:
    """Whether an upright box is as wide in row y as if its corners were not rounded."""
    v = y + 0.5 + job.outline[1, 2]
    return bool(job.corner <= v <= job.extent[1] - job.corner)


@njit(nogil=True, cache=True, error_model="numpy")
def touched(job: Any, y: int, x0: int, x1: int) -> tuple[int, int]:
    """Columns a <= x < b of x0 <= x < x1 outside of which the box or turned crop covers nothing of row y."""
    return _deep(job, y, x0, x1, -0.5 - _SURE)


@njit(nogil=True, cache=True, error_model="numpy")
def covered(job: Any, y: int, x0: int, x1: int) -> tuple[int, int]:
    """Columns a <= x < b of x0 <= x < x1 in which the box or turned crop covers all of each pixel of row y."""
    return _deep(job, y, x0, x1, max(job.feather, 1.0) - 0.5 + _SURE)


@njit(nogil=True, cache=True, error_model="numpy")
def _deep(job: Any, y: int, x0: int, x1: int, depth: float) -> tuple[int, int]:
    """Columns whose middles in row y are at least so many pixels inside the outline.

    Inside rounded corners, that is the union of two rectangles and four discs; as it is convex, a row lies in it from
    the first to the last place where it lies in any of them.
    """
    corner = job.corner
    if corner == 0:
        low, high = _in_rectangle(job, y, depth, depth)
    else:
        inner = max(corner, depth)
        low, high = _in_rectangle(job, y, inner, depth)
        low, high = _joined(low, high, _in_rectangle(job, y, depth, inner))
        far_u, far_v = job.extent[0] - corner, job.extent[1] - corner
        if corner > depth:
            for u in (corner, far_u):
                for v in (corner, far_v):
                    low, high = _joined(low, high, _in_disc(job, y, u, v, corner - depth))
    low, high = max(low, x0 + 0.5), min(high, x1 - 0.5)
    if high < low:
        return x0, x0
    first = int(np.ceil(low - 0.5))
    return first, max(first, int(np.floor(high - 0.5)) + 1)


@njit(nogil=True, cache=True, error_model="numpy")
def _joined(low: float, high: float, other: tuple[float, float]) -> tuple[float, float]:
    return min(low, other[0]), max(high, other[1])


@njit(nogil=True, cache=True, error_model="numpy")
def _in_rectangle(job: Any, y: int, inset_u: float, inset_v: float) -> tuple[float, float]:
    """From where to where row y is at least so far inside the edges; from infinity to minus infinity if nowhere."""
    low, high = -np.inf, np.inf
    for axis in range(2):
        depth = inset_v if axis else inset_u
        slope = job.outline[axis, 0]
        at = job.outline[axis, 1] * (y + 0.5) + job.outline[axis, 2]
        end = job.extent[axis] - depth
        if end < depth:
            return np.inf, -np.inf
        if abs(slope) < _LEVEL:
            if at < depth or at > end:
                return np.inf, -np.inf
        else:
            one, other = (depth - at) / slope, (end - at) / slope
            low, high = max(low, min(one, other)), min(high, max(one, other))
    return (low, high) if low <= high else (np.inf, -np.inf)


@njit(nogil=True, cache=True, error_model="numpy")
def _in_disc(job: Any, y: int, u: float, v: float, radius: float) -> tuple[float, float]:
    """The same of a disc about (u, v) in pixels from the two edges; the outline turns, but keeps lengths."""
    a, b = job.outline[0], job.outline[1]
    across, down = u - a[1] * (y + 0.5) - a[2], v - b[1] * (y + 0.5) - b[2]
    middle, apart = a[0] * across + b[0] * down, a[0] * down - b[0] * across
    if abs(apart) > radius:
        return np.inf, -np.inf
    half = np.sqrt(radius * radius - apart * apart)
    return middle - half, middle + half

"""Kernels: the part of a patch that turned output pixels show, and those pixels."""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit


@njit(nogil=True, cache=True, error_model="numpy")
def turned_window(job: Any, x0: int, y0: int, x1: int, y1: int) -> tuple[int, int, int, int]:
    """Patch pixels u0, v0, u1, v1 that output pixels x0 <= x < x1, y0 <= y < y1 are interpolated from."""
    a, b = job.inverse[0], job.inverse[1]
    x, y, w, h = x0 + 0.5, y0 + 0.5, float(x1 - x0 - 1), float(y1 - y0 - 1)
    u = a[0] * x + a[1] * y + a[2] - 0.5
    v = b[0] * x + b[1] * y + b[2] - 0.5
    u0 = int(np.floor(u + min(a[0] * w, 0.0) + min(a[1] * h, 0.0))) - 1
    v0 = int(np.floor(v + min(b[0] * w, 0.0) + min(b[1] * h, 0.0))) - 1
    u1 = int(np.floor(u + max(a[0] * w, 0.0) + max(a[1] * h, 0.0))) + 3
    v1 = int(np.floor(v + max(b[0] * w, 0.0) + max(b[1] * h, 0.0))) + 3
    return max(u0, 0), max(v0, 0), min(u1, job.count[0]), min(v1, job.count[1])


@njit(nogil=True, cache=True, error_model="numpy")
def turned_row(
    line: npt.NDArray[np.float32], patch: npt.NDArray[np.float32], job: Any, u0: int, v0: int, x0: int, y: int, n: int
) -> None:
    """Row of n output pixels from (x0, y) on, bilinear in a turned patch whose first pixel is (u0, v0)."""
    height, width = patch.shape[1], patch.shape[2]
    a, b, count = job.inverse[0], job.inverse[1], job.count
    middle = y + 0.5
    for j in range(n):
        x = x0 + j + 0.5
        u = min(max(a[0] * x + a[1] * middle + a[2] - 0.5, 0.0), count[0] - 1.0)
        v = min(max(b[0] * x + b[1] * middle + b[2] - 0.5, 0.0), count[1] - 1.0)
        fu, fv = np.float32(u - int(u)), np.float32(v - int(v))
        left, upper = min(max(int(u) - u0, 0), width - 1), min(max(int(v) - v0, 0), height - 1)
        right, lower = min(max(int(u) - u0 + 1, 0), width - 1), min(max(int(v) - v0 + 1, 0), height - 1)
        for c in range(3):
            above = patch[c, upper, left] + fu * (patch[c, upper, right] - patch[c, upper, left])
            below = patch[c, lower, left] + fu * (patch[c, lower, right] - patch[c, lower, left])
            line[c, j] = above + fv * (below - above)

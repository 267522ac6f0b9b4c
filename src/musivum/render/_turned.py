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
    u0, u1 = _reach(
        u + min(a[0] * w, 0.0) + min(a[1] * h, 0.0), u + max(a[0] * w, 0.0) + max(a[1] * h, 0.0), job.count[0]
    )
    v0, v1 = _reach(
        v + min(b[0] * w, 0.0) + min(b[1] * h, 0.0), v + max(b[0] * w, 0.0) + max(b[1] * h, 0.0), job.count[1]
    )
    return u0, v0, u1, v1


@njit(nogil=True, cache=True, error_model="numpy")
def _reach(low: float, high: float, count: int) -> tuple[int, int]:
    """Pixels first..last of `count` that places from low to high lie between, two at least where there are two."""
    first = min(max(int(np.floor(low)) - 1, 0), max(count - 2, 0))
    return first, max(min(int(np.floor(high)) + 3, count), min(count, 2))


@njit(nogil=True, cache=True, error_model="numpy")
def turned_row(
    line: npt.NDArray[np.float32],
    at: npt.NDArray[np.uint32],
    shares: npt.NDArray[np.float32],
    patch: npt.NDArray[np.float32],
    job: Any,
    u0: int,
    v0: int,
    x0: int,
    y: int,
) -> None:
    """Fill line (3, n) with n output pixels from (x0, y) on, bilinear in a turned patch whose first pixel is (u0, v0).

    The patch is what `turned_window` tells, or more. `at` (n,) and `shares` (2, n) are scratch.
    """
    width, count = patch.shape[2], job.count
    _locate(at, shares[0], shares[1], job, u0, v0, width, x0, y)
    right, below = np.uint32(min(count[0] - 1, 1)), np.uint32(width * min(count[1] - 1, 1))
    _between(line, patch[0].reshape(-1), patch[1].reshape(-1), patch[2].reshape(-1), at, shares, right, below)


@njit(nogil=True, cache=True, error_model="numpy")
def _locate(at: Any, across: Any, down: Any, job: Any, u0: int, v0: int, width: int, x0: int, y: int) -> None:
    """Index of the patch's pixel left above each output pixel, and how far that is beyond it, 0..1."""
    inverse, count = job.inverse, job.count
    du, dv = inverse[0, 0], inverse[1, 0]
    u_there = inverse[0, 1] * (y + 0.5) + inverse[0, 2] - 0.5
    v_there = inverse[1, 1] * (y + 0.5) + inverse[1, 2] - 0.5
    end_u, end_v = count[0] - 1.0, count[1] - 1.0
    last_u, last_v = np.int32(max(count[0] - 2, 0)), np.int32(max(count[1] - 2, 0))
    first, pitch = np.int32(v0 * width + u0), np.int32(width)
    for j in range(len(at)):
        x = x0 + j + 0.5
        u = min(max(du * x + u_there, 0.0), end_u)
        v = min(max(dv * x + v_there, 0.0), end_v)
        column, row = min(np.int32(u), last_u), min(np.int32(v), last_v)
        across[j], down[j] = np.float32(u - column), np.float32(v - row)
        at[j] = np.uint32(np.int32(row * pitch) + column - first)


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
def _between(line: Any, red: Any, green: Any, blue: Any, at: Any, shares: Any, right: Any, below: Any) -> None:
    """Interpolate planes; unsigned indices are not asked whether they count from the end."""
    across, down, reds, greens, blues = shares[0], shares[1], line[0], line[1], line[2]
    for j in range(len(reds)):
        one, u, v = at[j], across[j], down[j]
        two, three, four = one + right, one + below, one + below + right
        above, under = red[one] + u * (red[two] - red[one]), red[three] + u * (red[four] - red[three])
        reds[j] = above + v * (under - above)
        above, under = green[one] + u * (green[two] - green[one]), green[three] + u * (green[four] - green[three])
        greens[j] = above + v * (under - above)
        above, under = blue[one] + u * (blue[two] - blue[one]), blue[three] + u * (blue[four] - blue[three])
        blues[j] = above + v * (under - above)

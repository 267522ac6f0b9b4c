"""Least squares on position, angle and scale: what lines a tile up with the target beneath its window.

The second half of registration by log-polar mapping [1]_, for many windows at once and with the engine's own error:
gains stay 1 and a shift of the mean colour has its price.

References
----------
.. [1] S. Zokai, G. Wolberg, "Image registration using log-polar mappings for recovery of large-scale similarity and
   projective transformations", IEEE Trans. Image Processing 14(10), 2005. doi:10.1109/TIP.2005.854501
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from musivum.engines.fractal._board import Board
from musivum.engines.fractal._windows import Floats, Plane, Poses

STEPS = 5
"""Most steps down the gradient."""

_ENOUGH = 2e-3  # of a side or a radian: smaller steps are not worth another look
_PARTS = 3
_NOTHING = np.zeros((0, 0), np.uint8)


class Polished(NamedTuple):
    """What is left between tiles and windows at their last poses.

    Attributes
    ----------
    poses
        Of the windows.
    square
        (n,) squared error.
    worst
        (n,) the same for the mean colours of the worst of 3 x 3 parts of the window.
    contrast
        (n,) variance of the target in the window, summed over channels.
    shift
        (n, 3) weighted OKLab by which the window's mean exceeds the tile's.
    """

    poses: Poses
    square: npt.NDArray[np.float64]
    worst: npt.NDArray[np.float64]
    contrast: npt.NDArray[np.float64]
    shift: npt.NDArray[np.float64]


def joined(parts: Sequence[Polished]) -> Polished:
    """Findings one after another."""
    poses = Poses(*map(np.concatenate, zip(*(part.poses for part in parts), strict=True)))
    return Polished(poses, *map(np.concatenate, zip(*(part[1:] for part in parts), strict=True)))


def polish(
    plane: Plane,
    poses: Poses,
    tiles: Floats,
    index: npt.NDArray[np.int64],
    *,
    mean_weight: float,
    reach: tuple[float, float, float],
    furthest: float = math.inf,
    steps: int = STEPS,
    hidden: Board | None = None,
) -> Polished:
    """Move windows so that the squared error against their tiles falls: at least 0, at most `steps` steps.

    Parameters
    ----------
    plane
        The target in pixels of about a tile's pixels.
    tiles, index
        (u, side, side, 3) weighted OKLab, and which of them each window holds.
    mean_weight
        Of a difference in mean colour against one in pattern.
    reach
        How far a window may move: in sides, radians, and logarithm of its scale.
    furthest
        Radians either way beyond which no window may be turned.
    hidden
        What is covered on it does not count; by default everything on the canvas counts.
    """
    n, side = len(poses.x), tiles.shape[1]
    pose = np.stack(poses, axis=1).astype(np.float64)
    out = np.empty((n, 6))
    planes = np.ascontiguousarray(tiles.reshape(len(tiles), side * side, 3).transpose(0, 2, 1))
    covered, on_covered = (_NOTHING, plane.scale) if hidden is None else (hidden.covered, hidden.scale)
    view = (plane.pixels, plane.scale, covered, on_covered)
    bounds = tuple(map(float, (*reach, furthest)))  # of one type, or the kernel is compiled for each mixture
    _polish(view, pose, planes, index, side, float(mean_weight**2), bounds, steps, out)
    return Polished(Poses(*np.ascontiguousarray(pose.T)), out[:, 0], out[:, 1], out[:, 2], out[:, 3:])


@njit(nogil=True, cache=True, error_model="numpy")
def _polish(view, poses, tiles, index, side, price, reach, steps, out):  # type: ignore[no-untyped-def]
    n = side * side
    rest, across, down = np.empty((3, n), np.float32), np.empty((3, n), np.float32), np.empty((3, n), np.float32)
    arm, inside, slopes = np.empty((2, n), np.float32), np.empty(n, np.bool_), np.empty((4, n), np.float32)
    normal, mean = np.empty((4, 5)), np.empty(3)
    trial, best, start = np.empty(5), np.empty(5), np.empty(5)
    for i in range(len(poses)):
        start[:] = poses[i]
        best[:] = start
        tile = tiles[index[i]]
        damping = 1e-3
        count = _look(view, best, side, tile, rest, across, down, arm, inside)
        square = _square(rest, count, price, mean)
        fresh = True
        for _ in range(steps):
            size = math.sqrt(best[3] * best[4])
            if fresh:
                _normal_equations(rest, across, down, arm, count, price, size, mean, slopes, normal)
            step = _solve(normal, damping)
            for k in range(2):
                moved = best[k] + step[k] * size - start[k]
                trial[k] = start[k] + min(max(moved, -reach[0] * size), reach[0] * size)
            trial[2] = start[2] + min(max(best[2] + step[2] - start[2], -reach[1]), reach[1])
            trial[2] = min(max(trial[2], -reach[3]), reach[3])
            grown = math.exp(min(max(math.log(best[3] / start[3]) + step[3], -reach[2]), reach[2]))
            trial[3], trial[4] = start[3] * grown, start[4] * grown
            seen = _look(view, trial, side, tile, rest, across, down, arm, inside)
            attempt = _square(rest, seen, price, mean)
            fresh = attempt < square
            if fresh:
                square, count, damping = attempt, seen, damping / 4
                best[:] = trial
                if np.abs(step).max() < _ENOUGH:
                    break
            else:
                damping *= 16
        if not fresh:
            count = _look(view, best, side, tile, rest, across, down, arm, inside)
            square = _square(rest, count, price, mean)
        poses[i] = best
        out[i, 0] = square
        out[i, 1] = _worst(rest, inside, side, mean, price)
        out[i, 2] = _variance(rest, tile, inside, count)
        out[i, 3:] = mean


@njit(nogil=True, cache=True, error_model="numpy")
def _look(view, pose, side, tile, rest, across, down, arm, inside):  # type: ignore[no-untyped-def]
    """Residuals and slopes of the target on the canvas, and the arms from the middle to the samples; how many count."""
    pixels, scale, covered, on_covered = view
    rows, columns, _ = pixels.shape
    cos, sin = math.cos(pose[2]), math.sin(pose[2])
    count = 0
    for i in range(side * side):
        u, v = ((i % side + 0.5) / side - 0.5) * pose[3], ((i // side + 0.5) / side - 0.5) * pose[4]
        du, dv = cos * u - sin * v, sin * u + cos * v
        x, y = (pose[0] + du) * scale[0], (pose[1] + dv) * scale[1]
        arm[0, i], arm[1, i] = du, dv
        inside[i] = 0 <= x <= columns and 0 <= y <= rows
        if inside[i] and covered.shape[0]:
            row = min(int((pose[1] + dv) * on_covered[1]), covered.shape[0] - 1)
            inside[i] = not covered[row, min(int((pose[0] + du) * on_covered[0]), covered.shape[1] - 1)]
        if not inside[i]:
            for k in range(3):
                rest[k, i] = across[k, i] = down[k, i] = 0
            continue
        count += 1
        x, y = min(max(x - 0.5, 0.0), columns - 1.001), min(max(y - 0.5, 0.0), rows - 1.001)
        a, b = int(x), int(y)
        fx, fy = np.float32(x - a), np.float32(y - b)
        upper, lower = pixels[b, a : a + 2], pixels[b + 1, a : a + 2]
        for k in range(3):
            above, below = upper[1, k] - upper[0, k], lower[1, k] - lower[0, k]
            first, second = upper[0, k] + fx * above, lower[0, k] + fx * below
            rest[k, i] = first + fy * (second - first) - tile[k, i]
            across[k, i] = (above + fy * (below - above)) * np.float32(scale[0])
            down[k, i] = (second - first) * np.float32(scale[1])
    return count


@njit(nogil=True, cache=True, error_model="numpy")
def _square(rest, count, price, mean):  # type: ignore[no-untyped-def]
    """Squared error, and the mean residual of each channel."""
    square = 0.0
    for k in range(3):
        total, squares = _moments(rest[k], rest[k])
        mean[k] = total / max(count, 1)
        square += squares / max(count, 1) - (1 - price) * mean[k] ** 2
    return max(square, 0.0) if count else np.inf


@njit(nogil=True, cache=True, error_model="numpy", fastmath=True)
def _moments(first, second):  # type: ignore[no-untyped-def]
    total, product = np.float32(0), np.float32(0)
    for i in range(len(first)):
        total += first[i]
        product += first[i] * second[i]
    return total, product


@njit(nogil=True, cache=True, error_model="numpy", fastmath=True)
def _slopes(across, down, arm, size, slopes):  # type: ignore[no-untyped-def]
    """Slopes of one channel by x and y in sides, by angle, and by the logarithm of the scale."""
    for i in range(len(across)):
        slopes[0, i] = across[i] * size
        slopes[1, i] = down[i] * size
        slopes[2, i] = down[i] * arm[0, i] - across[i] * arm[1, i]
        slopes[3, i] = across[i] * arm[0, i] + down[i] * arm[1, i]


@njit(nogil=True, cache=True, error_model="numpy")
def _normal_equations(rest, across, down, arm, count, price, size, mean, slopes, normal):  # type: ignore[no-untyped-def]
    """The matrix (4, 4) of mean products of slopes and, as a fifth column, the gradient."""
    normal[:] = 0
    totals = np.empty(4)
    for k in range(3):
        _slopes(across[k], down[k], arm, np.float32(size), slopes)
        for i in range(4):
            totals[i], gradient = _moments(slopes[i], rest[k])
            normal[i, 4] += gradient / count - (1 - price) * totals[i] / count * mean[k]
            for j in range(i + 1):
                _, product = _moments(slopes[i], slopes[j])
                normal[i, j] += product / count - (1 - price) * totals[i] * totals[j] / count**2
    for i in range(4):
        for j in range(i):
            normal[j, i] = normal[i, j]


@njit(nogil=True, cache=True, error_model="numpy")
def _solve(normal, damping):  # type: ignore[no-untyped-def]
    """The damped step (4,) down the gradient, by elimination; the matrix is positive definite."""
    a = normal.copy()
    trace = a[0, 0] + a[1, 1] + a[2, 2] + a[3, 3] + 1e-12
    for i in range(4):
        a[i, i] += damping * a[i, i] + 1e-6 * trace
    for i in range(4):
        for j in range(i + 1, 4):
            factor = a[j, i] / a[i, i]
            for k in range(i, 5):
                a[j, k] -= factor * a[i, k]
    step = np.empty(4)
    for i in range(3, -1, -1):
        value = -a[i, 4]
        for k in range(i + 1, 4):
            value -= a[i, k] * step[k]
        step[i] = value / a[i, i]
    return step


@njit(nogil=True, cache=True, error_model="numpy")
def _variance(rest, tile, inside, count):  # type: ignore[no-untyped-def]
    """Variance of the target in a window, summed over the channels."""
    variance = 0.0
    for k in range(3):
        total, square = 0.0, 0.0
        for i in range(len(inside)):
            if inside[i]:
                value = rest[k, i] + tile[k, i]
                total += value
                square += value * value
        variance += square / max(count, 1) - (total / max(count, 1)) ** 2
    return max(variance, 0.0)


@njit(nogil=True, cache=True, error_model="numpy")
def _worst(rest, inside, side, mean, price):  # type: ignore[no-untyped-def]
    """Largest squared mean residual of a part of the window, the mean of all counting for its price only."""
    worst, kept = 0.0, math.sqrt(price)
    for part in range(_PARTS * _PARTS):
        top, left = part // _PARTS * side // _PARTS, part % _PARTS * side // _PARTS
        low, right = (part // _PARTS + 1) * side // _PARTS, (part % _PARTS + 1) * side // _PARTS
        count, square = 0, 0.0
        for r in range(top, low):
            for c in range(left, right):
                count += inside[r * side + c]
        for k in range(3):
            total = 0.0
            for r in range(top, low):
                for c in range(left, right):
                    total += rest[k, r * side + c]
            square += (total / max(count, 1) - (1 - kept) * mean[k]) ** 2
        worst = max(worst, square if count else 0.0)
    return worst

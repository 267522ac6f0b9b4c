"""Least squares on position, angle and log scale, with gain and offset of every channel solved for at each step.

References
----------
.. [1] S. Zokai, G. Wolberg, "Image registration using log-polar mappings for recovery of large-scale similarity and
   projective transformations", IEEE Trans. Image Processing 14(10), 2005. doi:10.1109/TIP.2005.854501
.. [2] L. Kaufman, "A variable projection method for solving separable nonlinear least squares problems", BIT 15,
   1975. doi:10.1007/BF01932995
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

_STEPS = 24
_GAIN = 1e-5  # relative gain of a step under which the search has converged
_LEAST = 1e-3  # variance under which a channel explains nothing


class Fit(NamedTuple):
    """How well a template, placed in a scene, explains it.

    `pose` is x, y of the template's centre in the scene, angle and log scale. `unexplained` is the share of the
    scene's variance over the overlap that a gain and an offset per channel leave, 0..1. `pixels` is the overlap.
    `moments` is (c, 3): variance of scene and template, and their covariance, per pixel.
    """

    pose: npt.NDArray[np.float64]
    unexplained: float
    pixels: int
    moments: npt.NDArray[np.float64]


def refine(
    scene: npt.NDArray[np.float32],
    template: npt.NDArray[np.float32],
    pose: npt.NDArray[np.float64],
    least: float,
    steps: int = _STEPS,
) -> Fit:
    """Move `pose` downhill from a good guess [1]_ by Levenberg-Marquardt steps of the projected problem [2]_.

    The share of variance that is left is minimised, not the residue itself, so that a pose cannot gain by showing
    less, or only flat parts, of the scene.

    Parameters
    ----------
    scene, template
        (c, h, w), of about the same scale: every pixel of the scene is compared with one bilinear sample.
    pose
        (4,) see `Fit`.
    least
        Pixels of overlap that must remain.
    """
    best = pose.astype(np.float64)
    moments = np.zeros((len(scene), 3))
    unexplained, pixels = _descend(scene, template, best, least, steps, moments)
    return Fit(best, unexplained, pixels, moments)


def _descend(
    scene: npt.NDArray[np.float32],
    template: npt.NDArray[np.float32],
    pose: npt.NDArray[np.float64],
    least: float,
    steps: int,
    moments: npt.NDArray[np.float64],
) -> tuple[float, int]:
    channels = len(scene)
    grams = np.zeros((channels, 7, 7))
    pixels = _grams(scene, template, pose, grams)
    cost = _unexplained(grams, pixels, least, moments)
    damping = 1e-3
    trial = np.empty((channels, 7, 7))
    kept = moments.copy()
    for _ in range(steps):
        if not cost < 1.0:
            break
        normal, slope = _normal_equations(grams, pixels)
        improved = False
        while damping < 1e4:
            lifted = normal.copy()
            for k in range(4):
                lifted[k, k] += damping * normal[k, k] + 1e-9
            moved = pose + np.linalg.solve(lifted, slope)
            count = _grams(scene, template, moved, trial)
            new = _unexplained(trial, count, least, kept)
            if new < cost:
                improved = True
                break
            damping *= 8
        if not improved:
            break
        gain = cost - new
        pose[:] = moved
        grams[:] = trial
        moments[:] = kept
        cost, pixels = new, count
        damping = max(damping / 8, 1e-6)
        if gain < _GAIN * cost:
            break
    return cost, pixels


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
def _grams(scene, template, pose, grams):  # type: ignore[no-untyped-def]
    """Inner products of 1, template, its derivatives by the pose and scene, over the overlap, in each channel."""
    channels, height, width = scene.shape
    rows, columns = template.shape[1], template.shape[2]
    grams[:] = 0
    if not (np.isfinite(pose).all() and abs(pose[3]) < 3):
        return 0
    shrink = np.exp(-pose[3])
    a, b = shrink * np.cos(pose[2]), shrink * np.sin(pose[2])
    reach_x = (abs(a) * columns + abs(b) * rows) / (2 * shrink * shrink)
    reach_y = (abs(b) * columns + abs(a) * rows) / (2 * shrink * shrink)
    x0, x1 = int(max(np.floor(pose[0] - reach_x), 0)), int(min(np.ceil(pose[0] + reach_x), width))
    y0, y1 = int(max(np.floor(pose[1] - reach_y), 0)), int(min(np.ceil(pose[1] + reach_y), height))
    pixels = 0
    z = np.empty(7, np.float32)
    sums = np.empty((channels, 28), np.float32)
    z[0] = 1
    for y in range(y0, y1):
        sums[:] = 0
        for x in range(x0, x1):
            dx, dy = x + 0.5 - pose[0], y + 0.5 - pose[1]
            v, w = a * dx + b * dy, a * dy - b * dx
            at_x, at_y = v + 0.5 * columns, w + 0.5 * rows
            if not (0 <= at_x <= columns and 0 <= at_y <= rows):
                continue
            pixels += 1
            at_x = min(max(at_x - 0.5, 0.0), columns - 1.0)
            at_y = min(max(at_y - 0.5, 0.0), rows - 1.0)
            left, upper = int(at_x), int(at_y)
            right, lower = min(left + 1, columns - 1), min(upper + 1, rows - 1)
            fx, fy = np.float32(at_x - left), np.float32(at_y - upper)
            for c in range(channels):
                p, q = template[c, upper, left], template[c, upper, right]
                r, s = template[c, lower, left], template[c, lower, right]
                gx = (q - p) + fy * ((s - r) - (q - p))
                gy = (r - p) + fx * ((s - q) - (r - p))
                z[1] = p + fx * (q - p) + fy * gy
                z[2] = -(gx * a - gy * b)
                z[3] = -(gx * b + gy * a)
                z[4] = gx * w - gy * v
                z[5] = -(gx * v + gy * w)
                z[6] = scene[c, y, x]
                k = 0
                for i in range(7):
                    for j in range(i, 7):
                        sums[c, k] += z[i] * z[j]
                        k += 1
        for c in range(channels):
            k = 0
            for i in range(7):
                for j in range(i, 7):
                    grams[c, i, j] += sums[c, k]
                    k += 1
    for c in range(channels):
        for i in range(7):
            for j in range(i):
                grams[c, i, j] = grams[c, j, i]
    return pixels


def _unexplained(grams: npt.NDArray[np.float64], pixels: int, least: float, moments: npt.NDArray[np.float64]) -> float:
    if pixels < least or pixels < 8:
        return np.inf
    total, explained = 0.0, 0.0
    for c in range(len(grams)):
        g = grams[c] / pixels
        of_scene = max(g[6, 6] - g[0, 6] ** 2, 0.0)
        of_template = max(g[1, 1] - g[0, 1] ** 2, 0.0)
        together = g[1, 6] - g[0, 1] * g[0, 6]
        moments[c] = of_scene, of_template, together
        total += of_scene
        if together > 0:
            explained += together**2 / (of_template + _LEAST)
    return float(1 - explained / (total + _LEAST * len(grams)))


def _normal_equations(
    grams: npt.NDArray[np.float64], pixels: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Of the derivatives left when constants and the template itself, which offset and gain take up, are removed."""
    normal, slope = np.zeros((4, 4)), np.zeros(4)
    for c in range(len(grams)):
        g = grams[c] / pixels
        centred = g - np.outer(g[0], g[0])
        variance = centred[1, 1] + _LEAST
        gain = centred[1, 6] / variance
        if gain <= 0:
            continue
        free = centred - np.outer(centred[1], centred[1]) / variance
        normal += gain * gain * free[2:6, 2:6]
        slope += gain * free[2:6, 6]
    return normal, slope

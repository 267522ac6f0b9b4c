"""Windows of the target: sampled upright or turned, as patterns without their mean."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from musivum.color import linear_from_oklab, oklab_from_linear
from musivum.features import shrink
from musivum.geometry import Size

SIDE = 12
"""Samples along each side of a window."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Scene:
    """The target and what it is compared by.

    Attributes
    ----------
    samples
        (h, w, 3) linear light, see `linear_samples`.
    canvas
        Size that it is stretched to.
    weights
        (3,) of L, a and b in comparisons.
    """

    samples: npt.NDArray[np.uint16]
    canvas: Size
    weights: Floats

    def plane(self, pitch: float, *, workers: int = 1) -> Plane:
        """The target in pixels of about `pitch` pixels of the canvas, or in its own where these are larger."""
        own = (self.samples.shape[1], self.samples.shape[0])
        size = Size(*(max(2, min(round(side / pitch), most)) for side, most in zip(self.canvas, own, strict=True)))
        linear = shrink(self.samples, size, workers=workers)
        scale = np.array([size.width / self.canvas.width, size.height / self.canvas.height])
        return Plane(np.ascontiguousarray(oklab_from_linear(linear) * self.weights, np.float32), scale)

    def linear(self, pixels: Floats) -> Floats:
        """Undo the weights: linear light of pixels of a plane; what had no weight is grey."""
        lab = np.divide(pixels, self.weights, out=np.zeros_like(pixels), where=self.weights > 0)
        return np.asarray(linear_from_oklab(lab), np.float32)


class Plane(NamedTuple):
    """The weighted OKLab target at one resolution (h, w, 3), and its pixels (2,) per pixel of the canvas in x and y."""

    pixels: Floats
    scale: npt.NDArray[np.float64]


class Poses(NamedTuple):
    """Where windows lie on the canvas: middles x, y, angles clockwise, widths and heights, each (n,)."""

    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    angle: npt.NDArray[np.float64]
    width: npt.NDArray[np.float64]
    height: npt.NDArray[np.float64]

    def take(self, rows: npt.NDArray[np.integer[Any]]) -> Poses:
        """Some of them."""
        return Poses(*(column[rows] for column in self))


def sample(plane: Plane, poses: Poses, side: int = SIDE) -> Floats:
    """Sample each window at the middles of side x side pixels, bilinearly; the border goes on outside the target.

    Returns
    -------
    (n, side, side, 3) weighted OKLab.
    """
    out = np.empty((len(poses.x), side, side, 3), np.float32)
    _sample(plane.pixels, plane.scale, *poses, out)
    return out


@njit(nogil=True, cache=True, error_model="numpy")
def _sample(pixels, scale, x, y, angle, width, height, out):  # type: ignore[no-untyped-def]
    rows, columns, _ = pixels.shape
    side = out.shape[1]
    for i in range(len(x)):
        cos, sin = math.cos(angle[i]), math.sin(angle[i])
        ux, uy = width[i] / side * cos * scale[0], width[i] / side * sin * scale[1]
        vx, vy = -height[i] / side * sin * scale[0], height[i] / side * cos * scale[1]
        left = x[i] * scale[0] - 0.5 - (side - 1) / 2 * (ux + vx)
        top = y[i] * scale[1] - 0.5 - (side - 1) / 2 * (uy + vy)
        for r in range(side):
            for c in range(side):
                px = min(max(left + r * vx + c * ux, 0.0), columns - 1.001)
                py = min(max(top + r * vy + c * uy, 0.0), rows - 1.001)
                a, b = int(px), int(py)
                fx, fy = np.float32(px - a), np.float32(py - b)
                upper, lower = pixels[b, a : a + 2], pixels[b + 1, a : a + 2]
                for k in range(3):
                    above = upper[0, k] + fx * (upper[1, k] - upper[0, k])
                    below = lower[0, k] + fx * (lower[1, k] - lower[0, k])
                    out[i, r, c, k] = above + fy * (below - above)


def patterns(pixels: Floats, mean_weight: float) -> Floats:
    """Vectors (n, d) of (n, side, side, 3) weighted OKLab whose distances are errors.

    Their squared distance is the mean squared difference of the pixels with the mean colours made equal, summed over
    the channels, plus the squared difference of the mean colours times the squared weight.
    """
    n, side = pixels.shape[:2]
    mean = pixels.mean(axis=(1, 2))
    vectors = np.empty((n, side * side * 3 + 3), np.float32)
    np.subtract(pixels.reshape(n, side * side, 3), mean[:, None], out=vectors[:, :-3].reshape(n, side * side, 3))
    vectors[:, :-3] /= np.float32(side)
    vectors[:, -3:] = np.float32(mean_weight) * mean
    return vectors


def contrasts(vectors: Floats) -> Floats:
    """Variances (n,) of the patterns that vectors describe: squared OKLab, summed over the channels."""
    return np.asarray(np.einsum("ij,ij->i", vectors[:, :-3], vectors[:, :-3]), np.float32)

"""Sizes, boxes and similarity transforms.

Geometry is continuous: ``(x, y)`` with y down and the origin at the outer corner of the first pixel, so drawing a
picture s times larger multiplies every coordinate by s. Angles are in radians, clockwise on screen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class Size(NamedTuple):
    """Width and height in pixels."""

    width: int
    height: int

    @property
    def aspect(self) -> float:
        """Width divided by height."""
        return self.width / self.height

    def scaled(self, scale: float) -> Size:
        """Size times `scale`, to the nearest pixel and at least 1 x 1."""
        return Size(max(1, math.floor(self.width * scale + 0.5)), max(1, math.floor(self.height * scale + 0.5)))


class Box(NamedTuple):
    """A half-open rectangle: x0 <= x < x1, y0 <= y < y1."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0


@dataclass(frozen=True, slots=True)
class Similarity:
    """The map p -> scale * R(rotation) p + (dx, dy).

    Raises
    ------
    ValueError
        If the scale is not positive or any number is not finite.
    """

    scale: float = 1.0
    rotation: float = 0.0
    dx: float = 0.0
    dy: float = 0.0

    def __post_init__(self) -> None:
        if not (self.scale > 0 and all(map(math.isfinite, (self.scale, self.rotation, self.dx, self.dy)))):
            raise ValueError(f"not a similarity: {self.scale}, {self.rotation}, {self.dx}, {self.dy}")

    def __call__(self, points: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Map points of shape (..., 2)."""
        p = np.asarray(points, dtype=np.float64)
        c, s = self.scale * math.cos(self.rotation), self.scale * math.sin(self.rotation)
        return np.stack([c * p[..., 0] - s * p[..., 1] + self.dx, s * p[..., 0] + c * p[..., 1] + self.dy], axis=-1)

    def __matmul__(self, first: Similarity) -> Similarity:
        """The map that applies `first` and then this one."""
        origin = self((first.dx, first.dy))
        return Similarity(self.scale * first.scale, self.rotation + first.rotation, float(origin[0]), float(origin[1]))

    def inverse(self) -> Similarity:
        """The map that undoes this one."""
        c, s = math.cos(self.rotation) / self.scale, math.sin(self.rotation) / self.scale
        return Similarity(1 / self.scale, -self.rotation, -(c * self.dx + s * self.dy), s * self.dx - c * self.dy)


def edges(size: int, count: int) -> npt.NDArray[np.int64]:
    """The count + 1 edges of `count` cells over `size` pixels; edge k is at size * k // count.

    Neighbouring cells share an edge, so nothing is left over and nothing is cut off.
    """
    return (size * np.arange(count + 1, dtype=np.int64)) // count

"""Figures in black on white and white on black: what corners, curves and bars of a picture are matched with."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from musivum.library._generated._family import Family, Pixels, spread
from musivum.library._generated._fields import Field, edge, grey, turned


class _Figure(NamedTuple):
    """A signed distance, negative inside, of coordinates and a size; turning by `period` degrees changes nothing."""

    distance: Callable[[Field, Field, float], Field]
    period: int
    turns: int
    sizes: tuple[float, ...]


def _disc(x: Field, y: Field, size: float) -> Field:
    return np.asarray(np.hypot(x, y) - size)


def _ring(x: Field, y: Field, size: float) -> Field:
    return np.abs(np.hypot(x, y) - 0.78 * size) - 0.22 * size


def _half_disc(x: Field, y: Field, size: float) -> Field:
    return np.maximum(np.hypot(x + 0.4 * size, y) - size, -x - 0.4 * size)


def _crescent(x: Field, y: Field, size: float) -> Field:
    return np.maximum(np.hypot(x, y) - size, 0.85 * size - np.hypot(x - 0.45 * size, y))


def _square(x: Field, y: Field, size: float) -> Field:
    return np.maximum(np.abs(x), np.abs(y)) - 0.85 * size


def _triangle(x: Field, y: Field, size: float) -> Field:
    return np.asarray(np.maximum(-x, x / 2 + np.abs(y) * np.sqrt(0.75)) - 0.6 * size)


def _star(x: Field, y: Field, size: float) -> Field:
    """Five points: the union of five wedges, each between two lines through its tip."""
    away = np.full(x.shape, np.inf)
    for k in range(5):
        c, s = np.cos(2 * np.pi * k / 5), np.sin(2 * np.pi * k / 5)
        along, across = c * x + s * y, np.abs(c * y - s * x)
        wedge = (along - size) * np.sin(np.pi / 10) + across * np.cos(np.pi / 10)
        away = np.minimum(away, np.maximum(wedge, -along - 0.01))
    return away


def _cross(x: Field, y: Field, size: float) -> Field:
    arms = np.minimum(np.abs(x), np.abs(y)) - 0.28 * size
    return np.maximum(arms, np.maximum(np.abs(x), np.abs(y)) - 1.1 * size)


def _bar(x: Field, y: Field, size: float) -> Field:
    return np.abs(x) - 0.5 * size


def _bars(x: Field, y: Field, size: float) -> Field:
    return np.abs(np.abs(x) - 0.75 * size) - 0.35 * size


def _bar_aside(x: Field, y: Field, size: float) -> Field:
    return np.abs(x - 0.5) - 0.3 * size


def _junction(x: Field, y: Field, size: float) -> Field:
    """A bar that ends at another."""
    return np.minimum(np.abs(x) - 0.3 * size, np.maximum(np.abs(y) - 0.3 * size, x))


def _corner(x: Field, y: Field, size: float) -> Field:
    return np.maximum(x, y) - (size - 0.5)


def _wedge(x: Field, y: Field, size: float) -> Field:
    """A sharp tip of the angle 2 atan(size)."""
    return np.asarray((np.abs(y) - (x + 0.6) * size) / np.hypot(1, size))


def _chevron(x: Field, y: Field, size: float) -> Field:
    return np.asarray(np.abs(x + np.abs(y) - 0.4) * np.sqrt(0.5) - 0.35 * size)


def _arc(x: Field, y: Field, size: float) -> Field:
    """A curved edge through the centre."""
    return np.asarray(np.hypot(x + 1.6 * size, y) - 1.6 * size)


def _arch(x: Field, y: Field, size: float) -> Field:
    """A curved band."""
    return np.abs(np.hypot(x + 0.8, y) - 0.9) - 0.35 * size


_SIZES, _FEW = (0.4, 0.55, 0.7, 0.85), (0.4, 0.7)

FIGURES = {
    "disc": _Figure(_disc, 360, 1, (0.2, 0.3, *_SIZES, 0.95)),
    "ring": _Figure(_ring, 360, 1, (0.3, *_SIZES, 0.95)),
    "half": _Figure(_half_disc, 360, 12, _SIZES[1:]),
    "crescent": _Figure(_crescent, 360, 12, _SIZES[1:]),
    "square": _Figure(_square, 90, 6, _SIZES),
    "triangle": _Figure(_triangle, 120, 8, _SIZES),
    "star": _Figure(_star, 72, 6, _SIZES[1:]),
    "cross": _Figure(_cross, 90, 6, _SIZES),
    "bar": _Figure(_bar, 180, 12, (0.15, 0.3, 0.6, 1.0)),
    "bars": _Figure(_bars, 180, 12, _FEW),
    "side": _Figure(_bar_aside, 360, 16, (0.3, 0.6)),
    "junction": _Figure(_junction, 360, 12, _FEW),
    "corner": _Figure(_corner, 360, 16, (0.2, 0.5, 0.8)),
    "wedge": _Figure(_wedge, 360, 16, (0.3, 0.6)),
    "chevron": _Figure(_chevron, 360, 16, _FEW),
    "arc": _Figure(_arc, 360, 16, _FEW),
    "arch": _Figure(_arch, 360, 16, _FEW),
}


def shapes() -> Family:
    """Figures in several sizes and turned by several angles (degrees)."""
    tiles = [
        {"figure": name, "size": size, "angle": figure.period * k / figure.turns, "ink": ink}
        for name, figure in FIGURES.items()
        for size in figure.sizes
        for k in range(figure.turns)
        for ink in ("black", "white")
    ]
    return Family("shapes", len(tiles), spread(tiles), _draw)


def _draw(figure: str, size: float, angle: float, ink: str) -> Pixels:
    x, y = turned(np.radians(angle))
    inside = edge(FIGURES[figure].distance(x, y, size))
    return grey(inside if ink == "white" else 1 - inside)

"""Crops onto places of the canvas, and the places of crops that lie there."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.plan._columns import DoubleArray
from musivum.plan._placements import Placements

ComplexArray = npt.NDArray[np.complex128]


class Rectangles(NamedTuple):
    """Drawn crops (n,) on the canvas, x + iy: their middles, and their whole sides as vectors."""

    middle: ComplexArray
    across: ComplexArray
    down: ComplexArray


def fit_crops(crop: npt.ArrayLike, box: npt.ArrayLike, turns: npt.ArrayLike = 0) -> DoubleArray:
    """Transforms (n, 4) that put the middle of each crop (n, 4) on the middle of its canvas box (n, 4).

    The crop is turned clockwise by `turns` (n,) quarter turns; its width (height where `turns` is odd) becomes the
    box's, so a crop of the box's aspect fills it.
    """
    crop, box = np.asarray(crop, np.float64), np.asarray(box, np.float64)
    turns = np.broadcast_to(np.asarray(turns, np.int64) % 4, len(crop))
    side = np.where(turns % 2 == 0, crop[:, 2] - crop[:, 0], crop[:, 3] - crop[:, 1])
    scale = (box[:, 2] - box[:, 0]) / side
    middle, target = (crop[:, :2] + crop[:, 2:]) / 2, (box[:, :2] + box[:, 2:]) / 2
    cos, sin = np.array([1.0, 0.0, -1.0, 0.0])[turns], np.array([0.0, 1.0, 0.0, -1.0])[turns]
    dx = target[:, 0] - scale * (cos * middle[:, 0] - sin * middle[:, 1])
    dy = target[:, 1] - scale * (sin * middle[:, 0] + cos * middle[:, 1])
    return np.stack([scale, turns * (np.pi / 2), dx, dy], axis=1)


def fit_inside(crop: DoubleArray, transform: DoubleArray, sizes: npt.ArrayLike) -> tuple[DoubleArray, DoubleArray]:
    """Crops (n, 4) and transforms (n, 4) of other tiles that cover on the canvas what crops (n, 4) of some cover.

    Parameters
    ----------
    sizes
        (n, 2) width and height of the other tiles. Each crop is the largest of its shape, in the middle of its tile,
        and turned as the crop that it replaces.
    """
    sizes = np.asarray(sizes, np.float64)
    side = crop[:, 2:] - crop[:, :2]
    larger = (sizes / side).min(axis=1, keepdims=True, initial=np.inf)
    half, middle = side * larger / 2, sizes @ [0.5, 0.5j]
    scale = transform[:, 0] / larger[:, 0]
    moved = rectangles(crop, transform).middle - scale * np.exp(1j * transform[:, 1]) * middle
    return (
        np.concatenate([sizes / 2 - half, sizes / 2 + half], axis=1),
        np.stack([scale, transform[:, 1], moved.real, moved.imag], axis=1),
    )


def rectangles(crop: DoubleArray, transform: DoubleArray) -> Rectangles:
    """Where crops (n, 4) lie on the canvas, turned as their transforms (n, 4) say."""
    turn = transform[:, 0] * np.exp(1j * transform[:, 1])
    middle = turn * ((crop[:, :2] + crop[:, 2:]) @ [0.5, 0.5j]) + transform[:, 2:] @ [1, 1j]
    side = crop[:, 2:] - crop[:, :2]
    return Rectangles(middle, turn * side[:, 0], turn * side[:, 1] * 1j)


def bounds(placements: Placements) -> DoubleArray:
    """The upright box (n, 4) on the canvas around each drawn crop."""
    scale, rotation = placements.transform[:, 0], placements.transform[:, 1]
    cos, sin = np.cos(rotation), np.sin(rotation)
    cos, sin = np.where(np.abs(cos) < 1e-9, 0.0, cos), np.where(np.abs(sin) < 1e-9, 0.0, sin)
    crop = placements.crop
    x, y = (crop[:, 0] + crop[:, 2]) / 2, (crop[:, 1] + crop[:, 3]) / 2
    half_w, half_h = (crop[:, 2] - crop[:, 0]) / 2, (crop[:, 3] - crop[:, 1]) / 2
    middle_x = scale * (cos * x - sin * y) + placements.transform[:, 2]
    middle_y = scale * (sin * x + cos * y) + placements.transform[:, 3]
    reach_x = scale * (np.abs(cos) * half_w + np.abs(sin) * half_h)
    reach_y = scale * (np.abs(sin) * half_w + np.abs(cos) * half_h)
    return np.stack([middle_x - reach_x, middle_y - reach_y, middle_x + reach_x, middle_y + reach_y], axis=1)

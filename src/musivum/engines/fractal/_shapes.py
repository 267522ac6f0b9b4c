"""What is shown of each tile: squares cut out of it, or all of it in its own shape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_SQUARE = 1.15  # sides that differ by less leave no room for a second square
_ASPECTS = np.array([1, 5 / 4, 4 / 3, 3 / 2, 16 / 9, 2, 5 / 2])


@dataclass(frozen=True, slots=True)
class Shape:
    """Crops that are searched together, since their windows have one aspect.

    Attributes
    ----------
    aspect
        Width over height of the windows, about that of all crops; 1 and more where photos may be turned.
    tile
        (m,) tile of each crop, ascending.
    boxes
        (m, 4) x0, y0, x1, y1 in fractions of the tile's width and height.
    turned
        (m,) whether the crop is upright and lies in its window turned clockwise by a quarter.
    sides
        (m, 2) true width and height of the crop as it lies in its window, for an area of 1.
    """

    aspect: float
    tile: npt.NDArray[np.int64]
    boxes: npt.NDArray[np.float64]
    turned: npt.NDArray[np.bool_]
    sides: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.tile)


def square_shapes(sizes: npt.NDArray[np.int32]) -> tuple[Shape, ...]:
    """The largest squares of tiles of these sizes (n, 2): in the middle and, of long ones, at both ends."""
    size = sizes.astype(np.float64)
    side = size.min(axis=1, keepdims=True)
    long = size.max(axis=1) >= _SQUARE * side[:, 0]
    tile = np.repeat(np.arange(len(sizes)), np.where(long, 3, 1))
    first = np.searchsorted(tile, np.arange(len(sizes)))
    place = np.where(long[tile], (np.arange(len(tile)) - first[tile]) / 2, 0.5)[:, None]
    corner = (size - side)[tile] * place
    boxes = np.concatenate([corner, corner + side[tile]], axis=1) / np.tile(size[tile], 2)
    return (Shape(1.0, tile, boxes, np.zeros(len(tile), np.bool_), np.ones((len(tile), 2))),)


def whole_shapes(sizes: npt.NDArray[np.int32], *, turn: bool) -> tuple[Shape, ...]:
    """Whole tiles of these sizes (n, 2), panoramas cut to 5:2, those of about the same aspect together.

    Parameters
    ----------
    turn
        Whether photos may be turned by any angle: upright ones are then turned to lie among the others.
    """
    aspect = sizes[:, 0] / sizes[:, 1]
    turned = np.logical_and(turn, aspect < 1)
    # What is longer than the longest shape is cut to it, about its middle.
    shown = np.stack([np.minimum(1, _ASPECTS[-1] / aspect), np.minimum(1, _ASPECTS[-1] * aspect)], axis=1)
    aspect = np.where(turned, 1 / aspect, aspect).clip(1 / _ASPECTS[-1], _ASPECTS[-1])
    known = _ASPECTS if turn else np.concatenate([1 / _ASPECTS[:0:-1], _ASPECTS])
    nearest = np.abs(np.log(aspect)[:, None] - np.log(known)).argmin(axis=1)
    shapes = []
    for i in np.unique(nearest):
        tile = np.flatnonzero(nearest == i)
        root = np.sqrt(aspect[tile])
        boxes = np.concatenate([0.5 - shown[tile] / 2, 0.5 + shown[tile] / 2], axis=1)
        shapes.append(Shape(float(known[i]), tile, boxes, turned[tile], np.stack([root, 1 / root], axis=1)))
    return tuple(shapes)

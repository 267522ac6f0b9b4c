"""How near a plan repeats itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt

from musivum.export._free import lies_freely, placed_sides
from musivum.plan import Plan, bounds

Doubles = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

_HEXAGON_PITCH = 0.75  # rows of hexagons lie nearer than their boxes are high


def nearest_repeat(plan: Plan) -> float | None:
    """Distance of the nearest two placements of one tile; None if no tile is used twice.

    Of cells, in cells: neighbours across, down and diagonally are 1 apart, whatever their sizes; the larger of the
    distances of the middles across, over the mean width of the two, and down, over the mean height. Of photos that lie
    freely: the distance of their middles over the side of the smaller.
    """
    box, tile = bounds(plan.placements), plan.placements.tile
    x, y = (box[:, 0] + box[:, 2]) / 2, (box[:, 1] + box[:, 3]) / 2
    order = np.lexsort((x, y, tile))
    if lies_freely(plan):
        side = placed_sides(plan)[order]
        return _nearest(tile[order], x[order], y[order], side, partial(_in_sides, side))
    pitch = _HEXAGON_PITCH if plan.outline == "hexagon" else 1.0
    width, height = (box[order, 2] - box[order, 0]), (box[order, 3] - box[order, 1]) * pitch
    return _nearest(tile[order], x[order], y[order], height, partial(_in_cells, width, height))


def _in_cells(width: Doubles, height: Doubles, one: Rows, other: Rows, across: Doubles, down: Doubles) -> Doubles:
    return np.maximum(
        2 * np.abs(across) / (width[other] + width[one]),
        2 * down / (height[other] + height[one]),
    )


def _in_sides(side: Doubles, one: Rows, other: Rows, across: Doubles, down: Doubles) -> Doubles:
    return np.asarray(np.hypot(across, down) / np.minimum(side[one], side[other]))


def _nearest(
    tile: npt.NDArray[np.int32],
    x: Doubles,
    y: Doubles,
    unit: Doubles,
    apart: Callable[[Rows, Rows, Doubles, Doubles], Doubles],
) -> float | None:
    """The least of `apart` over pairs of one tile; no pair is nearer than its height difference over the largest unit.

    Placements are sorted by tile and height, and compared with the next, the second next and so on for as long as one
    can still be nearer.
    """
    best = np.inf
    largest = unit.max(initial=0)
    first = np.arange(len(tile))
    for lag in range(1, len(tile)):
        first = first[first + lag < len(tile)]
        second = first + lag
        down = y[second] - y[first]
        near = (tile[second] == tile[first]) & (down < best * largest)
        first, second, down = first[near], second[near], down[near]
        if not len(first):
            break
        best = min(best, float(apart(first, second, x[second] - x[first], down).min()))
    return None if best == np.inf else best

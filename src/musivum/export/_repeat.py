"""How near a plan repeats itself."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from musivum.plan import Plan, bounds

_HEXAGON_PITCH = 0.75  # rows of hexagons lie nearer than their boxes are high


def nearest_repeat(plan: Plan) -> float | None:
    """Distance in cells of the nearest two placements of one tile; None if no tile is used twice.

    Neighbours across, down and diagonally are 1 apart, whatever their sizes: the larger of the distances of the middles
    across, over the mean width of the two, and down, over the mean height. Placements are sorted by tile and height on
    the canvas and compared with the next, the second next and so on for as long as one can still be nearer.
    """
    tile = plan.placements.tile
    box = bounds(plan.placements)
    pitch = _HEXAGON_PITCH if plan.outline == "hexagon" else 1.0
    width, height = box[:, 2] - box[:, 0], (box[:, 3] - box[:, 1]) * pitch
    x, y = (box[:, 0] + box[:, 2]) / 2, (box[:, 1] + box[:, 3]) / 2
    order = np.lexsort((x, y, tile))
    return _nearest(tile[order], x[order], y[order], width[order], height[order])


def _nearest(
    tile: npt.NDArray[np.int32],
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    width: npt.NDArray[np.float64],
    height: npt.NDArray[np.float64],
) -> float | None:
    best = np.inf
    tallest = height.max(initial=0)
    first = np.arange(len(tile))
    for lag in range(1, len(tile)):
        first = first[first + lag < len(tile)]
        second = first + lag
        down = y[second] - y[first]
        near = (tile[second] == tile[first]) & (down < best * tallest)
        first, second, down = first[near], second[near], down[near]
        if not len(first):
            break
        across = 2 * np.abs(x[second] - x[first]) / (width[second] + width[first])
        down = 2 * down / (height[second] + height[first])
        best = min(best, float(np.maximum(across, down).min()))
    return None if best == np.inf else best

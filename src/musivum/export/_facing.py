"""Which cells of a plan lie side by side, whatever their sizes, and where they lie in cells."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]
Pairs = npt.NDArray[np.int64]

_SHARED = 0.45  # of the shorter of two sides that face each other: half, less what rounding to pixels may take
_SLACK = 0.25  # of a median cell, by which a gap may exceed the usual one
_WIDE = 0.9  # of photos are not wider, or not higher, than their usual cell
_ROUNDING = 1e-6  # of a median cell
_CROWDED = 1000  # boxes near each, on average, beyond which they lie in heaps and not side by side


class Facing(NamedTuple):
    """Pairs (m, 2) of boxes of which the second lies to the right of the first, and below it."""

    across: Pairs
    down: Pairs

    @property
    def pairs(self) -> Pairs:
        return np.concatenate([self.across, self.down])


def facing(boxes: npt.ArrayLike) -> Facing:
    """Find boxes (n, 4) that face each other over a gap, on a lattice the four neighbours of each cell.

    Two boxes are neighbours if a side of one lies opposite a side of the other, about half of the shorter side at least
    is shared, gaps being shared out among the sides, and no more than the usual gap lies between them: the median of
    the gaps to the nearest box, for there may be holes. The usual gap must be narrower than a cell. Boxes in heaps have
    no neighbours.
    """
    box = np.asarray(boxes, np.float64)
    if len(box) < 2:
        return Facing(np.zeros((0, 2), np.int64), np.zeros((0, 2), np.int64))
    cell = np.median(box[:, 2:] - box[:, :2], axis=0)
    pairs = _near(box, cell)
    gaps = [_along(axis, box, cell, pairs, 0.0)[1] for axis in (0, 1)]
    return Facing(*(_along(axis, box, cell, pairs, gaps[1 - axis])[0] for axis in (0, 1)))


def cells_around(boxes: npt.ArrayLike, aspect: float | None = None) -> Doubles:
    """The cells (n, 4) of whole photos (n, 4) in their middles that touch two sides of them.

    Parameters
    ----------
    aspect
        Width over height of the cells; None to take that of wide photos over high ones, a tenth being at least so wide
        or high: larger cells are fewer.
    """
    box = np.asarray(boxes, np.float64)
    middle, side = (box[:, :2] + box[:, 2:]) / 2, box[:, 2:] - box[:, :2]
    if not len(box):
        return box
    shape = np.quantile(side, _WIDE, axis=0) if aspect is None else np.array([aspect, 1.0])
    half = shape * (side / shape).max(axis=1, keepdims=True) / 2
    return np.concatenate([middle - half, middle + half], axis=1)


def lattice_positions(boxes: npt.ArrayLike, found: Facing) -> Doubles:
    """Middles (n, 2) of boxes in cells, rounded to half cells: 1 is the usual distance of neighbours.

    So what is equally far apart on a lattice is so here exactly, whatever gaps and rounded pixels there are.
    """
    box = np.asarray(boxes, np.float64)
    middle = (box[:, :2] + box[:, 2:]) / 2
    halves = np.zeros(middle.shape)
    for axis, pairs in enumerate(found):
        apart = np.diff(middle[pairs, axis], axis=1)
        if len(apart):
            # Pixels are rounded near by, where it does no harm, and the lattice's pitch is a mean over all pairs.
            whole = np.rint(2 * apart / np.median(apart))
            halves[:, axis] = np.rint((middle[:, axis] - middle[:, axis].min()) * whole.sum() / apart.sum())
    return halves / 2


def _near(box: Doubles, cell: Doubles) -> Pairs:
    """Pairs (m, 2) of boxes of which the middles are near enough for neighbours, in both orders."""
    from scipy.spatial import cKDTree

    # In cells, so that long cells have no more candidates than square ones; the larger of two boxes finds the smaller.
    middle = (box[:, :2] + box[:, 2:]) / 2 / cell
    reach = ((box[:, 2:] - box[:, :2]) / cell).max(axis=1) + 1 + _SLACK
    tree, count = cKDTree(middle), len(box)
    if tree.query_ball_point(middle, reach, p=np.inf, return_length=True).sum() > _CROWDED * (count + _CROWDED):
        return np.zeros((0, 2), np.int64)
    lists = tree.query_ball_point(middle, reach, p=np.inf)
    one = np.repeat(np.arange(count), [len(found) for found in lists])
    other = np.concatenate([np.asarray(found, np.int64) for found in lists])
    both = np.unique(np.concatenate([one * count + other, other * count + one]))
    return np.stack(np.divmod(both, count), axis=1)


def _along(axis: int, box: Doubles, cell: Doubles, pairs: Pairs, gap_beside: float) -> tuple[Pairs, float]:
    """Pairs (m, 2) that face each other along an axis, given the usual gap along the other one; and the usual gap."""
    (one, other), beside = pairs.T, 1 - axis
    low, high = box[:, :2], box[:, 2:]
    gap = low[other, axis] - high[one, axis]
    shared = np.minimum(high[one, beside], high[other, beside]) - np.maximum(low[one, beside], low[other, beside])
    side = high[:, beside] - low[:, beside]
    least = _SHARED * (np.minimum(side[one], side[other]) + gap_beside)
    opposite = (one != other) & (gap >= -_ROUNDING * cell[axis]) & (shared + gap_beside >= least)
    nearest = np.full(len(box), np.inf)
    np.minimum.at(nearest, one[opposite], gap[opposite])
    nearest = nearest[np.isfinite(nearest)]
    usual = float(np.median(nearest)) if len(nearest) else 0.0
    return np.ascontiguousarray(pairs[opposite & (gap <= usual + _SLACK * cell[axis])]), usual

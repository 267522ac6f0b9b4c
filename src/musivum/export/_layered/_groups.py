"""Placements in groups that a person would look for: rows of cells, or photos of about one size."""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.export._free import lies_freely, placed_sides
from musivum.export._table import rows_and_columns
from musivum.plan import Plan, bounds

_LARGE = 1.5  # times the median height: no cell of a row
_MIXED = 0.1  # of the placements that are much higher or lower than the median, and no rows are looked for
_PER_OCTAVE = 2  # sizes that are told apart
_MOST_SIZES = 12
_QUARTER = 4  # middles of cells in one row agree to this part of a pixel
_TOUCH = 1e-3  # canvas pixels by which rounding lets neighbours overlap

Doubles = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class Group(NamedTuple):
    """Placements that are laid one after the other, the undermost first, and what they have in common."""

    name: str
    rows: Integers


class Groups(NamedTuple):
    """All placements in groups, the undermost first, and in words where each of them is (n,)."""

    groups: list[Group]
    places: list[str]


def groups_of(plan: Plan, scale: float, most: int) -> Groups:
    """Sort the placements of a plan into at most so many groups, without changing how it looks.

    Cells are sorted by rows, and those that are much larger than the others are a group of their own; where there are
    no rows, photos are sorted by size. Painting order is kept wherever any two placements overlap, so one size may make
    several groups; neighbours are joined, the most alike first (Ward's criterion), until there are few enough.

    Parameters
    ----------
    scale
        Output pixels, which sizes and places are told in, to a pixel of the canvas.
    """
    box = bounds(plan.placements)
    n = len(box)
    if n == 0:
        return Groups([], [])
    row, column = ([0] * n, [0] * n) if lies_freely(plan) else _cells(box)
    middle = (box[:, :2] + box[:, 2:]) / 2 * scale
    places = [
        f"row {row[k]}, column {column[k]}" if row[k] else f"at {x:,.0f}, {y:,.0f}"
        for k, (x, y) in enumerate(middle.tolist())
    ]
    in_rows = any(row)
    side = placed_sides(plan) * scale
    value = np.array(row, np.float64) if in_rows else -_PER_OCTAVE * np.log2(side)
    key = np.rint(value)
    apart = plan.outline == "hexagon" or _lie_apart(box)  # hexagons that meet share pixels, in any order
    order = np.argsort(key, kind="stable")[::-1] if apart else np.arange(n)
    starts = _starts(key[order], value[order], most if in_rows else min(most, _MOST_SIZES))
    found = []
    for some in np.split(order, starts[1:]):
        name = _row_name(key[some]) if in_rows else _size_name(side[some])
        found.append(Group(f"{name} ({len(some):,} photo{'s' * (len(some) != 1)})", some))
    return Groups(found, places)


def _cells(box: Doubles) -> tuple[list[int], list[int]]:
    """Row and column of each cell, from 1; zeros for the large ones, or for all where there are no rows."""
    n, height, middle = len(box), box[:, 3] - box[:, 1], np.rint((box[:, 1] + box[:, 3]) / 2 * _QUARTER) / _QUARTER
    usual = float(np.median(height))
    large, small = height > _LARGE * usual, height < usual / _LARGE
    row, column = np.zeros((2, n), np.int64)
    if (large | small).mean() <= _MIXED:
        even = np.stack([box[:, 0], middle - usual / 2, box[:, 2], middle + usual / 2], axis=1)
        row[~large], column[~large] = rows_and_columns(even[~large])
    return row.tolist(), column.tolist()


def _lie_apart(box: Doubles) -> bool:
    """Whether boxes (n, 4) overlap nowhere: a line sweeps down over the sides that it crosses."""
    x0, x1, lower = box[:, 0] + _TOUCH, box[:, 2] - _TOUCH, box[:, 3] - _TOUCH
    n = len(box)
    edge = np.concatenate([box[:, 1] + _TOUCH, np.maximum(lower, box[:, 1] + _TOUCH)])
    crossed: list[tuple[float, float]] = []
    for k in np.argsort(edge, kind="stable").tolist():
        side = (float(x0[k % n]), float(x1[k % n]))
        at = bisect_left(crossed, side)
        if k >= n:
            del crossed[at]
        elif (at and crossed[at - 1][1] > side[0]) or (at < len(crossed) and crossed[at][0] < side[1]):
            return False
        else:
            insort(crossed, side)
    return True


def _starts(key: Doubles, value: Doubles, most: int) -> Integers:
    """Where runs of one key begin, after runs beside each other were joined until there are at most so many."""
    starts = np.concatenate([[0], np.flatnonzero(np.diff(key)) + 1])
    count = np.diff(np.append(starts, len(key))).astype(np.float64)
    mean = np.add.reduceat(value, starts) / count
    while len(starts) > most:
        apart = count[1:] * count[:-1] / (count[1:] + count[:-1]) * np.diff(mean) ** 2
        k = int(np.argmin(apart))
        both = count[k] + count[k + 1]
        mean[k] = (count[k] * mean[k] + count[k + 1] * mean[k + 1]) / both
        count[k] = both
        starts, count, mean = np.delete(starts, k + 1), np.delete(count, k + 1), np.delete(mean, k + 1)
    return starts


def _row_name(rows: Doubles) -> str:
    numbered = rows[rows > 0]
    if not len(numbered):
        return "large"
    first, last = int(numbered.min()), int(numbered.max())
    name = f"row {first}" if first == last else f"rows {first:,} to {last:,}"
    return name if len(numbered) == len(rows) else f"{name} and large"


def _size_name(side: Doubles) -> str:
    small, large = f"{side.min():,.0f}", f"{side.max():,.0f}"
    return f"{large} pixels" if small == large else f"{small} to {large} pixels"

"""The rounds in which a plan was made, as its statistics tell: what came first is painted last."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.engines.fractal._windows import Poses
from musivum.plan import Placements, Plan, Repeats, rectangles, unlimited

Rows = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_FAR = 8  # rounds of the last gaps that mind the spacing of copies
_ROUNDING = 1e-6
_MOST = 2**31


class Rounds(NamedTuple):
    """For each placement (n,) of a plan, what held when it was placed.

    Attributes
    ----------
    copies
        Most uses of one photo.
    spaced
        Whether the spacing of copies counted.
    fills
        Whether gaps were filled from below, so that errors are of what is seen.
    before
        The first placement, in painting order, of those that lay there when the round began.
    """

    copies: Rows
    spaced: BoolArray
    fills: BoolArray
    before: Rows


def rounds_of(plan: Plan) -> Rounds | None:
    """The rounds of a plan; None where it does not tell of all its placements."""
    told, n = plan.statistics.get("levels"), len(plan.placements)
    rows = [row for row in told if isinstance(row, dict)] if isinstance(told, list) else []
    numbers = [(row.get("placements"), row.get("copies")) for row in rows]
    if not all(type(number) is int and 0 <= number < _MOST for pair in numbers for number in pair):
        return None
    placed, copies = np.array(numbers, np.int64).reshape(-1, 2).T
    if placed.sum() != n:
        return None
    fills = np.array([row.get("fill") is True for row in rows], np.bool_)
    columns = copies, np.cumsum(fills) <= _FAR, fills, n - (np.cumsum(placed) - placed)
    return Rounds(*(np.repeat(column, placed)[::-1] for column in columns))


def repeats_of(plan: Plan, spacing: float) -> Repeats:
    """The limits that each place was filled under; none where the plan does not tell.

    Parameters
    ----------
    spacing
        In sides of the smaller photo.
    """
    rounds, n = rounds_of(plan), len(plan.placements)
    if rounds is None:
        return unlimited(n)
    poses, order = poses_of(plan.placements), np.arange(n)[::-1]
    side, apart = np.sqrt(poses.width * poses.height), np.where(rounds.spaced, spacing, 0.0)

    def near(one: Rows, other: Rows) -> BoolArray:
        later = np.where(order[one] > order[other], one, other)
        least = apart[later] * np.minimum(side[one], side[other])
        far = np.hypot(poses.x[one] - poses.x[other], poses.y[one] - poses.y[other])
        return np.asarray(far < least * (1 - _ROUNDING), np.bool_)

    return Repeats(rounds.copies, order, near)


def poses_of(placements: Placements) -> Poses:
    """The windows (n,) of placements."""
    lies = rectangles(placements.crop, placements.transform)
    return Poses(lies.middle.real, lies.middle.imag, np.angle(lies.across), np.abs(lies.across), np.abs(lies.down))

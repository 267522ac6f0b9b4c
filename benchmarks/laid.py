"""Where the photos of a fractal plan lie, recomputed from the plan alone: what is seen of each, what it lies under.

A placement covers the pixels whose centres lie in its crop less half of its soft edge on every side. Plans are painted
in the reverse of the order in which photos were placed, so each lies under those that were placed before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.geometry import Size
from musivum.plan import Plan, bounds

Mask = npt.NDArray[np.bool_]


class Laid(NamedTuple):
    """What became of the placements of a plan, in painting order.

    Attributes
    ----------
    owner
        (h, w) the placement that is seen in each pixel, -1 for none.
    whole, seen
        (n,) canvas pixels of the crop as drawn, and of what is seen of it.
    within, under
        (n,) canvas pixels that a placement covers, and those of them that lie under photos placed before it.
    """

    owner: npt.NDArray[np.int32]
    whole: npt.NDArray[np.float64]
    seen: npt.NDArray[np.float64]
    within: npt.NDArray[np.float64]
    under: npt.NDArray[np.float64]

    @property
    def coverage(self) -> float:
        """Share of the canvas that some photo covers."""
        return float((self.owner >= 0).mean())


def laid(plan: Plan, scale: float = 1.0) -> Laid:
    """Lay the photos of a plan again at so many pixels per canvas pixel."""
    size, count = plan.canvas.scaled(scale), len(plan.placements)
    owner = np.full((size.height, size.width), -1, np.int32)
    within, under = np.zeros(count), np.zeros(count)
    for row, window, inside in _masks(plan, scale, size):
        taken = inside & (owner[window] >= 0)
        within[row], under[row] = inside.sum() / scale**2, taken.sum() / scale**2
        owner[window][inside & ~taken] = row
    sides = (plan.placements.crop[:, 2:] - plan.placements.crop[:, :2]) * plan.placements.transform[:, :1]
    seen = np.bincount(owner[owner >= 0], minlength=count) / scale**2
    return Laid(owner, sides.prod(axis=1), seen, within, under)


def level_of(plan: Plan) -> npt.NDArray[np.int64]:
    """Row of `statistics["levels"]` that each placement belongs to (n,), in painting order."""
    counts = [level["placements"] for level in plan.statistics["levels"]]
    if sum(counts) != len(plan.placements):
        raise ValueError(f"the levels account for {sum(counts)} of {len(plan.placements)} placements")
    return np.repeat(np.arange(len(counts)), counts)[::-1]


def broken_limits(plan: Plan, told: Laid, slack: float = 1.0) -> list[str]:
    """What breaks the limits on overlap and copies that the plan's levels name; empty where all hold.

    Parameters
    ----------
    slack
        Canvas pixels along one side of a photo, by which pixels of another size may mislead.
    """
    faults, levels = [], level_of(plan)
    used = np.zeros(len(plan.tiles), np.int64)
    for number, level in enumerate(plan.statistics["levels"]):
        rows = np.flatnonzero(levels == number)
        used += np.bincount(plan.placements.tile[rows], minlength=len(used))
        deep = rows[told.under[rows] > level["overlap"] * told.within[rows] + slack * np.sqrt(told.whole[rows])]
        if len(deep):
            most = (told.under[deep] / told.within[deep]).max()
            faults.append(f"level {number}: {len(deep)} photos lie by up to {most:.2f} under others")
        if level["copies"] is not None and used.max() > level["copies"]:
            faults.append(f"level {number}: a photo is used {used.max()} times, at most {level['copies']} are allowed")
    return faults


def _masks(plan: Plan, scale: float, size: Size) -> Iterator[tuple[int, tuple[slice, slice], Mask]]:
    """Rows in placing order, the part of the canvas around each, and which of its pixels the placement covers."""
    placements = plan.placements
    boxes = bounds(placements) * scale
    low = np.maximum(np.floor(boxes[:, :2]), 0).astype(int)
    high = np.minimum(np.ceil(boxes[:, 2:]), size).astype(int)
    side = placements.crop[:, 2:] - placements.crop[:, :2]
    half = side / 2 - (placements.feather * side.min(axis=1) / 2)[:, None]
    middle = (placements.crop[:, :2] + placements.crop[:, 2:]) / 2
    for row in reversed(range(len(placements))):
        (x0, y0), (x1, y1) = low[row].tolist(), high[row].tolist()
        if x0 >= x1 or y0 >= y1:
            continue
        to_tile = placements[row].transform.inverse()
        grid = np.stack(np.meshgrid(np.arange(x0, x1) + 0.5, np.arange(y0, y1) + 0.5), axis=-1) / scale
        inside = (np.abs(to_tile(grid) - middle[row]) <= half[row]).all(axis=-1)
        yield row, (slice(y0, y1), slice(x0, x1)), inside

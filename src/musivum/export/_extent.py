"""Where placements lie on a picture, in whole pixels, and how many of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from musivum.export._free import placed_sides
from musivum.geometry import Box, Size
from musivum.plan import Plan, bounds


def around(plan: Plan, scale: float, size: Size) -> Box | None:
    """The part of a picture that the placements of a plan reach; None if all of them lie outside."""
    box = bounds(plan.placements) * scale
    return inside(np.append(box[:, :2].min(axis=0) - 1, box[:, 2:].max(axis=0) + 1), size)


def inside(box: npt.NDArray[np.float64], size: Size) -> Box | None:
    """The whole pixels of a picture that a box (4,) touches; None if there are none."""
    x0, y0 = np.floor(box[:2]).clip(0, size).astype(int).tolist()
    x1, y1 = np.ceil(box[2:]).clip(0, size).astype(int).tolist()
    return Box(x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None


def areas(plan: Plan, scale: float) -> npt.NDArray[np.float64]:
    """Pixels (n,) that placements cover, or if that is less, those of the box of what lies on the canvas."""
    box = bounds(plan.placements).clip(0, np.tile(plan.canvas, 2))
    seen = (box[:, 2] - box[:, 0]) * (box[:, 3] - box[:, 1])
    found: npt.NDArray[np.float64] = np.minimum(placed_sides(plan) ** 2, seen) * scale**2
    return found

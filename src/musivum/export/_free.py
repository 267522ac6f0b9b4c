"""What can be said of photos that lie freely: over each other, turned, of any size."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.export._explanation import ScarceColour, missing_colours
from musivum.export._score import Score, score_at
from musivum.library import Library
from musivum.plan import Plan, bounds

_ENGINES = ("fractal",)
_FROM_AFAR = 512  # pixels of the picture's shorter side
_MASK_SIDE = 1024


class FreeForm(NamedTuple):
    """Figures of a plan whose placements are not cells.

    Attributes
    ----------
    coverage
        Share of the canvas that lies under photos, 0..1; their soft edges count from where they are half opaque.
    smallest, median, largest
        Roots of the areas of the placements, in pixels of the canvas.
    typical
        Half of what is covered is covered by photos of at least this size. In pixels, like the others; the median
        counts the smallest, of which there are many, as much as those that one sees.
    afar
        The score when the shorter side of the picture is 512 pixels, or its own if that is less; None without target.
    missing_colours
        Of which the library has nothing, the worst first, with their shares of the error that is seen.
    """

    coverage: float
    smallest: float
    median: float
    largest: float
    typical: float
    afar: Score | None
    missing_colours: tuple[ScarceColour, ...]


def lies_freely(plan: Plan) -> bool:
    """Whether the placements of a plan overlap and turn as they like; otherwise they are cells, side by side."""
    return plan.recipe.get("engine") in _ENGINES


def free_form(plan: Plan, library: Library, *, workers: int | None = None) -> FreeForm:
    """Measure a plan whose placements lie freely.

    Raises
    ------
    PlanError
        If it has no placements, the library lacks a tile, or the plan's target is damaged.
    """
    scale = min(1.0, _FROM_AFAR / min(plan.canvas))
    afar = score_at(plan, library, scale, workers=workers) if plan.target else None
    sides = placed_sides(plan)
    if not len(sides):
        return FreeForm(0.0, 0.0, 0.0, 0.0, 0.0, afar, ())
    on_top = topmost(plan, _MASK_SIDE)
    seen = np.bincount(on_top[on_top >= 0], minlength=len(sides))
    order = np.argsort(-sides, kind="stable")
    half = np.searchsorted(np.cumsum(seen[order]), seen.sum() / 2)
    return FreeForm(
        coverage=float((on_top >= 0).mean()),
        smallest=float(sides.min()),
        median=float(np.median(sides)),
        largest=float(sides.max()),
        typical=float(sides[order[min(half, len(order) - 1)]]),
        afar=afar,
        missing_colours=missing_colours(plan, library, seen),
    )


def placed_sides(plan: Plan) -> npt.NDArray[np.float64]:
    """Root of the area (n,) of each placement, in pixels of the canvas."""
    crop, scale = plan.placements.crop, plan.placements.transform[:, 0]
    sides: npt.NDArray[np.float64] = scale * np.sqrt((crop[:, 2] - crop[:, 0]) * (crop[:, 3] - crop[:, 1]))
    return sides


def topmost(plan: Plan, side: int) -> npt.NDArray[np.int32]:
    """Which placement is seen at the centre of each pixel (h, w) of a drawing of this longer side; -1 for none.

    A placement covers its crop less half of its soft edge on every side.
    """
    scale = min(1.0, side / max(plan.canvas))
    size = plan.canvas.scaled(scale)
    per_pixel = np.array(plan.canvas) / np.array(size)
    on_top = np.full((size.height, size.width), -1, np.int32)
    p, box = plan.placements, bounds(plan.placements)
    first = np.floor(box[:, :2] / per_pixel).clip(0, size).astype(np.int64)
    last = np.ceil(box[:, 2:] / per_pixel).clip(0, size).astype(np.int64)
    shown = p.transform[:, :1] * (p.crop[:, 2:] - p.crop[:, :2])
    half = (shown - p.feather[:, None] * shown.min(axis=1, keepdims=True)) / 2
    middle, turn = (box[:, :2] + box[:, 2:]) / 2, p.transform[:, 1]
    for i in np.flatnonzero((last > first).all(axis=1)).tolist():
        (left, top), (right, bottom) = first[i].tolist(), last[i].tolist()
        x = (np.arange(left, right) + 0.5) * per_pixel[0] - middle[i, 0]
        y = ((np.arange(top, bottom) + 0.5) * per_pixel[1] - middle[i, 1])[:, None]
        cos, sin = np.cos(turn[i]), np.sin(turn[i])
        inside = (np.abs(cos * x + sin * y) < half[i, 0]) & (np.abs(cos * y - sin * x) < half[i, 1])
        on_top[top:bottom, left:right][inside] = i
    return on_top

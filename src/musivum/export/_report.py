"""The report of a plan: how good it is, how it repeats, and what it lacks."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np

from musivum.export._arranged import Arranged, Flow, Nearness, arranged, is_arranged
from musivum.export._explanation import Explanation, ScarceColour, WantedPhoto, explain
from musivum.export._free import FreeForm, free_form, lies_freely
from musivum.export._repeat import nearest_repeat
from musivum.export._score import Score, score
from musivum.library import Library
from musivum.plan import Plan
from musivum.progress import Progress, silent

PIXELS_PER_CELL = (4, 8)
_LONGEST = 10**9
_MOST_USED = 10


class Fidelity(NamedTuple):
    """Mean CIEDE2000 and SSIM against the target at so many pixels across a cell."""

    pixels_per_cell: int
    ciede2000: float
    ssim: float


class Matching(NamedTuple):
    """What was compared, and what compression did to it.

    Attributes
    ----------
    features
        The mixture of extractors.
    whole, kept
        Numbers in a vector before and after compression: the search's work falls in proportion.
    energy
        Share of the vectors' squared lengths that was kept, 0..1.
    agreement
        Share of a sample of cells whose best photo is the same with whole vectors, 0..1.
    search
        How the nearest were found.
    """

    features: str
    whole: int
    kept: int
    energy: float
    agreement: float
    search: str


class Use(NamedTuple):
    """A photo and how many cells show it."""

    file: str
    used: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What can be said about a plan; every field is JSON once named tuples are objects.

    Attributes
    ----------
    fidelity
        At each of `PIXELS_PER_CELL`; empty if the plan holds no target, or its photos lie freely.
    free
        Of photos that lie freely: how large they are, what they cover, and how near they come to the target from afar;
        None of cells.
    arranged
        Of photos that were laid out by likeness: how well their order keeps it; None otherwise.
    alteration
        Mean CIE76 between the photos as drawn and as they were, at the first of `PIXELS_PER_CELL` or from afar; None
        without target.
    placements, distinct, available
        Placements, photos among them, and photos that the engine could choose from.
    most_used
        The photos that show most often.
    nearest_repeat
        In cells, or in sides of the smaller; see `nearest_repeat`.
    cost, bound
        What the engine minimised, and what it would be if every cell had its best photo, limits or not; None if the
        engine does not say.
    excess
        Share by which the cost exceeds the bound.
    relaxed, clashes
        Limits that could not hold, in words; cells nearer to a repeat than the limits allow.
    matching
        None if the engine does not say.
    explanation
        None if the plan holds no alternates, or its photos lie freely: no place was then given to be filled, and none
        filled worse than it could be.
    """

    fidelity: tuple[Fidelity, ...]
    free: FreeForm | None
    arranged: Arranged | None
    alteration: float | None
    placements: int
    distinct: int
    available: int
    most_used: tuple[Use, ...]
    nearest_repeat: float | None
    cost: float | None
    bound: float | None
    excess: float | None
    relaxed: tuple[str, ...]
    clashes: int
    matching: Matching | None
    explanation: Explanation | None

    def as_json(self) -> dict[str, Any]:
        """The report as objects, lists, text, finite numbers and None."""
        return {name: _plain(value) for name, value in asdict(self).items()}


def report(plan: Plan, library: Library, *, workers: int | None = None, progress: Progress = silent) -> Report:
    """Report on a plan.

    Parameters
    ----------
    library
        The one that holds the plan's tiles.
    progress
        Called before each drawing, with the stage "scoring", and while photos are described.

    Raises
    ------
    PlanError
        If the library lacks a tile, the plan's target is damaged, or the plan is too large to be drawn.
    """
    free = None
    scores = []
    if lies_freely(plan):
        progress("scoring", 0, 1)
        free = free_form(plan, library, workers=workers)
        scores = [] if free.afar is None else [free.afar]
        progress("scoring", 1, 1)
    else:
        scores = _scores(plan, library, workers, progress)
    used = np.bincount(plan.placements.tile, minlength=len(plan.tiles))
    most = [int(i) for i in np.argsort(-used, kind="stable")[:_MOST_USED] if used[i]]
    told = plan.statistics
    cost, bound = _number(told.get("cost")), _number(told.get("bound"))
    relaxed, clashes, available = told.get("relaxed"), told.get("clashes"), told.get("eligible")
    seen = () if free is not None else zip(PIXELS_PER_CELL, scores, strict=False)
    return Report(
        fidelity=tuple(Fidelity(pixels, score.ciede2000, score.ssim) for pixels, score in seen),
        free=free,
        arranged=arranged(plan, library, workers=workers, progress=progress) if is_arranged(plan) else None,
        alteration=scores[0].alteration if scores else None,
        placements=len(plan.placements),
        distinct=int(np.count_nonzero(used)),
        available=available if isinstance(available, int) else len(library),
        most_used=tuple(Use(plan.tiles.sources[i], int(used[i])) for i in most),
        nearest_repeat=nearest_repeat(plan),
        cost=cost,
        bound=bound,
        excess=_number(cost / bound - 1) if cost is not None and bound else None,
        relaxed=tuple(map(str, relaxed)) if isinstance(relaxed, list) else (),
        clashes=clashes if isinstance(clashes, int) else 0,
        matching=_matching(told),
        explanation=explain(plan, library) if free is None else None,
    )


def _scores(plan: Plan, library: Library, workers: int | None, progress: Progress) -> list[Score]:
    scores = []
    for done, pixels in enumerate(PIXELS_PER_CELL if plan.target else ()):
        progress("scoring", done, len(PIXELS_PER_CELL))
        scores.append(score(plan, library, pixels, workers=workers))
    progress("scoring", len(PIXELS_PER_CELL), len(PIXELS_PER_CELL))
    return scores


def _number(value: object) -> float | None:
    try:
        return float(value) if isinstance(value, (int, float)) and math.isfinite(value) else None
    except OverflowError:  # an integer beyond floats
        return None


def _matching(told: dict[str, Any]) -> Matching | None:
    names = ("features", "whole", "dimensions", "energy", "agreement", "search")
    kinds = (str, int, int, float, float, str)
    values = [told.get(name) for name in names]
    if any(type(value) is not kind for value, kind in zip(values, kinds, strict=True)):
        return None
    matching = Matching._make(values)
    lengths, shares = (matching.whole, matching.kept), (matching.energy, matching.agreement)
    return matching if all(1 <= n <= _LONGEST for n in lengths) and all(0 <= s <= 1 for s in shares) else None


_OBJECTS = (
    *(Arranged, Explanation, Fidelity, Flow, FreeForm, Matching, Nearness),
    *(ScarceColour, Score, Use, WantedPhoto),
)


def _plain(value: Any) -> Any:
    if isinstance(value, _OBJECTS):
        return {name: _plain(item) for name, item in value._asdict().items()}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value

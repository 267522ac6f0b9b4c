"""What can be said of a collage: how well its order keeps likeness, beside the same photos in any order."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.errors import OptionError
from musivum.export._facing import cells_around, facing, lattice_positions
from musivum.library import Library
from musivum.plan import Plan, bounds
from musivum.progress import Progress, silent
from musivum.threads import thread_count

if TYPE_CHECKING:
    from musivum.engines.arrange import ArrangeOptions

_ENGINES = ("arrange",)
_POWERS = (16, 2)
_MANY, _SAMPLE = 4096, 256  # photos that are judged among more than so many


class Flow(NamedTuple):
    """How well neighbours are alike, 1 at best; see `distance_preservation_quality`.

    Attributes
    ----------
    dpq_16, dpq_2
        DPQ of the nearest neighbours and of the whole.
    chance_16, chance_2
        The same for the same photos on the same places in a random order.
    """

    dpq_16: float
    dpq_2: float
    chance_16: float
    chance_2: float


class Nearness(NamedTuple):
    """Mean distance in OKLab of the mean colours of photos side by side, as they lie and in a random order."""

    distance: float
    chance: float


class Arranged(NamedTuple):
    """Figures of a plan whose photos were laid out by likeness.

    Attributes
    ----------
    features
        What the engine compared; "" if the plan does not say.
    likeness
        By these features; None if they are not known, or not to be had here.
    colour
        By the mean colours of the photos in OKLab.
    neighbours
        None if no two photos lie side by side.
    repeats
        Places that show a photo which another place shows already.
    left_out
        Names of photos for which there was no place.
    distances
        For each placement, the mean distance to its neighbours in OKLab; 0 where it has none.
    """

    features: str
    likeness: Flow | None
    colour: Flow
    neighbours: Nearness | None
    repeats: int
    left_out: tuple[str, ...]
    distances: tuple[float, ...]


def is_arranged(plan: Plan) -> bool:
    """Whether the photos of a plan were laid out by likeness to each other rather than to a target."""
    return plan.recipe.get("engine") in _ENGINES


def arranged(plan: Plan, library: Library, *, workers: int | None = None, progress: Progress = silent) -> Arranged:
    """Measure a plan whose photos were laid out by likeness.

    Raises
    ------
    PlanError
        If the library lacks a tile.
    """
    from musivum.engines.arrange import neighbour_distances
    from musivum.render import tile_rows

    tile, boxes, rows = plan.placements.tile, bounds(plan.placements), tile_rows(plan, library)
    features, options = _recipe(plan)
    found = facing(cells_around(boxes, options.cell_aspect) if options.whole else boxes)
    places, pairs = lattice_positions(boxes, found), found.pairs
    order = np.random.default_rng(0).permutation(len(tile))
    vectors = _vectors(library.select(rows), features, options, thread_count(workers), progress)
    colours = library.means[rows][tile]
    apart, by_chance = (neighbour_distances(lab, pairs) for lab in (colours, colours[order]))
    left_out = plan.statistics.get("left_out")
    return Arranged(
        features=features,
        likeness=None if vectors is None else _flow(vectors[tile], places, order),
        colour=_flow(colours, places, order),
        neighbours=Nearness(float(apart.mean()), float(by_chance.mean())) if len(pairs) else None,
        repeats=len(tile) - len(np.unique(tile)),
        left_out=tuple(map(str, left_out)) if isinstance(left_out, list) else (),
        distances=tuple(_means(apart, pairs, len(tile)).round(6).tolist()),
    )


def _recipe(plan: Plan) -> tuple[str, ArrangeOptions]:
    """The features, to be had here or not, and the other options; "" and the usual ones where a plan makes no sense."""
    from musivum.engines.arrange import ArrangeOptions

    known = {field.name for field in fields(ArrangeOptions)}
    told = plan.recipe.get("options")
    options = {name: value for name, value in told.items() if name in known} if isinstance(told, dict) else {}
    features = options.pop("features", "")
    try:
        return features if isinstance(features, str) else "", ArrangeOptions(**options)
    except (OptionError, TypeError, ValueError, AttributeError):
        return "", ArrangeOptions()


def _vectors(
    library: Library, features: str, options: ArrangeOptions, workers: int, progress: Progress
) -> npt.NDArray[np.float32] | None:
    """What the engine compared; None of features that there are not, or not here."""
    from musivum.engines.arrange import likeness_vectors

    dimensions = options.dimensions or None
    try:
        return likeness_vectors(
            library, features, dimensions=dimensions, chroma=options.chroma, workers=workers, progress=progress
        )
    except OptionError:
        return None


def _flow(vectors: npt.NDArray[Any], places: npt.NDArray[np.float64], order: npt.NDArray[np.int64]) -> Flow:
    from musivum.engines.arrange import distance_preservation_quality

    sample = _SAMPLE if len(vectors) > _MANY else None
    found = distance_preservation_quality(vectors, places, p=_POWERS, sample=sample)
    chance = distance_preservation_quality(vectors[order], places, p=_POWERS, sample=sample)
    return Flow(*found, *chance)


def _means(distances: npt.NDArray[np.float64], pairs: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.float64]:
    both, twice = pairs.T.reshape(-1), np.tile(distances, 2)
    return np.bincount(both, twice, count) / np.maximum(np.bincount(both, minlength=count), 1)

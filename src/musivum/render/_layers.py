"""Which photos are drawn in each place: the chosen one, or a blend of it with the next best."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from musivum.errors import OptionError
from musivum.plan import Placements, Plan, instead


@dataclass(frozen=True, slots=True)
class Layers:
    """Photos in painting order, those that share a place beside each other.

    Attributes
    ----------
    photos
        (m,) what is drawn, each as if it were the only one in its place.
    place
        (m,) placement whose place it is.
    first
        (n + 1,) first photo of each of the n placements.
    """

    photos: Placements
    place: npt.NDArray[np.int64]
    first: npt.NDArray[np.int64]

    def of_places(self, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Photos of some placements, in the same order."""
        if len(self.place) == len(self.first) - 1:
            return places
        counts = self.first[places + 1] - self.first[places]
        ends = np.cumsum(counts)
        return np.repeat(self.first[places] - ends + counts, counts) + np.arange(ends[-1] if len(ends) else 0)


def layers_of(plan: Plan, alternates: int, feather: float | None) -> Layers:
    """The chosen photos, each with its `alternates` next-best ones, and with another soft edge if one is given.

    A photo that was chosen is no alternate to itself; a place that has fewer alternates blends what it has.

    Raises
    ------
    OptionError
        If the plan keeps fewer alternates.
    """
    kept = plan.alternates.tile.shape[1]
    if not 0 <= alternates <= kept:
        few = "none" if kept == 0 else f"{kept} at most"
        raise OptionError(f"alternates {alternates}: the plan keeps {few} for a place; make it again to have others")
    photos = plan.placements
    n = len(photos)
    if feather is not None:
        photos = replace(photos, feather=np.full(n, feather, np.float32))
    if alternates == 0:
        return Layers(photos, np.arange(n), np.arange(n + 1))
    near = plan.alternates
    other = (near.tile >= 0) & (near.tile != photos.tile[:, None])
    chosen = np.ones((n, 1), np.bool_)
    there = np.concatenate([chosen, other & (np.cumsum(other, axis=1) <= alternates)], axis=1)
    place, column = np.nonzero(there)
    first = np.concatenate([[0], np.cumsum(there.sum(axis=1))])
    return Layers(instead(photos, near, place, column - 1), place, first)

"""Where a plan's error comes from, and which photos would lower it.

The error of every cell, the number that the engine minimises, is what even its best tile would leave, were there no
limits on repeats, plus what the limits add. Of the first part the colours that no photo of the library comes near are
told from detail that no photo shows; of the second part, the colours of which there are too few photos are named, and
the good photos that ran out.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.color import linear_from_oklab, srgb_from_linear
from musivum.export._color_clusters import color_clusters
from musivum.export._color_names import colour_name
from musivum.library import Library
from musivum.plan import Plan, bounds

_FAR = 0.05  # OKLab: beyond this a photo is of another colour than its cell
_BIN = 0.02
_LEAST_SHARE = 0.005
_LISTED = 8
_BLOCK = 4_000_000


class ScarceColour(NamedTuple):
    """A colour of which the library has too little.

    Attributes
    ----------
    name, hex
        In words, and as ``#rrggbb``: the mean of its places.
    places, share
        How many cells or photos it takes, and their share of the plan's error for this reason.
    photos
        How many photos of this colour would about do.
    """

    name: str
    hex: str
    places: int
    share: float
    photos: int


class WantedPhoto(NamedTuple):
    """A photo that suits more cells best (`wanted`) than may show it; `used` is how many do."""

    file: str
    wanted: int
    used: int


class Explanation(NamedTuple):
    """Shares of the error, 0..1, which add up to 1, and what lies behind them.

    Attributes
    ----------
    missing, detail, limits
        Left by colours that the library lacks, by detail that no photo shows, and by the limits on repeats.
    missing_colours, scarce_colours
        Behind `missing` and behind `limits`, the worst first.
    wanted
        Good photos that ran out, the most missed first.
    """

    missing: float
    detail: float
    limits: float
    missing_colours: tuple[ScarceColour, ...]
    scarce_colours: tuple[ScarceColour, ...]
    wanted: tuple[WantedPhoto, ...]


def explain(plan: Plan, library: Library) -> Explanation | None:
    """Explain a plan's error; None if the plan holds no alternates or has no error."""
    if not plan.alternates.tile.shape[1] or not len(plan.placements):
        return None
    box = bounds(plan.placements)
    area = (box[:, 2] - box[:, 0]) * (box[:, 3] - box[:, 1])
    error = plan.placements.error.astype(np.float64).clip(min=0)
    best = plan.alternates.error[:, 0].astype(np.float64).clip(min=0)
    excess = (error - best).clip(min=0)  # a cell may have done better than its alternates
    best = error - excess
    total = float((error * area).sum())
    if total <= 0:
        return None
    unavoidable, added = best * area / total, excess * area / total
    colour = (plan.placements.mean + plan.placements.shift).astype(np.float64)
    moved = np.linalg.norm(plan.placements.shift.astype(np.float64), axis=1)

    photos_for = partial(_photos_for, statistics=plan.statistics)
    missing = (moved > _FAR) & (best >= (best * area).sum() / area.sum())
    missing[missing] = _nearest_photo(colour[missing], library.means) > _FAR
    scarce = (moved > _FAR) & ~missing & (added >= added.mean()) & (added > 0)
    return Explanation(
        missing=float(unavoidable[missing].sum()),
        detail=float(unavoidable[~missing].sum()),
        limits=float(added.sum()),
        missing_colours=_scarce_colours(colour, unavoidable, np.flatnonzero(missing), photos_for),
        scarce_colours=_scarce_colours(colour, added, np.flatnonzero(scarce), photos_for),
        wanted=_wanted(plan, added > 0),
    )


def missing_colours(plan: Plan, library: Library, seen: npt.NDArray[np.integer[Any]]) -> tuple[ScarceColour, ...]:
    """Colours that the library lacks, judged by photos that lie freely.

    Parameters
    ----------
    seen
        (n,) how much is seen of each placement.
    """
    error = plan.placements.error.astype(np.float64).clip(min=0) * seen
    if not error.sum() > 0:
        return ()
    colour = (plan.placements.mean + plan.placements.shift).astype(np.float64)
    missing = np.linalg.norm(plan.placements.shift.astype(np.float64), axis=1) > _FAR
    missing[missing] = _nearest_photo(colour[missing], library.means) > _FAR
    uses = len(error) / np.unique(plan.placements.tile).size
    return _scarce_colours(
        colour, error / error.sum(), np.flatnonzero(missing), lambda places: math.ceil(places / uses)
    )


def _nearest_photo(colour: npt.NDArray[np.float64], means: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Distance in OKLab from each colour (n, 3) to the nearest of means (t, 3), to the precision of a bin."""
    if not len(colour):
        return np.zeros(0)
    bins, index = np.unique(np.round(colour / _BIN).astype(np.int64), axis=0, return_inverse=True)
    nearest = np.empty(len(bins))
    step = max(1, _BLOCK // len(means))
    for start in range(0, len(bins), step):
        apart = (bins[start : start + step, None] * _BIN - means).astype(np.float32)
        nearest[start : start + step] = np.sqrt((apart**2).sum(axis=2).min(axis=1))
    found: npt.NDArray[np.float64] = nearest[index.reshape(-1)]
    return found


def _scarce_colours(
    colour: npt.NDArray[np.float64],
    share: npt.NDArray[np.float64],
    places: npt.NDArray[np.int64],
    photos_for: Callable[[int], int],
) -> tuple[ScarceColour, ...]:
    groups: dict[str, list[npt.NDArray[np.int64]]] = {}
    label = color_clusters(colour[places], share[places])
    for k in range(int(label.max(initial=-1)) + 1):
        members = places[label == k]
        groups.setdefault(colour_name(_mean(colour[members], share[members])), []).append(members)
    found = []
    for name, parts in groups.items():
        members = np.concatenate(parts)
        part = float(share[members].sum())
        if part >= _LEAST_SHARE:
            mean = np.array(_mean(colour[members], share[members]))
            red, green, blue = srgb_from_linear(linear_from_oklab(mean).clip(0, 1)).tolist()
            photos = photos_for(len(members))
            found.append(ScarceColour(name, f"#{red:02x}{green:02x}{blue:02x}", len(members), part, photos))
    return tuple(sorted(found, key=lambda lack: (-lack.share, lack.name)))


def _mean(colour: npt.NDArray[np.float64], weight: npt.NDArray[np.float64]) -> tuple[float, float, float]:
    lightness, a, b = np.average(colour, axis=0, weights=weight).tolist()
    return lightness, a, b


def _photos_for(cells: int, statistics: dict[str, Any]) -> int:
    """How many photos fill so many cells under the limits on copies and nearness."""
    copies, spacing = (statistics.get(name) for name in ("copies", "spacing"))
    by_copies = cells / max(copies, 1) if isinstance(copies, (int, float)) and copies > 0 else 1
    by_spacing = min(spacing, cells) ** 2 if isinstance(spacing, (int, float)) and spacing > 1 else 1
    return max(1, min(cells, math.ceil(max(by_copies, by_spacing))))


def _wanted(plan: Plan, worse: npt.NDArray[np.bool_]) -> tuple[WantedPhoto, ...]:
    best, tile = plan.alternates.tile[:, 0], plan.placements.tile
    n = len(plan.tiles)
    wanted = np.bincount(best[best >= 0], minlength=n)
    missed = np.bincount(best[(best >= 0) & (best != tile) & worse], minlength=n)
    used = np.bincount(tile, minlength=n)
    missed[used == 0] = 0  # never had, so never run out
    order = np.argsort(-missed, kind="stable")[:_LISTED]
    return tuple(WantedPhoto(plan.tiles.sources[i], int(wanted[i]), int(used[i])) for i in order if missed[i] > 0)

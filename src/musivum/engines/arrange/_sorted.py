"""Linear assignment sorting: smooth the map of vectors, assign photos anew to its cells, shrink the radius [1]_.

References
----------
.. [1] K. U. Barthel, N. Hezel, K. Jung, K. Schall, "Improved Evaluation and Generation of Grid Layouts using Distance
   Preservation Quality and Linear Assignment Sorting", Computer Graphics Forum 42(1), 2023. doi:10.1111/cgf.14718
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import numpy.typing as npt

from musivum.engines.arrange._auction import auction, spread
from musivum.engines.arrange._ground import NOBODY, Ground
from musivum.engines.arrange._guide import Guide
from musivum.engines.arrange._initial import first_arrangement
from musivum.engines.arrange._settings import Settings
from musivum.engines.arrange._smooth import smooth
from musivum.engines.arrange._windows import windows
from musivum.progress import Progress, silent

FloatArray = npt.NDArray[np.float32]

_WHOLE = 1600  # cells that are assigned at once
_USUAL = 1024  # cells; smaller maps take more steps, which is where they gain most and cost least
_FEWEST_STEPS = 1.3  # how much faster than usual the radius may shrink on larger ones
_FIRST_RADIUS = 0.5  # of the longer side
_FIRST_EPSILON = 0.5  # it shrinks with the radius: while that is large, most of what is settled will be undone
_LEAST_EPSILON = 1e-5  # of the largest price there may be; less is lost in rounding, and the auction would not end
_NOISE = 1e-5  # of what cells want: differences that rounding makes
_FIXED = 0.25  # weight of a fixed cell, of all cells within the radius


def sort_cells(
    vectors: FloatArray,
    ground: Ground,
    settings: Settings,
    *,
    guide: Guide | None = None,
    progress: Progress = silent,
) -> npt.NDArray[np.int64]:
    """Arrange photos such that near ones are alike, from the large to the small.

    Up to 1,600 cells are assigned at once; more in windows, so that cost grows like the number of cells times the
    logarithm of the map's side.

    Parameters
    ----------
    vectors
        (n, d) of all photos.

    Returns
    -------
    (m,) photo of each free cell, in reading order.
    """
    photos, cells = ground.photos, ground.cells
    vectors = vectors - vectors[photos].mean(axis=0)
    mine, length = vectors[photos], vectors.shape[1]
    arranged = first_arrangement(mine, ground, settings.seed)
    wishes, offers = _guidance(guide, ground, mine)
    has = np.concatenate([mine, wishes], axis=1)
    wants = np.concatenate([np.zeros_like(mine), offers], axis=1)
    field = np.zeros((*ground.free.shape, length), np.float32)
    taken = ground.fixed != NOBODY
    field[taken] = vectors[ground.fixed[taken]]
    whole = len(mine) <= _WHOLE
    price = np.zeros(len(mine), np.float32)  # in standard deviations of the gain, which changes with the radius
    rng = np.random.default_rng(settings.seed)

    def assign(epsilon: float, window: npt.NDArray[np.int64]) -> None:
        offered = arranged[window]
        wanted = wants[window]
        level = np.abs(wanted).max(initial=0)
        wanted -= wanted.mean(axis=0)  # what all cells want alike settles nothing, and would take many bids to price
        if np.abs(wanted).max(initial=0) <= _NOISE * level:
            return
        gain = wanted @ has[offered].T
        deviation, span = spread(gain)
        if deviation == 0:
            return
        bid = price[offered] * np.float32(deviation)
        least = _LEAST_EPSILON * (span + float(bid.max()))
        arranged[window] = offered[auction(gain, bid, max(epsilon * deviation, least))]
        if whole:
            price[offered] = (bid - bid.min()) / np.float32(deviation)

    radii = _radii(ground, settings.effort.decay)
    with ThreadPoolExecutor(settings.workers, thread_name_prefix="musivum-sort") as pool:
        for step, radius in enumerate(radii):
            progress("sort", step, len(radii))
            epsilon = _FIRST_EPSILON * (settings.effort.epsilon / _FIRST_EPSILON) ** (step / max(1, len(radii) - 1))
            field.reshape(-1, length)[cells] = mine[arranged]
            weight = np.where(taken, max(1.0, _FIXED * (2 * radius + 1) ** 2), ground.free).astype(np.float32)
            wants[:, :length] = smooth(field, weight, radius, wrap=ground.wrap).reshape(-1, length)[cells]
            parts = [np.arange(len(mine))] if whole else windows(ground, settings.effort.window, radius, rng)
            list(pool.map(partial(assign, epsilon), parts))
    progress("sort", len(radii), len(radii))
    return np.asarray(photos[arranged])


def _radii(ground: Ground, decay: float) -> list[int]:
    decay = 1 - (1 - decay) * min(_FEWEST_STEPS, math.sqrt(len(ground.photos) / _USUAL))
    first = max(1.0, _FIRST_RADIUS * max(ground.free.shape))
    return [round(first * decay**step) for step in range(1 + math.floor(math.log(first) / -math.log(decay)))]


def _guidance(guide: Guide | None, ground: Ground, mine: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Coordinates (m, g) of photos and free cells whose product is as large as that of the vectors, times strength."""
    if guide is None:
        return np.zeros((len(mine), 0), np.float32), np.zeros((len(mine), 0), np.float32)
    wishes = guide.photos[ground.photos]
    offers = guide.cells[ground.free]
    worth = np.sqrt(np.square(wishes).sum(axis=1).mean() * np.square(offers).sum(axis=1).mean())
    scale = guide.strength * np.square(mine).sum(axis=1).mean() / max(float(worth), 1e-12)
    return wishes, (scale * offers).astype(np.float32)

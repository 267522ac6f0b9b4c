"""Shells: from a seed photo in the middle outwards, ring by ring, always the photo most like its inner neighbours."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.engines.arrange._ground import NOBODY, Ground
from musivum.engines.arrange._guide import Guide
from musivum.engines.arrange._settings import Settings
from musivum.progress import Progress, silent

_BEST = 4  # likenesses that make a seed
_BLOCK = 2**22  # likenesses at a time
_TOLD = 64  # photos between two reports of progress


def shell_cells(
    vectors: npt.NDArray[np.float32],
    ground: Ground,
    settings: Settings,
    *,
    guide: Guide | None = None,
    progress: Progress = silent,
) -> npt.NDArray[np.int64]:
    """Grow the arrangement out of the middle.

    Likeness is the inner product of centred vectors, not of unit length: strong photos come first. The photo whose four
    best likenesses add up highest is the seed, unless a fixed one holds the middle. In each ring the cells in line with
    the middle come first, then each edge from its middle outwards, then the corners; each gets the photo that is most
    like the sum of those of its neighbours (up, down, left, right) that are there already. Cost grows with the square
    of the number of photos. Guides are not heeded, nor is wrapping; the seed number takes the next best seed photo.

    Returns
    -------
    (m,) photo of each free cell, in reading order.
    """
    vectors = vectors - vectors[ground.photos].mean(axis=0)
    held = np.pad(ground.fixed, 1, constant_values=NOBODY)
    left, rest = ground.photos.copy(), vectors[ground.photos]  # those not placed yet
    for done, (row, column) in enumerate(_outwards(ground)):
        if done % _TOLD == 0:
            progress("grow", done, len(ground.photos))
        around = held[[row, row + 2, row + 1, row + 1], [column + 1, column + 1, column, column + 2]]
        around = around[around != NOBODY]
        if len(around):
            best = int(np.argmax(rest @ vectors[around].sum(axis=0)))
        elif done == 0:
            best = _seed(rest, settings.seed)
        else:
            best = int(np.argmax(rest @ vectors[_nearest(held, row, column)]))
        held[row + 1, column + 1] = left[best]
        left, rest = _without(left, best), _without(rest, best)
    progress("grow", len(ground.photos), len(ground.photos))
    return np.asarray(held[1:-1, 1:-1][ground.free])


def _outwards(ground: Ground) -> list[tuple[int, int]]:
    """Free cells by ring, within a ring by distance from the lines through the middle; corners come last by that."""
    rows, columns = np.nonzero(ground.free | (ground.fixed != NOBODY))
    middle = round(float(rows.mean())), round(float(columns.mean()))
    down, right = ground.places.T - np.array(middle)[:, None]
    ring = np.maximum(np.abs(down), np.abs(right))
    aside = np.minimum(np.abs(down), np.abs(right))
    order = np.lexsort((np.arctan2(down, right), aside, ring))
    return [(int(row), int(column)) for row, column in ground.places[order]]


def _seed(vectors: npt.NDArray[np.float32], number: int) -> int:
    """Row of the photo whose best likenesses to others add up highest, or the one after so many better ones."""
    n = len(vectors)
    if n == 1:
        return 0
    most = min(_BEST, n - 1)
    sums = np.empty(n, np.float32)
    step = max(1, _BLOCK // n)
    for first in range(0, n, step):
        likeness = vectors[first : first + step] @ vectors.T
        rows = np.arange(len(likeness))
        likeness[rows, first + rows] = -np.inf
        sums[first : first + step] = np.partition(likeness, n - most, axis=1)[:, n - most :].sum(axis=1)
    return int(np.argsort(-sums, kind="stable")[number % n])


def _without(array: npt.NDArray[Any], row: int) -> npt.NDArray[Any]:
    """An array less a row, in the same memory and the same order, so that of equals the first one stays the first."""
    array[row:-1] = array[row + 1 :]
    return array[:-1]


def _nearest(held: npt.NDArray[np.int64], row: int, column: int) -> int:
    """The photo that was placed nearest to a cell with no neighbour yet, as in a shape of several parts."""
    places = np.argwhere(held != NOBODY)
    nearest = np.square(places - (row + 1, column + 1)).sum(axis=1).argmin()
    return int(held[tuple(places[nearest])])

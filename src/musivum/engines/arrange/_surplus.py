"""More photos than cells, or more cells than photos."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from musivum.engines.arrange._ground import NOBODY
from musivum.engines.arrange._smooth import smooth
from musivum.features import even_rows

FloatArray = npt.NDArray[np.float32]

_NEAREST = 4
_SAMPLE = 4096
_BLOCK = 2**20  # distances at a time
_PLASTIC = 1.324717957244746  # whose powers make the most even sequence in the plane
_AROUND = 2  # cells on either side that a repeat must suit
_APART = 1 / 3  # of the longer side, between a photo and its repeat


def outsiders(vectors: FloatArray, count: int, keep: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Rows (count,), ascending, of the photos that are least like any others.

    The distance to the fourth nearest says so; above 4,096 photos, to that of an even sample.

    Parameters
    ----------
    keep
        (n,) photos that are not to be chosen.
    """
    n = len(vectors)
    rows = even_rows(n, _SAMPLE)
    sample = vectors[rows]
    squares = np.square(sample).sum(axis=1)
    nearest = max(0, min(_NEAREST, len(sample) - 1) - 1)
    lonely = np.empty(n)
    step = max(1, _BLOCK // len(sample))
    for first in range(0, n, step):
        block = vectors[first : first + step]
        away = squares - 2 * block @ sample.T
        own = np.arange(*np.searchsorted(rows, (first, first + step)))
        away[rows[own] - first, own] = np.inf
        lonely[first : first + step] = np.partition(away, nearest, axis=1)[:, nearest] + np.square(block).sum(axis=1)
    lonely[keep] = -np.inf
    return np.sort(np.argsort(-lonely, kind="stable")[:count])


def scattered(free: npt.NDArray[np.bool_], count: int) -> npt.NDArray[np.bool_]:
    """Which `count` of the free cells are left for repeats: the first that a Kronecker sequence in the plane falls on.

    The sequence comes as often into each part of the plane, so what is chosen is even over all free cells.
    """
    chosen = np.zeros(free.size, np.bool_)
    count, first = min(count, int(np.count_nonzero(free))), 1
    while missing := count - np.count_nonzero(chosen):
        k = np.arange(first, first + free.size)
        row, column = ((0.5 + k / _PLASTIC**power) % 1 * side for power, side in enumerate(free.shape, 1))
        cells = np.floor(row).astype(np.int64) * free.shape[1] + np.floor(column).astype(np.int64)
        cells = cells[free.flat[cells] & ~chosen[cells]]
        once = np.sort(np.unique(cells, return_index=True)[1])
        chosen[cells[once[:missing]]] = True
        first += free.size
    return chosen.reshape(free.shape)


def repeat_photos(
    vectors: FloatArray, held: npt.NDArray[np.int64], empty: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int64]:
    """Fill empty cells with photos that suit those around, far from where each lies already.

    Parameters
    ----------
    held
        (rows, columns) photo that holds each cell, or -1.
    empty
        (rows, columns) the cells to fill.

    Returns
    -------
    (rows, columns) as `held`, the empty cells filled; a photo is repeated twice only after all were once.
    """
    held = held.copy()
    there = held != NOBODY
    field = np.where(there[..., None], vectors[held], np.float32(0))
    wanted = smooth(field, there.astype(np.float32), _AROUND)
    first = np.full((len(vectors), 2), np.inf)
    first[held[there]] = np.argwhere(there)
    used = np.where(np.isfinite(first[:, 0]), 0, np.iinfo(np.int64).max)
    cells = np.argwhere(empty)
    while len(cells):
        photos = np.flatnonzero(used == used.min())
        some, cells = np.split(cells, [min(len(photos), max(1, _BLOCK // len(photos)))])
        chosen = photos[_suiting(vectors[photos], first[photos], wanted[tuple(some.T)], some, max(held.shape))]
        held[tuple(some.T)] = chosen
        used[chosen] += 1
    return held


def _suiting(
    vectors: FloatArray,
    first: npt.NDArray[np.float64],
    wanted: FloatArray,
    cells: npt.NDArray[np.int64],
    longer: int,
) -> list[int]:
    """Rows of the photos that cells (m, 2) get one after another, each another one: the best of those far enough."""
    misfit = np.square(vectors).sum(axis=1) - 2 * wanted @ vectors.T
    down, right = (np.subtract.outer(cells[:, axis], first[:, axis]) for axis in range(2))
    apart = down**2 + right**2
    suits = np.where(apart >= (_APART * longer) ** 2, misfit, np.float32(np.inf))
    chosen: list[int] = []
    for cell, row in enumerate(suits):
        best = int(row.argmin())
        if row[best] == np.inf:
            apart[cell, chosen] = -1
            best = int(np.where(apart[cell] == apart[cell].max(), misfit[cell], np.inf).argmin())
        chosen.append(best)
        suits[:, best] = np.inf
    return chosen

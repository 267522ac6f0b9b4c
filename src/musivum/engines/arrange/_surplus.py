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
_BLOCK = 2**22  # distances at a time
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
    sample = vectors[even_rows(n, _SAMPLE)]
    squares = np.square(sample).sum(axis=1)
    nearest = min(_NEAREST, len(sample) - 1)
    lonely = np.empty(n)
    step = max(1, _BLOCK // len(sample))
    for first in range(0, n, step):
        block = vectors[first : first + step]
        away = squares - 2 * block @ sample.T
        lonely[first : first + step] = np.partition(away, nearest, axis=1)[:, nearest] + np.square(block).sum(axis=1)
    lonely[keep] = -np.inf
    return np.sort(np.argsort(-lonely, kind="stable")[:count])


def scattered(free: npt.NDArray[np.bool_], count: int) -> npt.NDArray[np.bool_]:
    """Which `count` of the free cells are left for repeats: evenly over all, by a Kronecker sequence in the plane."""
    chosen = np.zeros(free.shape, np.bool_)
    plastic = 1.324717957244746
    cells = np.argwhere(free) + 0.5
    left = np.ones(len(cells), np.bool_)
    for k in range(count):
        point = np.array([(0.5 + (k + 1) / plastic) % 1, (0.5 + (k + 1) / plastic**2) % 1]) * free.shape
        away = np.where(left, np.square(cells - point).sum(axis=1), np.inf)
        nearest = int(away.argmin())
        left[nearest] = False
        chosen[tuple(np.floor(cells[nearest]).astype(np.int64))] = True
    return chosen


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
    places = np.argwhere(there)
    first[held[there]] = places
    used = np.where(np.isfinite(first[:, 0]), 0, np.iinfo(np.int64).max)
    for row, column in np.argwhere(empty).tolist():
        apart = np.hypot(*(first - (row, column)).T)
        candidates = used == used.min()
        far = candidates & (apart >= _APART * max(held.shape))
        if not far.any():
            far = candidates & (apart >= apart[candidates].max())
        misfit = np.square(vectors - wanted[row, column]).sum(axis=1)
        best = int(np.where(far, misfit, np.inf).argmin())
        held[row, column] = best
        used[best] += 1
    return held

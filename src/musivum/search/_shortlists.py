"""Search where each query has a list of the rows that it may find."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from musivum.progress import Progress, silent
from musivum.search._blocks import in_blocks
from musivum.search._neighbours import Neighbours, nobody

_QUERIES = 1024


def search_shortlists(
    queries: npt.NDArray[np.float32],
    lists: npt.NDArray[np.integer[Any]],
    shortlists: npt.NDArray[np.int32],
    vectors: npt.NDArray[np.float32],
    k: int,
    *,
    prices: npt.NDArray[np.float32] | None = None,
    workers: int = 1,
    progress: Progress = silent,
) -> Neighbours:
    """Find for each query the k rows on its list of least distance + price.

    Queries that share a list should be neighbours: its rows are then gathered once for all of them.

    Parameters
    ----------
    queries
        (q, d).
    lists
        (q,) which row of `shortlists` is each query's list.
    shortlists
        (n, s) rows of `vectors`, no row twice on one list; -1 for none.
    vectors
        (m, d).
    prices
        (m,) added to every distance to a row; a row of infinite price is never found.

    Returns
    -------
    Rows in place of owners; padded with -1 and inf.
    """
    if prices is None:
        prices = np.zeros(len(vectors), np.float32)

    def search(block: slice) -> Neighbours:
        found = nobody(len(queries[block]), k)
        _search(queries[block], lists[block], shortlists, vectors, prices, found.owners, found.distances)
        return found

    return in_blocks(search, len(queries), k, size=_QUERIES, workers=workers, progress=progress)


@njit(nogil=True, cache=True)
def _search(queries, lists, shortlists, vectors, prices, owners, distances):  # type: ignore[no-untyped-def]
    size, k = shortlists.shape[1], owners.shape[1]
    dimensions = queries.shape[1]
    # The rows of a list lie as columns, so that a query meets many of them at once.
    columns, squares = np.zeros((dimensions, size), np.float32), np.empty(size, np.float32)
    gathered = -1
    for q in range(queries.shape[0]):
        names = shortlists[lists[q]]
        if lists[q] != gathered:
            gathered = lists[q]
            for i in range(size):
                for d in range(dimensions):
                    columns[d, i] = vectors[names[i], d] if names[i] >= 0 else np.float32(0)
        squares[:] = 0
        for d in range(dimensions):
            at, column = queries[q, d], columns[d]
            for i in range(size):
                squares[i] += (at - column[i]) * (at - column[i])
        for i in range(size):
            if names[i] < 0:
                continue
            total = np.sqrt(squares[i]) + prices[names[i]]
            if total > distances[q, k - 1] or (total == distances[q, k - 1] and names[i] > owners[q, k - 1]):
                continue
            if total == np.inf:
                continue
            place = k - 1
            while place > 0 and (
                distances[q, place - 1] > total
                or (distances[q, place - 1] == total and owners[q, place - 1] > names[i])
            ):
                distances[q, place], owners[q, place] = distances[q, place - 1], owners[q, place - 1]
                place -= 1
            distances[q, place], owners[q, place] = total, names[i]

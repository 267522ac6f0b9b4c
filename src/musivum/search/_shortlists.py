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
    workers: int = 1,
    progress: Progress = silent,
) -> Neighbours:
    """Find for each query the k nearest of the rows on its list.

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

    Returns
    -------
    Rows in place of owners; padded with -1 and inf.
    """

    def search(block: slice) -> Neighbours:
        found = nobody(len(queries[block]), k)
        _search(queries[block], lists[block], shortlists, vectors, found.owners, found.distances)
        return found

    return in_blocks(search, len(queries), k, size=_QUERIES, workers=workers, progress=progress)


@njit(nogil=True, cache=True)
def _search(queries, lists, shortlists, vectors, owners, distances):  # type: ignore[no-untyped-def]
    size, k = shortlists.shape[1], owners.shape[1]
    # The rows of a list lie as columns, so that a query meets many of them at once.
    columns, squares = np.zeros((vectors.shape[1], size), np.float32), np.empty(size, np.float32)
    gathered = -1
    for q in range(queries.shape[0]):
        names = shortlists[lists[q]]
        if lists[q] != gathered:
            gathered = lists[q]
            for i in range(size):
                for d in range(vectors.shape[1] if names[i] >= 0 else 0):
                    columns[d, i] = vectors[names[i], d]
        squares[:] = 0
        for d in range(vectors.shape[1]):
            at, column = queries[q, d], columns[d]
            for i in range(size):
                squares[i] += (at - column[i]) * (at - column[i])
        best, rows = distances[q], owners[q]
        for i in range(size):
            if squares[i] > best[k - 1] or names[i] < 0:
                continue
            place = k
            while place > 0 and (
                best[place - 1] > squares[i] or (best[place - 1] == squares[i] and rows[place - 1] > names[i])
            ):
                if place < k:
                    best[place], rows[place] = best[place - 1], rows[place - 1]
                place -= 1
            if place < k:
                best[place], rows[place] = squares[i], names[i]
        for i in range(k):
            best[i] = np.sqrt(best[i])

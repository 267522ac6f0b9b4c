"""Costs of given rows, straight from their definition: what every search returns in the end."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from musivum.search._dictionary import Dictionary
from musivum.search._neighbours import Neighbours, nearest_of_keys

# Sums may be taken in any order; infinities mean something here, so nothing may be assumed of them.
FASTMATH = {"reassoc", "contract", "nsz"}


def settle(
    queries: npt.NDArray[np.float32],
    dictionary: Dictionary,
    rows: npt.NDArray[np.int32],
    owner_of: npt.NDArray[np.int32],
    k: int,
    prices: npt.NDArray[np.float32],
    weights: npt.NDArray[np.float32],
    *,
    repeated: bool,
) -> Neighbours:
    """Cost the rows that a search nominates, anew and exactly, and keep the k owners of least weight * cost + price.

    Searches thus differ in what they overlook, never in what they say of a row.

    Parameters
    ----------
    rows
        (q, c) rows nominated for each query; -1 for none.
    owner_of
        See `Dictionary.owner_of_rows`.
    repeated
        Whether several rows of one owner may be nominated for one query.
    """
    queries, rows = np.ascontiguousarray(queries), np.ascontiguousarray(rows)
    keys = np.empty(rows.shape, np.int64)
    _keys(queries, dictionary.rows, dictionary.factors, rows, owner_of, prices, weights, keys)
    return nearest_of_keys(keys, k, repeated=repeated)


def pair_costs(
    queries: npt.NDArray[np.float32], dictionary: Dictionary, owners: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Return the cost of query i at the best row of owners[i], and that row."""
    queries = np.ascontiguousarray(queries)
    costs, rows = np.empty(len(queries), np.float32), np.empty(len(queries), np.int64)
    _best_rows(queries, dictionary.rows, dictionary.starts, dictionary.factors, owners, costs, rows)
    return costs, rows


@njit(nogil=True, cache=True, fastmath=FASTMATH)
def _cost(query, vector, factor):  # type: ignore[no-untyped-def]
    total = np.float32(0)
    for d in range(query.shape[0]):
        total += (query[d] - vector[d]) ** 2
    return factor * np.sqrt(total)


@njit(nogil=True, cache=True, fastmath=FASTMATH)
def _keys(queries, vectors, factors, rows, owner_of, prices, weights, keys):  # type: ignore[no-untyped-def]
    """Cost and owner of each row as one integer, see `keys_of`."""
    for q in range(rows.shape[0]):
        for i in range(rows.shape[1]):
            row, owner, total = rows[q, i], -1, np.float32(np.inf)
            if row >= 0:
                owner = owner_of[row]
                total = weights[q] * _cost(queries[q], vectors[row], factors[row]) + prices[owner]
            bits = np.int64(np.float32(total).view(np.int32))
            keys[q, i] = (bits ^ 0x7FFFFFFF if bits < 0 else bits) << 32 | owner & 0xFFFFFFFF


@njit(nogil=True, cache=True, fastmath=FASTMATH)
def _best_rows(queries, vectors, starts, factors, owners, costs, rows):  # type: ignore[no-untyped-def]
    for q in range(queries.shape[0]):
        costs[q], rows[q] = np.inf, starts[owners[q]]
        for row in range(starts[owners[q]], starts[owners[q] + 1]):
            cost = _cost(queries[q], vectors[row], factors[row])
            if cost < costs[q]:
                costs[q], rows[q] = cost, row

"""Exact search by blocked matrix products with a fused top-k.

A tile owns several rows of the dictionary (its crops, mirrored and turned) and counts once, at its best row. Blocks of
queries meet blocks of rows in one matrix product each; a kernel reduces the product to the best row per owner and keeps
the k best owners, so memory is bounded by one block and the answer, never queries x rows. Blocks have fixed shapes and
each product runs on one thread, so the answer is the same with any number of workers.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit
from threadpoolctl import threadpool_limits

from musivum.progress import Progress, silent

_QUERIES = 128
_ROWS = 1024
# Sums may be taken in any order; infinities mean something here, so nothing may be assumed of them.
_FASTMATH = {"reassoc", "contract", "nsz"}


class Neighbours(NamedTuple):
    """The k nearest owners of each query, ascending in distance and then in owner; padded with -1 and inf.

    Attributes
    ----------
    owners
        (q, k) owner indices.
    distances
        (q, k) costs.
    """

    owners: npt.NDArray[np.int32]
    distances: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Rows of vectors, each with an owner and a factor: cost(query, row) = factor[row] * |query - row|.

    Attributes
    ----------
    vectors
        (m, d) float32.
    starts
        (n + 1,) row at which each owner's rows start; the rows of one owner are neighbours and at least one.
    factors
        (m,) positive float32.
    """

    vectors: npt.NDArray[np.float32]
    starts: npt.NDArray[np.int64]
    factors: npt.NDArray[np.float32]

    @property
    def owners(self) -> int:
        """How many owners there are."""
        return len(self.starts) - 1

    def blocks(self) -> list[tuple[int, int]]:
        """Runs of owners (first, last + 1) whose rows fit a block."""
        runs, first = [], 0
        while first < self.owners:
            last = int(np.searchsorted(self.starts, self.starts[first] + _ROWS, side="right")) - 1
            last = min(max(last, first + 1), self.owners)
            runs.append((first, last))
            first = last
        return runs


def nearest_owners(
    queries: npt.NDArray[np.float32],
    dictionary: Dictionary,
    k: int,
    *,
    prices: npt.NDArray[np.float32] | None = None,
    weights: npt.NDArray[np.float32] | None = None,
    workers: int = 1,
    progress: Progress = silent,
) -> Neighbours:
    """Find for each query the k owners of least weight * cost + price; the distances returned are these sums.

    Parameters
    ----------
    queries
        (q, d) float32.
    dictionary
        The rows to search.
    k
        How many owners; no more than there are.
    prices
        (n,) added to every cost of an owner; none by default.
    weights
        (q,) by which the costs of a query are multiplied; 1 by default.
    """
    k = min(k, dictionary.owners)
    prices = np.zeros(dictionary.owners, np.float32) if prices is None else prices
    weights = np.ones(len(queries), np.float32) if weights is None else weights
    owners = np.full((len(queries), k), -1, np.int32)
    distances = np.full((len(queries), k), np.inf, np.float32)
    rows = _augmented_rows(dictionary)
    runs = dictionary.blocks()
    blocks = [slice(i, min(i + _QUERIES, len(queries))) for i in range(0, len(queries), _QUERIES)]

    def search(block: slice) -> None:
        wide = _augmented_queries(queries[block])
        found = np.full((len(wide), 2 * k), np.inf, np.float32)
        who = np.full((len(wide), 2 * k), -1, np.int32)
        state = np.zeros(len(wide), np.int64)
        limit = np.full(len(wide), np.inf, np.float32)
        for first, last in runs:
            low, high = dictionary.starts[first], dictionary.starts[last]
            squares = rows[low:high] @ wide.T
            _collect(squares, dictionary.starts, first, last, weights[block], prices, found, who, state, limit)
        owners[block], distances[block] = _ascending(found, who, k)

    _in_threads(search, blocks, workers, progress)
    return Neighbours(owners, distances)


def pair_costs(
    queries: npt.NDArray[np.float32], dictionary: Dictionary, owners: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Return the cost of query i at the best row of owners[i], and that row."""
    costs, rows = np.empty(len(queries), np.float32), np.empty(len(queries), np.int64)
    _best_rows(queries, dictionary.vectors, dictionary.starts, dictionary.factors, owners, costs, rows)
    return costs, rows


def _augmented_rows(dictionary: Dictionary) -> npt.NDArray[np.float32]:
    """Write f^2 (|d|^2 - 2 d.x + |x|^2) as a product of these rows with (x, 1, |x|^2)."""
    v, f = dictionary.vectors, dictionary.factors[:, None] ** 2
    return np.concatenate([-2 * f * v, f * np.einsum("ij,ij->i", v, v)[:, None], f], axis=1)


def _augmented_queries(queries: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    ones = np.ones((len(queries), 1), np.float32)
    return np.concatenate([queries, ones, np.einsum("ij,ij->i", queries, queries)[:, None]], axis=1)


def _ascending(
    found: npt.NDArray[np.float32], who: npt.NDArray[np.int32], k: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """The k least of each row by value, then owner; unused entries hold inf.

    Both make one integer: the bits of a float order like the float once those of negative ones are turned over.
    """
    bits = found.view(np.int32).astype(np.int64)
    keys = np.sort((np.where(bits < 0, bits ^ 0x7FFFFFFF, bits) << 32) | who.view(np.uint32), axis=1)[:, :k]
    bits = keys >> 32
    values = np.where(bits < 0, bits ^ 0x7FFFFFFF, bits).astype(np.int32).view(np.float32)
    owners = (keys & 0xFFFFFFFF).astype(np.uint32).view(np.int32)
    return np.where(np.isinf(values), np.int32(-1), owners), values


def _in_threads(task: Callable[[slice], None], blocks: list[slice], workers: int, progress: Progress) -> None:
    with threadpool_limits(limits=1, user_api="blas"), ThreadPoolExecutor(workers) as pool:
        progress("search", 0, len(blocks))
        for done, _ in enumerate(pool.map(task, blocks), 1):
            progress("search", done, len(blocks))


@njit(nogil=True, cache=True, fastmath=_FASTMATH)
def _collect(squares, starts, first, last, weights, prices, found, who, state, limit):  # type: ignore[no-untyped-def]
    """Append the owners of one block that may be among the k best; halve a full buffer to its k best.

    The squared costs are (rows, queries), so that an owner's least is taken for many queries at once.
    """
    size = found.shape[1]
    queries = squares.shape[1]
    best = np.empty(queries, np.float32)
    for owner in range(first, last):
        row = starts[owner] - starts[first]
        for q in range(queries):
            best[q] = squares[row, q]
        for other in range(row + 1, starts[owner + 1] - starts[first]):
            for q in range(queries):
                square = squares[other, q]
                best[q] = square if square < best[q] else best[q]  # one vector instruction; min() would mind NaNs
        price = prices[owner]
        for q in range(queries):
            square = best[q] if best[q] > 0 else np.float32(0)
            best[q] = weights[q] * np.sqrt(square) + price
        for q in range(queries):
            total = best[q]
            if total < limit[q]:
                n = state[q]
                found[q, n], who[q, n] = total, owner
                n += 1
                if n == size:
                    n = size // 2
                    _select(found[q], who[q], size, n)
                    limit[q] = found[q, 0]
                    for i in range(n):
                        limit[q] = max(limit[q], found[q, i])
                    for i in range(n, size):
                        found[q, i] = np.inf
                state[q] = n


@njit(nogil=True, cache=True)
def _select(values, names, n, k):  # type: ignore[no-untyped-def]
    """Bring the k least of n (value, name) pairs to the front, by Hoare's quickselect."""
    low, high = 0, n - 1
    while low < high:
        middle = (low + high) // 2
        pivot, name = values[middle], names[middle]
        i, j = low, high
        while i <= j:
            while values[i] < pivot or (values[i] == pivot and names[i] < name):
                i += 1
            while values[j] > pivot or (values[j] == pivot and names[j] > name):
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                names[i], names[j] = names[j], names[i]
                i += 1
                j -= 1
        if k - 1 <= j:
            high = j
        elif k - 1 >= i:
            low = i
        else:
            return


@njit(nogil=True, cache=True, fastmath=_FASTMATH)
def _best_rows(queries, vectors, starts, factors, owners, costs, rows):  # type: ignore[no-untyped-def]
    for q in range(queries.shape[0]):
        costs[q], rows[q] = np.inf, starts[owners[q]]
        for row in range(starts[owners[q]], starts[owners[q] + 1]):
            total = np.float32(0)
            for d in range(queries.shape[1]):
                total += (queries[q, d] - vectors[row, d]) ** 2
            total = factors[row] * np.sqrt(total)
            if total < costs[q]:
                costs[q], rows[q] = total, row

"""Exact search by blocked matrix products with a fused top-k.

A tile owns several rows of the dictionary (its crops, mirrored and turned) and counts once, at its best row. Blocks of
queries meet blocks of rows in one matrix product each, small enough for a processor's own cache; a kernel reduces the
product to the best row per owner and passes over it, 64 queries at a time, unless one of them beats the k-th best so
far. Memory is bounded by one block and the answer, never queries x rows. A dictionary larger than a part, which may be
mapped from files larger than memory, is searched part by part and the findings are merged. Blocks have fixed shapes and
each product runs on one thread, so the answer is the same with any number of workers.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from numba import njit

from musivum.progress import Progress, silent
from musivum.search._blocks import given, in_blocks
from musivum.search._costs import FASTMATH, settle
from musivum.search._dictionary import Dictionary
from musivum.search._neighbours import Neighbours, merge, nobody

_QUERIES, _ROWS = 256, 512  # their product stays in a cache of 1 MB, and its sides are long enough for BLAS
_LANES = 64  # queries that are compared at once: fewer are not made vector instructions
_PART = 1 << 25  # numbers in a part: 128 MB
_SAMPLE = 4096
_SLACK = np.float32(1e-6)  # over the rounding of a sum, of a square root and of its square


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
        (n,) added to every cost of an owner; none by default. An owner of infinite price is never found.
    weights
        (q,) positive, by which the costs of a query are multiplied; 1 by default.
    """
    k = min(k, dictionary.owners)
    prices, weights = given(queries, dictionary, prices, weights)
    runs = dictionary.runs(max(1, _PART // max(1, queries.shape[1])))
    whole = nobody(len(queries), 0)
    for number, (first, last) in enumerate(runs):

        def tell(stage: str, done: int, total: int, number: int = number) -> None:
            progress(stage, number * total + done, len(runs) * total)

        search = _searching(queries, dictionary.part(first, last), k, prices[first:last], weights)
        part = in_blocks(search, len(queries), min(k, last - first), size=_QUERIES, workers=workers, progress=tell)
        whole = merge(whole, part.shifted(first), k)
    return whole


def _searching(
    queries: npt.NDArray[np.float32],
    part: Dictionary,
    k: int,
    prices: npt.NDArray[np.float32],
    weights: npt.NDArray[np.float32],
) -> Callable[[slice], Neighbours]:
    """Prepare to search one part: |d - x|^2 = |d - c|^2 - 2 d.y + (|y|^2 + 2 c.y) with y = x - c and c amid the rows.

    Centred queries lose fewer digits in the product, and the rows go into it as they are.
    """
    rows = part.rows
    centre = rows[:: max(1, len(rows) // _SAMPLE)].mean(axis=0)
    squares, scales = np.empty(len(rows), np.float32), part.factors * part.factors
    _squared_distances(rows, centre, squares)
    owner_of, runs, k = part.owner_of_rows(), part.runs(_ROWS), min(k, part.owners)

    def search(block: slice) -> Neighbours:
        centred = queries[block] - centre
        n, lanes = len(centred), -len(centred) % _LANES
        constants = np.pad(np.einsum("ij,ij->i", centred, centred) + 2 * (centred @ centre), (0, lanes))
        doubled = np.pad(-2 * centred, ((0, lanes), (0, 0))).T
        products = np.empty((_ROWS, n + lanes), np.float32)
        found = np.full((n, 2 * k), np.inf, np.float32)
        who = np.full((n, 2 * k), -1, np.int32)
        counts, limits = np.zeros(n, np.int64), np.full(n, np.inf, np.float32)
        for first, last in runs:
            low, high = part.starts[first], part.starts[last]
            product = products[: high - low] if high - low <= _ROWS else np.empty((high - low, n + lanes), np.float32)
            np.matmul(rows[low:high], doubled, out=product)
            _collect(
                product.reshape(len(product), -1, _LANES),
                constants.reshape(-1, _LANES),
                squares,
                scales,
                part.starts,
                first,
                last,
                weights[block],
                prices,
                found,
                who,
                counts,
                limits,
            )
        _keep_best(found, who, counts, k)
        return settle(queries[block], part, who[:, :k], owner_of, k, prices, weights[block], repeated=False)

    return search


@njit(nogil=True, cache=True, fastmath=FASTMATH)
def _squared_distances(rows, centre, squares):  # type: ignore[no-untyped-def]
    for i in range(rows.shape[0]):
        total = 0.0
        for d in range(rows.shape[1]):
            total += np.float64(rows[i, d] - centre[d]) ** 2
        squares[i] = total


@njit(nogil=True, cache=True, fastmath=FASTMATH)
def _collect(  # type: ignore[no-untyped-def]
    products, constants, squares, scales, starts, first, last, weights, prices, found, who, counts, limits
):
    """Append the best rows of those owners of one block that may be among the k best; halve a full buffer.

    The products are (rows, queries / lanes, lanes), so that an owner's least is taken for many queries at once.
    """
    size = found.shape[1]
    base = starts[first]
    least = np.float32(np.inf)
    for owner in range(first, last):
        least = min(least, prices[owner])
    if least == np.inf:
        return
    bounds = np.full(constants.shape, np.float32(-np.inf), np.float32)
    for q in range(found.shape[0]):
        bounds[q // _LANES, q % _LANES] = _bound(limits[q], least, weights[q])
    best, nearest = np.empty(_LANES, np.float32), np.empty(_LANES, np.int32)
    for owner in range(first, last):
        for group in range(constants.shape[0]):
            top, hit = starts[owner], False
            for j in range(_LANES):
                best[j] = scales[top] * (squares[top] + (constants[group, j] + products[top - base, group, j]))
                hit |= best[j] < bounds[group, j]
            nearest[:] = top
            if starts[owner + 1] > top + 1:
                hit = False
                for row in range(top + 1, starts[owner + 1]):
                    for j in range(_LANES):
                        square = scales[row] * (squares[row] + (constants[group, j] + products[row - base, group, j]))
                        better = square < best[j]  # min() would mind NaNs and not become one instruction
                        best[j] = square if better else best[j]
                        nearest[j] = row if better else nearest[j]
                for j in range(_LANES):
                    hit |= best[j] < bounds[group, j]
            if not hit:
                continue
            for j in range(_LANES):
                if best[j] >= bounds[group, j]:
                    continue
                q = group * _LANES + j
                total = weights[q] * np.sqrt(max(best[j], np.float32(0))) + prices[owner]
                if total >= limits[q]:
                    continue
                n = counts[q]
                found[q, n], who[q, n] = total, nearest[j]
                counts[q] = n + 1
                if n + 1 == size:
                    counts[q] = size // 2
                    limits[q] = _halve(found[q], who[q])
                    bounds[group, j] = _bound(limits[q], least, weights[q])


@njit(nogil=True, cache=True, fastmath=FASTMATH)
def _bound(limit, price, weight):  # type: ignore[no-untyped-def]
    """Squared costs from this one on cannot come under the limit."""
    room = (limit - price + np.abs(limit) * _SLACK) / weight
    return room * room * (1 + _SLACK) if room >= 0 else np.float32(-np.inf)


@njit(nogil=True, cache=True)
def _halve(values, names):  # type: ignore[no-untyped-def]
    """Keep the lesser half of a full buffer; return the greatest that is kept."""
    k = len(values) // 2
    _select(values, names, len(values), k)
    for i in range(k, len(values)):
        values[i], names[i] = np.inf, -1
    return values[:k].max()


@njit(nogil=True, cache=True)
def _keep_best(found, who, counts, k):  # type: ignore[no-untyped-def]
    for q in range(len(counts)):
        if counts[q] > k:
            _select(found[q], who[q], counts[q], k)


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

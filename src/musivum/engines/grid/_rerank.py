"""Comparing the best candidates again by their whole vectors."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from musivum.engines.grid._dictionary import TileDictionary
from musivum.engines.grid._space import Vectors
from musivum.features import unit_rows
from musivum.search import Neighbours, pair_costs

_BLOCK = 256


def rerank(
    found: Neighbours,
    queries: Vectors,
    described: TileDictionary,
    whole: Callable[[npt.NDArray[np.int64]], Vectors],
    depth: int,
    *,
    workers: int = 1,
) -> Neighbours:
    """Replace the costs of each query's first `depth` owners by those of whole vectors, and put the lists in order.

    An owner's row is the one that was best by short vectors. Cost grows with queries x depth, at that of describing
    so many crops again.

    Parameters
    ----------
    queries
        (q, k) the queries of the search.
    whole
        Rows of queries -> their whole vectors.
    """
    depth = min(depth, found.owners.shape[1])
    blocks = [np.arange(first, min(first + _BLOCK, len(queries))) for first in range(0, len(queries), _BLOCK)]

    def better(block: npt.NDArray[np.int64]) -> Neighbours:
        owners, costs = found.owners[block], found.distances[block]
        there = owners[:, :depth] >= 0
        which, place = np.nonzero(there)
        _, rows = pair_costs(queries[block][which], described.dictionary, owners[which, place])
        costs[which, place] = whole_costs(described, whole(block)[which], rows)
        order = np.argsort(costs, axis=1, kind="stable")
        return Neighbours(np.take_along_axis(owners, order, axis=1), np.take_along_axis(costs, order, axis=1))

    with ThreadPoolExecutor(workers) as pool:
        parts = list(pool.map(better, blocks))
    return Neighbours(np.concatenate([part.owners for part in parts]), np.concatenate([p.distances for p in parts]))


def whole_costs(described: TileDictionary, queries: Vectors, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """Costs (n,) of whole queries (n, D) at rows (n,) of the dictionary."""
    space = described.space
    crops, where = np.unique(described.crop_of(rows), return_inverse=True)
    vectors = space.join(described.describe(crops))[where]
    if space.metric.inner:
        products = np.einsum("ij,ij->i", unit_rows(queries), vectors) / max(space.longest, 1e-6)
        products = np.abs(products) if space.metric.either_sign else products
        distances = np.sqrt(np.maximum(2 - 2 * products, 0))
    else:
        distances = np.linalg.norm(queries - vectors, axis=1)
    return np.asarray(described.dictionary.factors[rows] * distances, np.float32)

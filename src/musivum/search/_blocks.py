"""Queries in blocks on threads: what the searches share."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from musivum.progress import Progress
from musivum.search._dictionary import Dictionary
from musivum.search._neighbours import Neighbours, nobody


def given(
    queries: npt.NDArray[np.float32],
    dictionary: Dictionary,
    prices: npt.NDArray[np.float32] | None,
    weights: npt.NDArray[np.float32] | None,
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Prices and weights, or those that change nothing."""
    return (
        np.zeros(dictionary.owners, np.float32) if prices is None else prices,
        np.ones(len(queries), np.float32) if weights is None else weights,
    )


def in_blocks(
    search: Callable[[slice], Neighbours],
    queries: int,
    k: int,
    *,
    size: int,
    workers: int,
    progress: Progress,
    prepare: Callable[[], None] | None = None,
) -> Neighbours:
    """Search blocks of `size` queries on so many threads; BLAS itself keeps to one thread meanwhile.

    Parameters
    ----------
    search
        Finds the k nearest of the queries in a slice.
    prepare
        Called once on each thread.
    """
    found = nobody(queries, k)
    blocks = [slice(i, min(i + size, queries)) for i in range(0, queries, size)]
    progress("search", 0, len(blocks))
    with threadpool_limits(limits=1, user_api="blas"), ThreadPoolExecutor(workers, initializer=prepare) as pool:
        for done, (block, some) in enumerate(zip(blocks, pool.map(search, blocks), strict=True), 1):
            found.owners[block], found.distances[block] = some
            progress("search", done, len(blocks))
    return found

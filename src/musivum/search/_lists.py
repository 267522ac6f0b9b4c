"""Inverted lists of faiss: rows kept by the nearest of some centres, of which a search scans the nearest few [1]_.

There are about 4 sqrt(rows) centres, so that finding the nearest of them and scanning their rows cost much the same and
both grow as sqrt(rows) [2]_. faiss is called on threads of our own, which it may not divide further: block sizes
are fixed, so what it finds is the same with any number of them, and its settings elsewhere stay as they are.

References
----------
.. [1] J. Sivic, A. Zisserman, "Video Google: a text retrieval approach to object matching in videos", ICCV 2003.
   doi:10.1109/ICCV.2003.1238663
.. [2] M. Douze et al., "The Faiss library", 2024. doi:10.48550/arXiv.2401.08281
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from musivum.errors import OptionError
from musivum.features import even_rows
from musivum.search._dictionary import plain_dictionary
from musivum.search._exact import nearest_owners

_SAMPLE = 16  # rows per centre that the centres are trained on, and the fewest that a centre is made for
_ITERATIONS = 4
_BLOCK = 4096
_K, _RECALL, _TRIALS = 10, 0.983, 1024  # what the number of lists scanned is chosen by
_PROBES = 24  # what photos usually need
_DEARER = 32  # times what a row costs in a product with many queries, it costs in a list and in what follows


def faiss_module() -> Any:
    """Import faiss.

    Raises
    ------
    OptionError
        If it is not installed.
    """
    try:
        import faiss
    except ImportError:
        raise OptionError('search "faiss" needs more packages: pip install "musivum[faiss]"') from None
    return faiss


def list_count(rows: int) -> int:
    """How many lists so many rows get."""
    return max(1, min(int(4 * rows**0.5), rows // _SAMPLE))


def train_centres(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Find about 4 sqrt(n) centres (c, d) of (n, d) vectors by k-means on evenly spaced ones."""
    faiss = faiss_module()
    count = list_count(len(vectors))
    rows = even_rows(len(vectors), count * _SAMPLE)
    sample = np.ascontiguousarray(vectors[rows], np.float32)
    settings = faiss.ClusteringParameters()
    settings.niter, settings.seed = _ITERATIONS, 1
    settings.min_points_per_centroid = 1

    def train() -> npt.NDArray[np.float32]:
        clusters = faiss.Clustering(sample.shape[1], count, settings)
        clusters.train(sample, faiss.IndexFlatL2(sample.shape[1]))
        centres = faiss.vector_to_array(clusters.centroids).reshape(count, -1)
        return np.ascontiguousarray(centres, np.float32)

    with _threads(1) as pool, threadpool_limits(limits=1, user_api="blas"):
        return pool.submit(train).result()


def nearest_lists(
    vectors: npt.NDArray[np.float32], centres: npt.NDArray[np.float32], *, workers: int = 1
) -> npt.NDArray[np.int32]:
    """Return the list (n,) of each of (n, d) vectors, read in blocks: that of its nearest centre."""
    flat = _flat(centres)

    def assign(start: int) -> npt.NDArray[np.int32]:
        block = np.ascontiguousarray(vectors[start : start + _BLOCK], np.float32)
        return np.asarray(flat.search(block, 1)[1][:, 0], np.int32)

    with _threads(workers) as pool, threadpool_limits(limits=1, user_api="blas"):
        return np.concatenate([np.empty(0, np.int32), *pool.map(assign, range(0, len(vectors), _BLOCK))])


def fill_lists(
    vectors: npt.NDArray[np.float32], centres: npt.NDArray[np.float32], lists: npt.NDArray[np.int32], first: int = 0
) -> Any:
    """Make faiss' index of (n, d) vectors whose lists are known and whose rows are counted from `first`."""
    faiss = faiss_module()
    flat = _flat(centres)
    index = faiss.IndexIVFFlat(flat, centres.shape[1], len(centres))
    index.own_fields = False
    index.referenced_objects = [flat]
    for start in range(0, len(vectors), _BLOCK):
        block = np.ascontiguousarray(vectors[start : start + _BLOCK], np.float32)
        names = np.arange(first + start, first + start + len(block), dtype=np.int64)
        where = lists[start : start + len(block)].astype(np.int64)
        index.add_core(len(block), *(faiss.swig_ptr(array) for array in (block, names, where)))
    return index


def enough_probes(
    vectors: npt.NDArray[np.float32],
    centres: npt.NDArray[np.float32],
    lists: npt.NDArray[np.int32],
    *,
    workers: int = 1,
) -> int:
    """Choose how many lists to scan for 10 rows: enough to find .983 of the 10 nearest to 1024 of the (n, d) vectors.

    Photos crowd about their like and need few, noise needs many. A neighbour is found if its list is among those
    scanned, so the number is a quantile of the ranks of the neighbours' lists.
    """
    rows = even_rows(len(vectors), _TRIALS)
    queries = np.ascontiguousarray(vectors[rows], np.float32)
    near = nearest_owners(queries, plain_dictionary(vectors), _K + 1, workers=workers).owners
    with threadpool_limits(limits=1, user_api="blas"):
        away = np.einsum("ij,ij->i", centres, centres) - 2 * (queries @ centres.T)
    own = np.take_along_axis(away, lists[near], axis=1)
    ranks = np.stack([(away < column[:, None]).sum(axis=1) for column in own.T], axis=1)
    others = near != rows[:, None]  # a vector finds itself, which proves nothing
    return int(np.ceil(np.quantile(ranks[others], _RECALL))) + 1 if others.any() else 1


def worth_scanning(lists: int, count: int, probes: int = _PROBES) -> bool:
    """Whether scanning costs less than an exact search among the rows of all lists."""
    return _scanned(count, probes) * _DEARER <= lists


def nominate(index: Any, queries: npt.NDArray[np.float32], count: int, probes: int) -> npt.NDArray[np.int32]:
    """Return (q, count) rows that are probably the nearest of each query, -1 where the lists hold no more.

    Parameters
    ----------
    probes
        Lists to scan for 10 rows, see `enough_probes`; more rows lie in more lists, as the cube root.
    """
    settings = faiss_module().SearchParametersIVF(nprobe=min(index.nlist, _scanned(count, probes)))
    return np.asarray(index.search(np.ascontiguousarray(queries, np.float32), count, params=settings)[1], np.int32)


def _scanned(count: int, probes: int) -> int:
    return int(np.ceil(probes * max(1.0, count / _K) ** (1 / 3)))


def keep_to_one_thread() -> None:
    """Keep faiss, called on this thread, to this thread."""
    faiss_module().omp_set_num_threads(1)


def _threads(workers: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(workers, initializer=keep_to_one_thread)


def _flat(centres: npt.NDArray[np.float32]) -> Any:
    flat = faiss_module().IndexFlatL2(centres.shape[1])
    flat.add(np.ascontiguousarray(centres, np.float32))
    return flat

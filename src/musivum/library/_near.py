"""Near-duplicates: pictures whose perceptual hashes differ in few bits.

References
----------
.. [1] M. Norouzi, A. Punjani, D. J. Fleet, "Fast Search in Hamming Space with Multi-Index Hashing", CVPR 2012.
   doi:10.1109/CVPR.2012.6248043
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import numpy.typing as npt

DISTANCE = 6
"""Bits: resized and recompressed copies stay within, different photos stay beyond."""

_COLOR = 0.05
_WORDS, _WORD_BITS = 4, 16
_PAIRS_AT_ONCE = 1 << 20


def near_duplicates(
    hashes: npt.NDArray[np.uint64],
    *,
    distance: int = DISTANCE,
    sizes: npt.NDArray[np.int32] | None = None,
    means: npt.NDArray[np.float32] | None = None,
) -> npt.NDArray[np.int64]:
    """For each picture the row of the picture that stands for it; ``result == arange(n)`` are those to keep.

    Rows are taken from the largest picture to the smallest (then in order); each stands for all later ones within
    `distance` that nobody stands for yet. So no chain of small steps joins pictures that differ. Pairs are found by
    multi-index hashing [1]: of four 16-bit words one is within a quarter of the distance, so only rows that share such
    a word are compared.

    Parameters
    ----------
    hashes : ndarray of shape (n,), uint64
        Perceptual hashes. A hash of 0 belongs to a flat picture, which says nothing: it is its own only duplicate.
    distance : int
        Bits that may differ, 0..15.
    sizes : ndarray of shape (n, 2), optional
        Width and height; without them the first row of a group stands for it.
    means : ndarray of shape (n, 3), optional
        Mean colours in OKLab. The hash sees no colour, so with them pairs further apart than 0.05 are both kept.
    """
    if not 0 <= distance < _WORD_BITS:
        raise ValueError(f"distance must be 0..15, not {distance}")
    count = len(hashes)
    areas = np.zeros(count, np.int64) if sizes is None else sizes.astype(np.int64).prod(axis=1)
    order = np.lexsort((np.arange(count), -areas))
    colors = np.zeros((count, 3), np.float32) if means is None else means.astype(np.float32)
    # Rows alike in all that is compared share their fate: the first of them speaks for the others.
    keys = np.column_stack([hashes[order].view(np.uint32).reshape(-1, 2), colors[order].view(np.uint32)])
    _, first, fate = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    firsts = np.sort(first)
    stands = _leaders(hashes[order[firsts]], colors[order[firsts]], distance)
    result = np.empty(count, np.int64)
    result[order] = order[firsts[stands][np.searchsorted(firsts, first[fate.ravel()])]]
    return np.where(hashes == 0, np.arange(count), result)


def _leaders(hashes: npt.NDArray[np.uint64], colors: npt.NDArray[np.float32], distance: int) -> npt.NDArray[np.int64]:
    """For each row the first row near it that no other stands for."""
    keys = []
    for first, second in _candidates(hashes, distance // _WORDS):
        near = np.bitwise_count(hashes[first] ^ hashes[second]) <= distance
        near &= np.sum((colors[first] - colors[second]) ** 2, axis=1) <= _COLOR**2
        keys.append(first[near] * len(hashes) + second[near])
    pairs = np.unique(np.concatenate([np.empty(0, np.int64), *keys]))
    ahead, behind = np.divmod(pairs, max(1, len(hashes)))
    stands = np.arange(len(hashes))
    leaders, begins = np.unique(ahead, return_index=True)
    for leader, followers in zip(leaders.tolist(), np.split(behind, begins[1:]), strict=False):
        if stands[leader] == leader:
            free = followers[stands[followers] == followers]
            stands[free] = leader
    return stands


def _candidates(
    hashes: npt.NDArray[np.uint64], radius: int
) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Pairs of rows, the earlier first, of which one 16-bit word differs in at most `radius` bits; in batches."""
    rows = np.flatnonzero(hashes)
    masks = [sum(1 << bit for bit in bits) for size in range(radius + 1) for bits in combinations(range(16), size)]
    for word in range(_WORDS):
        words = (hashes[rows] >> np.uint64(word * _WORD_BITS) & np.uint64(0xFFFF)).astype(np.int64)
        order = np.argsort(words, kind="stable")
        sorted_words, sorted_rows = words[order], rows[order]
        starts = np.searchsorted(sorted_words, np.arange(2**_WORD_BITS + 1))
        for mask in masks:
            begin, end = starts[sorted_words ^ mask], starts[(sorted_words ^ mask) + 1]
            # Each pair once: a row looks only behind itself in the sorted order.
            begin = np.maximum(begin, np.arange(1, len(rows) + 1))
            for first, second in _expand(sorted_rows, begin, np.maximum(end - begin, 0)):
                yield np.minimum(first, second), np.maximum(first, second)


def _expand(
    rows: npt.NDArray[np.int64], begin: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]
) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Row i against rows ``begin[i] : begin[i] + counts[i]``."""
    some = np.flatnonzero(counts)
    total = np.cumsum(counts[some])
    cut = 0
    while cut < len(some):
        done = total[cut - 1] if cut else 0
        stop = max(cut + 1, int(np.searchsorted(total, done + _PAIRS_AT_ONCE, side="right")))
        chosen = some[cut:stop]
        lengths = counts[chosen]
        first = np.repeat(chosen, lengths)
        within = np.arange(len(first)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        yield rows[first], rows[np.repeat(begin[chosen], lengths) + within]
        cut = stop

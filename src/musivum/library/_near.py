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
    rank = np.empty(count, np.int64)
    rank[np.lexsort((np.arange(count), -areas))] = np.arange(count)

    found = [np.empty((0, 2), np.int64)]
    for first, second in _candidates(hashes, distance // _WORDS):
        near = np.bitwise_count(hashes[first] ^ hashes[second]) <= distance
        if means is not None:
            near &= np.sum((means[first] - means[second]) ** 2, axis=1) <= _COLOR**2
        ahead = rank[first] < rank[second]
        pairs = np.stack([np.where(ahead, first, second), np.where(ahead, second, first)], axis=1)
        found.append(pairs[near])
    pairs = np.unique(np.concatenate(found), axis=0)
    pairs = pairs[np.lexsort((rank[pairs[:, 1]], rank[pairs[:, 0]]))]

    stands = np.arange(count)
    for ahead_row, row in pairs.tolist():
        if stands[ahead_row] == ahead_row and stands[row] == row:
            stands[row] = ahead_row
    return stands


def _candidates(
    hashes: npt.NDArray[np.uint64], radius: int
) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Pairs of rows of which one 16-bit word differs in at most `radius` bits, in bounded batches."""
    rows = np.flatnonzero(hashes)
    masks = [sum(1 << bit for bit in bits) for size in range(radius + 1) for bits in combinations(range(16), size)]
    for word in range(_WORDS):
        words = (hashes[rows] >> np.uint64(word * _WORD_BITS) & np.uint64(0xFFFF)).astype(np.int64)
        order = np.argsort(words, kind="stable")
        sorted_words, sorted_rows = words[order], rows[order]
        starts = np.searchsorted(sorted_words, np.arange(2**_WORD_BITS + 1))
        for mask in masks:
            begin, end = starts[sorted_words ^ mask], starts[(sorted_words ^ mask) + 1]
            # Each pair once: the row that comes first in the sorted order looks only behind itself.
            begin = np.maximum(begin, np.arange(1, len(rows) + 1))
            counts = np.maximum(end - begin, 0)
            yield from _expand(sorted_rows, begin, counts)


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

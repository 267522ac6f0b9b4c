"""Shortlists: for every window the crops that the filters find most like it, however they are turned.

Descriptions bear turns (nearly, as far as pixels allow), so one upright look at a window serves for all its poses.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
from numba import njit

from musivum.engines.fractal._retrieval._calibrate import FEWEST, densities_of
from musivum.engines.fractal._retrieval._densities import Density
from musivum.engines.fractal._retrieval._filters import FILTERS, SIDE, Descriptions, Vectors, describe
from musivum.engines.fractal._retrieval._kept import Densities
from musivum.features import extractor, tile_patches
from musivum.library import Library

_BLOCK = 128  # windows whose scores against all crops are held at once
_CROPS = 512  # crops that are described at once
_STEPS = 1024  # of the tables in which evidence is looked up
_COLOURS = extractor(f"hsv{SIDE}")

T = TypeVar("T")


class Shortlist(Protocol):
    """Names the crops that are worth comparing with each window."""

    def __call__(
        self, windows: Vectors, most: int, closed: npt.NDArray[np.bool_] | None = None
    ) -> npt.NDArray[np.int32]:
        """Find the crops most like each window.

        Runs on one thread, in memory for 128 windows x crops. Near equals may change places with the threads of BLAS:
        keep these to one, as the engine does.

        Parameters
        ----------
        windows
            (n, SIDE, SIDE, 3) upright, in linear light 0..1; what is oblong is resampled to a square.
        most
            Crops wanted.
        closed
            (m,) crops that are left out.

        Returns
        -------
        (n, s) rows of crops, the most like first, s being `most` or as many as there are; -1 where too few are left.
        """


class Retrieval(Protocol):
    """Prepares to make shortlists out of some crops of a library."""

    def __call__(
        self,
        library: Library,
        tiles: npt.NDArray[np.integer[Any]],
        boxes: npt.NDArray[np.float64],
        *,
        workers: int = 1,
    ) -> Shortlist:
        """Describe the crops, box i (m, 4) out of tile tiles[i] (m,), in fractions of its width and height."""


def by_match_pdf(
    library: Library, tiles: npt.NDArray[np.integer[Any]], boxes: npt.NDArray[np.float64], *, workers: int = 1
) -> Shortlist:
    """The evidence for a match by three filters of lightness, see `_densities`; blind to colour.

    Raises
    ------
    LibraryError
        If the densities kept with the library cannot be read.
    """
    if len(library) < FEWEST:  # too few to tell matches from strangers, and to need a shortlist
        return partial(_shortlist, lambda windows: np.zeros((len(windows), len(tiles)), np.float32), len(tiles))
    densities = densities_of(library, workers=workers)
    parts = _described(library, tiles, boxes, describe, workers)
    return match_pdf({name: np.concatenate([part[name] for part in parts]) for name in FILTERS}, densities)


def match_pdf(crops: Descriptions, densities: Densities) -> Shortlist:
    """`by_match_pdf` of described crops with given densities."""
    counting = {name: rows for name, rows in crops.items() if densities[name].weight > 0}
    tables = {name: _table(densities[name]) for name in counting}
    squares = {name: np.einsum("ij,ij->i", rows, rows) for name, rows in counting.items()}
    count = len(next(iter(crops.values())))

    def score(windows: Vectors) -> Vectors:
        queries = describe(windows)
        total = np.zeros((len(windows), count), np.float32)
        for name, rows in counting.items():
            own = np.einsum("ij,ij->i", queries[name], queries[name])
            products = queries[name] * rows.T if rows.shape[1] == 1 else queries[name] @ rows.T  # BLAS is slow at one
            _add_evidence(products, own, squares[name], *tables[name], total)
        return total

    return partial(_shortlist, score, count)


def by_colours(
    library: Library, tiles: npt.NDArray[np.integer[Any]], boxes: npt.NDArray[np.float64], *, workers: int = 1
) -> Shortlist:
    """Likeness of the soft histograms of hue, saturation and value that the extractor ``hsv`` makes.

    The original compares by the mean relative difference of the bins, where a hair's breadth between two nearly empty
    bins counts as much as half the picture. Hellinger's distance weighs differences by what they are differences of
    likewise, but without a threshold; and it is Euclidean.
    """
    crops = np.concatenate(_described(library, tiles, boxes, _COLOURS.describe, workers))

    def score(windows: Vectors) -> Vectors:
        return np.asarray(-(_COLOURS.describe(windows) @ crops.T))  # all are of length 1

    return partial(_shortlist, score, len(crops))


RETRIEVALS: dict[str, Retrieval] = {"match-pdf": by_match_pdf, "hsv": by_colours}
"""By name, as in ``--retrieval``; the other choice there is to search the whole dictionary."""


def _described(
    library: Library,
    tiles: npt.NDArray[np.integer[Any]],
    boxes: npt.NDArray[np.float64],
    describe: Callable[[Vectors], T],
    workers: int,
) -> list[T]:
    """Descriptions of crops, block by block."""

    def work(first: int) -> T:
        block = slice(first, first + _CROPS)
        return describe(tile_patches(library.swatches, tiles[block], boxes[block], SIDE))

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, range(0, len(tiles), _CROPS)))


def _table(density: Density) -> tuple[Vectors, np.float32]:
    """Negative evidence at even steps of the distance, and steps per unit."""
    at = np.linspace(0, density.edges[-1], _STEPS)
    return (-density.evidence(at)).astype(np.float32), np.float32((_STEPS - 1) / at[-1])


def _shortlist(
    score: Callable[[Vectors], Vectors],
    crops: int,
    windows: Vectors,
    most: int,
    closed: npt.NDArray[np.bool_] | None = None,
) -> npt.NDArray[np.int32]:
    lists = [np.empty((0, min(most, crops)), np.int32)]
    for first in range(0, len(windows), _BLOCK):
        scores = score(windows[first : first + _BLOCK])
        if closed is not None:
            scores[:, closed] = np.inf
        lists.append(_least(scores, most))
    return np.concatenate(lists)


def _least(scores: Vectors, most: int) -> npt.NDArray[np.int32]:
    """Columns of the least numbers of each row, ascending; -1 for infinite ones."""
    if most < scores.shape[1]:
        columns = np.argpartition(scores, most - 1, axis=1)[:, :most]
    else:
        columns = np.tile(np.arange(scores.shape[1]), (len(scores), 1))
    chosen = np.take_along_axis(scores, columns, axis=1)
    order = np.lexsort((columns, chosen))
    endless = np.isinf(np.take_along_axis(chosen, order, axis=1))
    return np.where(endless, -1, np.take_along_axis(columns, order, axis=1)).astype(np.int32)


@njit(nogil=True, cache=True, fastmath={"reassoc", "contract", "nsz", "nnan"})
def _add_evidence(products, own, squares, table, scale, total):  # type: ignore[no-untyped-def]
    """Look up what the distance of each pair is worth and add it."""
    last, half, two = np.float32(len(table) - 1), np.float32(0.5), np.float32(2)  # a literal 2 would make it doubles
    for i in range(products.shape[0]):
        for j in range(products.shape[1]):
            square = max(own[i] + squares[j] - two * products[i, j], np.float32(0))
            total[i, j] += table[np.int32(min(np.sqrt(square) * scale + half, last))]

"""Shortlists: for every window the crops that the filters find most like it, however they are turned.

Descriptions bear turns (nearly, as far as pixels allow), so one upright look at a window serves for all its poses.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt
from numba import njit

from musivum.engines.fractal._retrieval._calibrate import FEWEST, densities_of
from musivum.engines.fractal._retrieval._filters import FILTERS, SIDE, Descriptions, Vectors, describe
from musivum.engines.fractal._retrieval._kept import Densities
from musivum.features import extractor
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
    """Prepares to make shortlists out of some crops."""

    def __call__(self, library: Library, crops: Vectors, *, workers: int = 1) -> Shortlist:
        """Describe crops (m, SIDE, SIDE, 3) of a library, in linear light 0..1."""


def by_match_pdf(library: Library, crops: Vectors, *, workers: int = 1) -> Shortlist:
    """The evidence for a match by three filters of lightness, see `_densities`; blind to colour.

    Raises
    ------
    LibraryError
        If the densities kept with the library cannot be read.
    """
    if len(library) < FEWEST:  # too few to tell matches from strangers, and to need a shortlist
        return partial(_shortlist, lambda windows: np.zeros((len(windows), len(crops)), np.float32), len(crops))
    return match_pdf(crops, densities_of(library, workers=workers), workers=workers)


def match_pdf(crops: Vectors, densities: Densities, *, workers: int = 1) -> Shortlist:
    """`by_match_pdf` with given densities."""
    parts = _in_threads(describe, crops, workers)
    described = {name: np.concatenate([part[name] for part in parts]) for name in FILTERS}
    tables = {name: _table(densities, name) for name in FILTERS}
    squares = {name: np.einsum("ij,ij->i", rows, rows) for name, rows in described.items()}

    def score(windows: Vectors) -> Vectors:
        queries: Descriptions = describe(windows)
        total = np.zeros((len(windows), len(crops)), np.float32)
        for name, rows in described.items():
            own = np.einsum("ij,ij->i", queries[name], queries[name])
            _add_evidence(queries[name] @ rows.T, own, squares[name], *tables[name], total)
        return total

    return partial(_shortlist, score, len(crops))


def by_colours(library: Library, crops: Vectors, *, workers: int = 1) -> Shortlist:
    """Likeness of the soft histograms of hue, saturation and value that the extractor ``hsv`` makes.

    The original compares by the mean relative difference of the bins, where a hair's breadth between two nearly empty
    bins counts as much as half the picture. Hellinger's distance weighs differences by what they are differences of
    likewise, but without a threshold; and it is Euclidean.
    """
    described = np.concatenate(_in_threads(_COLOURS.describe, crops, workers))

    def score(windows: Vectors) -> Vectors:
        return np.asarray(-(_COLOURS.describe(windows) @ described.T))  # all are of length 1

    return partial(_shortlist, score, len(crops))


RETRIEVALS: dict[str, Retrieval] = {"match-pdf": by_match_pdf, "hsv": by_colours}
"""By name, as in ``--retrieval``; the other choice there is to search the whole dictionary."""


def _in_threads(function: Callable[[Vectors], T], crops: Vectors, workers: int) -> list[T]:
    blocks = [crops[first : first + _CROPS] for first in range(0, len(crops), _CROPS)]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(function, blocks))


def _table(densities: Densities, name: str) -> tuple[Vectors, np.float32]:
    """Negative evidence at even steps of the distance, and steps per unit."""
    at = np.linspace(0, densities[name].edges[-1], _STEPS)
    return (-densities[name].evidence(at)).astype(np.float32), np.float32((_STEPS - 1) / at[-1])


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


@njit(nogil=True, cache=True)
def _add_evidence(products, own, squares, table, scale, total):  # type: ignore[no-untyped-def]
    """Look up what the distance of each pair is worth and add it."""
    last = np.float32(len(table) - 1)
    for i in range(products.shape[0]):
        for j in range(products.shape[1]):
            square = max(own[i] + squares[j] - 2 * products[i, j], np.float32(0))
            total[i, j] += table[int(min(np.sqrt(square) * scale + np.float32(0.5), last))]

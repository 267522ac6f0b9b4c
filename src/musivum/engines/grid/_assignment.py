"""Choosing a tile for every cell, under limits, over the whole picture at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.engines.grid._auction import NOBODY, Floor, bid
from musivum.engines.grid._fill import fill_left, use_all_tiles
from musivum.engines.grid._limits import Limits
from musivum.progress import Progress, silent
from musivum.search import Dictionary, Neighbours, Search, nearest_owners

_LISTED = 12_000_000  # entries of all candidate lists together
_SHORTEST, _LONGEST = 64, 640
_EPSILON = 0.03  # of the mean cost of the best tile, to start with
_PATIENCE = 3  # bids per cell after which epsilon doubles: where many cells want the same tiles, prices are far apart
_ROUNDS = 60


class Held(NamedTuple):
    """Cells that keep the tiles they have: places (h, 4) as of `Cells`, and tiles (h,)."""

    places: npt.NDArray[np.float32]
    tiles: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Assignment:
    """A tile for each cell.

    Attributes
    ----------
    tile_of
        (cells,) tile of each cell.
    nearest
        The best few tiles of each cell were there no limits, with their costs.
    clashes
        Cells that came nearer to their tile's next use than the spacing, for want of another.
    bids
        Bids made by the auction.
    """

    tile_of: npt.NDArray[np.int32]
    nearest: Neighbours
    clashes: int
    bids: int


def assign(
    cells: npt.NDArray[np.float32],
    dictionary: Dictionary,
    importance: npt.NDArray[np.float32],
    places: npt.NDArray[np.float32],
    limits: Limits,
    *,
    held: Held | None = None,
    search: Search = nearest_owners,
    refine: Callable[[Neighbours], Neighbours] | None = None,
    alternates: int = 4,
    workers: int = 1,
    progress: Progress = silent,
) -> Assignment:
    """Give every cell a tile so that the sum of importance times cost is small and the limits hold.

    Candidate lists are short; a cell whose list is exhausted by the limits has it renewed by a search in which tiles
    cost their present price on top, so that no cell starves and no cells x tiles matrix is ever held.

    Parameters
    ----------
    cells
        (c, d) vectors of the cells.
    dictionary
        Rows of the tiles.
    importance
        (c,) positive weights.
    places
        (c, 4) see `Cells.places`.
    held
        Further cells, whose tiles count for the limits; not with `use_all`.
    search
        Finds the first lists; the few that are renewed are searched exactly.
    refine
        Improves the costs of the first lists, keeping their shape and order.
    """
    n, tiles = len(cells), dictionary.owners
    k = min(tiles, max(_SHORTEST, min(_LONGEST, _LISTED // n)))
    found = search(cells, dictionary, k, workers=workers, progress=progress)
    if refine is not None:
        found = refine(found)
    nearest = Neighbours(found.owners[:, :alternates].copy(), found.distances[:, :alternates].copy())
    owners, costs = found.owners, found.distances
    costs *= importance[:, None]
    complete = k == tiles
    beyond = np.full(n, np.inf, np.float32) if complete else costs[:, -1].copy()
    epsilon = max(_EPSILON * float(costs[:, 0].mean()), 1e-7)
    floor = Floor.empty(n if held is None else n + len(held.tiles), tiles)
    if held is not None:
        assert not limits.use_all
        floor.hold(np.arange(n, n + len(held.tiles)), held.tiles, limits.copies)
        places = np.concatenate([places, held.places])
    # Cells that look alike are served in an order that scatters what the last ones get over the picture.
    rank = np.random.default_rng(0).permutation(n)
    left, bids = np.argsort(rank), 0
    for _ in range(_ROUNDS):
        progress("assign", n - len(left), n)
        starved, waiting, made = bid(
            floor, left, owners, costs, beyond, places, limits.copies, limits.spacing, epsilon, _PATIENCE * n
        )
        bids += made
        if len(waiting) or len(starved) > len(left) / 4:
            epsilon *= 2
        if len(starved) and not complete:
            _renew(starved, floor, cells, dictionary, importance, owners, costs, beyond, workers)
            waiting = np.concatenate([waiting, starved])
        left = waiting[np.argsort(rank[waiting])]
        if not len(left):
            break
    left = np.flatnonzero(floor.tile_of == NOBODY)
    clashes = 0
    if len(left):
        clashes = fill_left(floor, left, cells, dictionary, importance, places, limits, workers=workers)
    if limits.use_all and (floor.used == 0).any():
        use_all_tiles(floor, cells, dictionary, importance, workers=workers)
    assert (floor.tile_of != NOBODY).all()
    progress("assign", n, n)
    return Assignment(floor.tile_of[:n], nearest, clashes, bids)


def _renew(
    starved: npt.NDArray[np.int64],
    floor: Floor,
    cells: npt.NDArray[np.float32],
    dictionary: Dictionary,
    importance: npt.NDArray[np.float32],
    owners: npt.NDArray[np.int32],
    costs: npt.NDArray[np.float32],
    beyond: npt.NDArray[np.float32],
    workers: int,
) -> None:
    """Replace, in place, the lists of the starved cells by their best tiles at present prices."""
    k = owners.shape[1]
    renewed = nearest_owners(
        cells[starved], dictionary, k, prices=floor.price, weights=importance[starved], workers=workers
    )
    beyond[starved] = renewed.distances[:, -1]
    plain = renewed.distances - np.where(renewed.owners < 0, 0, floor.price[renewed.owners])
    order = np.argsort(plain, axis=1, kind="stable")
    owners[starved] = np.take_along_axis(renewed.owners, order, axis=1)
    costs[starved] = np.take_along_axis(plain, order, axis=1)

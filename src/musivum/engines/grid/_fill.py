"""What the auction leaves: cells without a tile where limits are tight, and tiles nobody chose."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from musivum.engines.grid._auction import NOBODY, Floor, apart, bid
from musivum.engines.grid._limits import Limits
from musivum.search import Dictionary, nearest_owners, pair_costs

_LIST = 256  # tiles offered to a cell that is left
_WISHES = 64  # cells an unused tile bids for
_ROUNDS = 6


def fill_left(
    floor: Floor,
    left: npt.NDArray[np.int64],
    cells: npt.NDArray[np.float32],
    dictionary: Dictionary,
    importance: npt.NDArray[np.float32],
    places: npt.NDArray[np.float32],
    limits: Limits,
    *,
    workers: int = 1,
) -> int:
    """Give the cells `left` the cheapest tiles that have copies to spare, the most important cells first.

    A cell that finds only tiles too near takes the one farthest away.

    Returns
    -------
    How many cells are nearer to the next use of their tile than the spacing.
    """
    clashes = 0
    left = left[np.argsort(-importance[left], kind="stable")]
    while len(left):
        closed = np.where(floor.used >= limits.copies, np.inf, 0).astype(np.float32)
        found = nearest_owners(cells[left], dictionary, _LIST, prices=closed, workers=workers)
        clashes += _take(
            floor.tile_of, floor.first, floor.following, floor.used, left, found.owners, places, limits.copies,
            np.float32(limits.spacing),
        )  # fmt: skip
        left = left[floor.tile_of[left] == NOBODY]
    return clashes


def use_all_tiles(
    floor: Floor,
    cells: npt.NDArray[np.float32],
    dictionary: Dictionary,
    importance: npt.NDArray[np.float32],
    *,
    workers: int = 1,
) -> None:
    """Give every unused tile the cell where it does least harm, leaving every other tile at least one cell.

    The unused tiles bid for the cells, at the cost of the tile less that of the one it replaces. A tile whose last two
    cells went to others in one round is itself unused in the next; what the rounds leave is placed one by one.
    """
    for _ in range(_ROUNDS):
        unused = np.flatnonzero(floor.used == 0).astype(np.int32)
        if not len(unused):
            return
        owners, costs, beyond = _cells_for(unused, floor, cells, dictionary, importance, _WISHES, workers)
        market = Floor.empty(len(unused), len(cells))
        epsilon = 0.03 * max(float(np.abs(costs[:, 0]).mean()), 1e-7)
        everyone = np.arange(len(unused))
        nowhere = np.zeros((len(unused), 4), np.float32)
        bid(market, everyone, owners, costs, beyond, nowhere, 1, 1.0, epsilon, 200 * len(unused))
        placed = market.tile_of != NOBODY
        _hand_over(floor, unused[placed], market.tile_of[placed])
    for tile in np.flatnonzero(floor.used == 0).astype(np.int32):
        owners, _, _ = _cells_for(np.array([tile]), floor, cells, dictionary, importance, 1, workers)
        if owners[0, 0] != NOBODY:
            _hand_over(floor, np.array([tile]), owners[0, :1])


def _cells_for(
    tiles: npt.NDArray[np.int32],
    floor: Floor,
    cells: npt.NDArray[np.float32],
    dictionary: Dictionary,
    importance: npt.NDArray[np.float32],
    k: int,
    workers: int,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """The k cells where each tile does least harm, what that costs, and a bound on what the others cost."""
    present, _ = pair_costs(cells, dictionary, floor.tile_of)
    refund = np.where(floor.used[floor.tile_of] > 1, -importance * present, np.inf).astype(np.float32)
    counts = np.diff(dictionary.starts)[tiles]
    rows = np.concatenate([np.arange(dictionary.starts[t], dictionary.starts[t + 1]) for t in tiles])
    as_rows = Dictionary(cells, np.arange(len(cells) + 1), importance)
    found = nearest_owners(
        dictionary.vectors[rows], as_rows, k, prices=refund, weights=dictionary.factors[rows], workers=workers
    )
    owners = np.full((len(tiles), k), NOBODY, np.int32)
    costs = np.full((len(tiles), k), np.inf, np.float32)
    beyond = np.full(len(tiles), np.inf, np.float32)
    stops = np.cumsum(counts)
    for i, (start, stop) in enumerate(zip(stops - counts, stops, strict=True)):
        order = np.argsort(found.distances[start:stop], axis=None, kind="stable")
        who, cost = found.owners[start:stop].reshape(-1)[order], found.distances[start:stop].reshape(-1)[order]
        _, first = np.unique(who, return_index=True)
        first = np.sort(first)[:k]
        first = first[np.isfinite(cost[first])]
        owners[i, : len(first)], costs[i, : len(first)] = who[first], cost[first]
        if k < len(cells):
            beyond[i] = found.distances[start:stop, -1].min()
    return owners, costs, beyond


def _hand_over(floor: Floor, tiles: npt.NDArray[np.int32], cells: npt.NDArray[np.int32]) -> None:
    floor.tile_of[cells] = tiles
    floor.used[:] = np.bincount(floor.tile_of, minlength=len(floor.used))


@njit(nogil=True, cache=True)
def _take(tile_of, first, following, used, left, owners, places, copies, spacing):  # type: ignore[no-untyped-def]
    clashes = 0
    for i in range(left.shape[0]):
        cell = left[i]
        chosen, farthest = NOBODY, np.float32(-1)
        for tile in owners[i]:
            if tile == NOBODY:
                break
            if used[tile] >= copies:
                continue
            nearest = np.float32(np.inf)
            holder = first[tile]
            while holder != NOBODY:
                nearest = min(nearest, apart(places, cell, holder))
                holder = following[holder]
            if nearest > farthest:
                chosen, farthest = tile, nearest
            if nearest >= spacing:
                break
        if chosen == NOBODY:
            continue
        clashes += farthest < spacing
        tile_of[cell] = chosen
        following[cell] = first[chosen]
        first[chosen] = cell
        used[chosen] += 1
    return clashes

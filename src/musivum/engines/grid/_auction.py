"""An auction of tiles among cells, with limits on copies and on nearness.

Every unassigned cell bids for the tile it likes best at current prices. It pays what it takes to outbid whoever stands
in its way (the lowest holder of a tile whose copies are used up, or all holders nearer than the spacing) plus the
difference to its second choice plus epsilon [1]_. Those outbid bid again. Without spacing the result costs at most
epsilon per cell more than the optimum; with spacing it is a heuristic whose total of bids rises with every step, so it
ends too.

Cells know only their k cheapest tiles. `beyond` bounds from below what all other tiles cost at current prices: a cell
whose best offer is dearer than that is starved, is set aside, and asks the search again, with prices added.

References
----------
.. [1] D. P. Bertsekas, D. A. Castanon, "The auction algorithm for the transportation problem", Annals of Operations
   Research 20, 1989. doi:10.1007/BF02216923
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

NOBODY = -1


@dataclass(frozen=True, slots=True)
class Floor:
    """Where the auction stands; the arrays change in place.

    Attributes
    ----------
    tile_of, bid
        (cells,) the tile each cell holds, or -1, and what it bid for it.
    first, following
        (tiles,) and (cells,) linked lists: the first cell that holds a tile, the next one after a cell.
    used
        (tiles,) cells that hold a tile.
    price
        (tiles,) least bid among the holders of a tile that is used up, 0 for others.
    """

    tile_of: npt.NDArray[np.int32]
    bid: npt.NDArray[np.float32]
    first: npt.NDArray[np.int32]
    following: npt.NDArray[np.int32]
    used: npt.NDArray[np.int32]
    price: npt.NDArray[np.float32]

    @staticmethod
    def empty(cells: int, tiles: int) -> Floor:
        return Floor(
            np.full(cells, NOBODY, np.int32),
            np.zeros(cells, np.float32),
            np.full(tiles, NOBODY, np.int32),
            np.full(cells, NOBODY, np.int32),
            np.zeros(tiles, np.int32),
            np.zeros(tiles, np.float32),
        )

    def hold(self, cells: npt.NDArray[np.int64], tiles: npt.NDArray[np.int32], copies: int) -> None:
        """Let `cells` (h,) hold `tiles` (h,) for good: nobody can outbid them."""
        self.tile_of[cells], self.bid[cells] = tiles, np.inf
        for cell, tile in zip(cells.tolist(), tiles.tolist(), strict=True):
            self.following[cell], self.first[tile] = self.first[tile], cell
        self.used[:] += np.bincount(tiles, minlength=len(self.used)).astype(np.int32)
        self.price[self.used >= copies] = np.inf

    def arrays(self) -> tuple[npt.NDArray[Any], ...]:
        return self.tile_of, self.bid, self.first, self.following, self.used, self.price


def bid(
    floor: Floor,
    cells: npt.NDArray[np.int64],
    owners: npt.NDArray[np.int32],
    costs: npt.NDArray[np.float32],
    beyond: npt.NDArray[np.float32],
    places: npt.NDArray[np.float32],
    copies: int,
    spacing: float,
    epsilon: float,
    most: int,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], int]:
    """Let `cells` bid until each holds a tile, is starved, or `most` bids were made.

    Parameters
    ----------
    floor
        Changed in place.
    owners, costs
        (all cells, k) tiles and costs ascending, -1 and inf where fewer are known.
    beyond
        (all cells,) bound on the cost plus price of tiles that are not listed.
    places
        (all cells, 4) centre x, y, width and height of each cell.

    Returns
    -------
    The starved cells, the cells still waiting to bid, and the number of bids made.
    """
    starved, waiting, made = _bid(
        floor.arrays(), cells, owners, costs, beyond, places, copies, np.float32(spacing), np.float32(epsilon), most
    )
    return np.sort(starved), np.sort(waiting), int(made)


@njit(nogil=True, cache=True)
def apart(places, a, b):  # type: ignore[no-untyped-def]
    """Distance of two cells in cells: 1 for neighbours of any size, across, down or diagonally."""
    dx = abs(places[a, 0] - places[b, 0]) * np.float32(2) / (places[a, 2] + places[b, 2])
    dy = abs(places[a, 1] - places[b, 1]) * np.float32(2) / (places[a, 3] + places[b, 3])
    return max(dx, dy) + np.float32(1e-3)


@njit(nogil=True, cache=True)
def _toll(cell, tile, bid, first, following, price, places, spacing):  # type: ignore[no-untyped-def]
    """What outbidding whoever stands in the way costs."""
    if spacing <= 1:
        return price[tile]
    total, clash = np.float32(0), False
    holder = first[tile]
    while holder != NOBODY:
        if apart(places, cell, holder) < spacing:
            total += bid[holder]
            clash = True
        holder = following[holder]
    return total if clash else price[tile]


@njit(nogil=True, cache=True)
def _release(cell, tile, tile_of, first, following, used):  # type: ignore[no-untyped-def]
    if first[tile] == cell:
        first[tile] = following[cell]
    else:
        before = first[tile]
        while following[before] != cell:
            before = following[before]
        following[before] = following[cell]
    following[cell] = NOBODY
    tile_of[cell] = NOBODY
    used[tile] -= 1


@njit(nogil=True, cache=True)
def _bid(floor, cells, owners, costs, beyond, places, copies, spacing, epsilon, most):  # type: ignore[no-untyped-def]
    tile_of, bid, first, following, used, price = floor
    k = owners.shape[1]
    waiting = np.empty(tile_of.shape[0], np.int64)
    n = cells.shape[0]
    for i in range(n):  # the first comes first off the stack; an array assignment would compile for seconds
        waiting[n - 1 - i] = cells[i]
    starved = np.empty(tile_of.shape[0], np.int64)
    aside = 0
    made = 0
    while n > 0 and made < most:
        n -= 1
        cell = waiting[n]
        made += 1
        best, second, toll, chosen = np.float32(np.inf), np.float32(np.inf), np.float32(0), NOBODY
        for i in range(k):
            cost = costs[cell, i]
            if cost >= second:
                break
            tile = owners[cell, i]
            if tile == NOBODY:
                break
            if cost + price[tile] >= second:
                continue
            asked = _toll(cell, tile, bid, first, following, price, places, spacing)
            value = cost + asked
            if value < best:
                second, best, toll, chosen = best, value, asked, tile
            elif value < second:
                second = value
        if chosen == NOBODY or best > beyond[cell] + epsilon:
            starved[aside] = cell
            aside += 1
            continue
        second = max(best, min(second, beyond[cell]))
        margin = second - best if second < np.inf else np.float32(0)
        if toll > 0 or used[chosen] >= copies:
            clash = False
            if spacing > 1:
                holder = first[chosen]
                while holder != NOBODY:
                    after = following[holder]
                    if apart(places, cell, holder) < spacing:
                        _release(holder, chosen, tile_of, first, following, used)
                        waiting[n] = holder
                        n += 1
                        clash = True
                    holder = after
            if not clash and used[chosen] >= copies:
                lowest = first[chosen]
                holder = following[lowest]
                while holder != NOBODY:
                    if bid[holder] < bid[lowest]:
                        lowest = holder
                    holder = following[holder]
                _release(lowest, chosen, tile_of, first, following, used)
                waiting[n] = lowest
                n += 1
        bid[cell] = toll + margin + epsilon
        tile_of[cell] = chosen
        following[cell] = first[chosen]
        first[chosen] = cell
        used[chosen] += 1
        lowest_bid = np.float32(0)
        if used[chosen] >= copies:
            lowest_bid = np.float32(np.inf)
            holder = first[chosen]
            while holder != NOBODY:
                lowest_bid = min(lowest_bid, bid[holder])
                holder = following[holder]
        price[chosen] = lowest_bid
    return starved[:aside], waiting[:n], made

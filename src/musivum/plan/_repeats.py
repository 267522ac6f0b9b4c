"""How often and how near a photo may repeat, and which places of a plan break that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


class Repeats(NamedTuple):
    """Limits on the uses of one photo in n places.

    Attributes
    ----------
    most
        (n,) uses of one photo among a place and those before it.
    order
        (n,) distinct numbers that say which places come before which.
    near
        Places (k,) and other places (k,) -> which pairs (k,) are too near each other for one photo; None if none are.
    """

    most: Rows
    order: Rows
    near: Callable[[Rows, Rows], BoolArray] | None

    def fits(self, place: int, uses: Rows) -> bool:
        """Whether a photo that is shown in other places, its `uses`, may come into this one."""
        if not self._counts(place, uses):
            return False
        return self.near is None or not bool(self.near(np.broadcast_to(np.int64(place), len(uses)), uses).any())

    def _counts(self, place: int, uses: Rows) -> bool:
        """Whether a photo of these uses may have this one more."""
        most = self.most[uses]
        least, greatest = (bound(most, initial=self.most[place]) for bound in (np.min, np.max))
        if len(uses) < least or len(uses) >= greatest:
            return bool(len(uses) < least)
        everywhere = np.append(uses, place)
        everywhere = everywhere[np.argsort(self.order[everywhere])]
        first = int(np.flatnonzero(everywhere == place)[0])
        return bool((np.arange(first, len(everywhere)) < self.most[everywhere[first:]]).all())


def unlimited(n: int) -> Repeats:
    """No limits for n places."""
    return Repeats(np.full(n, n, np.int64), np.arange(n), None)


def uses_of(tile: npt.NDArray[np.integer[Any]]) -> dict[int, Rows]:
    """The places that show each tile, ascending, given the tiles (n,) of all places."""
    order = np.argsort(tile, kind="stable")
    tiles, first = np.unique(tile[order], return_index=True)
    return dict(zip(tiles.tolist(), np.split(order, first)[1:], strict=True))


def breaking(
    repeats: Repeats, tile: npt.NDArray[np.integer[Any]], error: npt.NDArray[np.floating[Any]], firm: BoolArray
) -> Rows:
    """Places, ascending, that must show another photo before the limits hold.

    Of several uses of a photo that cannot all stay, those of `firm` (n,) places stay first, then those of less error;
    firm ones are never named. Cost grows with the pairs of places that share a photo.
    """
    found: list[int] = []
    uses = uses_of(tile)
    for crowded in np.unique(tile[_suspects(repeats, tile)]).tolist():
        places, staying = uses[crowded], np.empty(0, np.int64)
        for place in places[np.lexsort((error[places], ~firm[places]))].tolist():
            if firm[place] or repeats.fits(place, staying):
                staying = np.append(staying, place)
            else:
                found.append(place)
    return np.sort(np.array(found, np.int64))


def _suspects(repeats: Repeats, tile: npt.NDArray[np.integer[Any]]) -> Rows:
    """Places that are one too many, or too near another of their photo; any number of times."""
    inline = np.lexsort((repeats.order, tile))
    shown = tile[inline]
    rank = np.arange(len(tile)) - np.searchsorted(shown, shown)
    found = [inline[rank >= repeats.most[inline]]]
    if repeats.near is None:
        return found[0]
    one = np.flatnonzero(rank)
    for apart in range(1, int(rank.max(initial=0)) + 1):
        one = one[rank[one] >= apart]
        places = inline[one]
        found.append(places[repeats.near(places, inline[one - apart])])
    return np.concatenate(found)

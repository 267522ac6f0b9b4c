"""What a search finds, and how findings in parts of a dictionary become those in the whole."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class Neighbours(NamedTuple):
    """The k nearest owners of each query, ascending in distance and then in owner; padded with -1 and inf.

    Attributes
    ----------
    owners
        (q, k) owner indices.
    distances
        (q, k) costs.
    """

    owners: npt.NDArray[np.int32]
    distances: npt.NDArray[np.float32]

    def shifted(self, offset: int) -> Neighbours:
        """The same with `offset` added to every owner: a part's own counting becomes the whole's."""
        return Neighbours(np.where(self.owners < 0, self.owners, self.owners + np.int32(offset)), self.distances)


def nobody(queries: int, k: int) -> Neighbours:
    """Findings of nothing."""
    return Neighbours(np.full((queries, k), -1, np.int32), np.full((queries, k), np.inf, np.float32))


def merge(a: Neighbours, b: Neighbours, k: int) -> Neighbours:
    """Return the k nearest of two findings for the same queries, each in a part of the owners or of their rows.

    Exact where both parts kept their k nearest or all they have; the parts may be merged in any order and grouping. An
    owner that both found counts once, at its lesser distance.

    Parameters
    ----------
    a, b
        Findings in one counting of owners, see `Neighbours.shifted`.
    k
        How many to keep of each query; fewer where there are fewer.
    """
    for one, other in ((a, b), (b, a)):
        if not one.owners.shape[1]:
            return Neighbours(other.owners[:, :k], other.distances[:, :k])
    return nearest_of_keys(np.concatenate([keys_of(a), keys_of(b)], axis=1), k, repeated=True)


def keys_of(found: Neighbours) -> npt.NDArray[np.int64]:
    """Make one integer of each distance and owner that orders like the pair.

    The bits of a float order like the float once those of negative ones are turned over. Owner -1 comes last.
    """
    bits = np.ascontiguousarray(found.distances + np.float32(0)).view(np.int32).astype(np.int64)  # no negative zeros
    return np.where(bits < 0, bits ^ 0x7FFFFFFF, bits) << 32 | found.owners.view(np.uint32)


def nearest_of_keys(keys: npt.NDArray[np.int64], k: int, *, repeated: bool) -> Neighbours:
    """Sort candidates and keep k of each query.

    Parameters
    ----------
    keys
        (q, c) see `keys_of`.
    repeated
        Whether an owner may be several candidates of one query: it then counts once, at its best.
    """
    if repeated:
        keys = np.sort((keys & 0xFFFFFFFF) << 32 | (keys >> 32) + 0x80000000, axis=1)
        again = (keys[:, 1:] ^ keys[:, :-1]) >> 32 == 0
        keys = ((keys & 0xFFFFFFFF) - 0x80000000) << 32 | keys >> 32 & 0xFFFFFFFF
        keys[:, 1:][again] = _NOBODY
    keys = np.sort(keys, axis=1)[:, :k]
    bits = keys >> 32
    distances = np.where(bits < 0, bits ^ 0x7FFFFFFF, bits).astype(np.int32).view(np.float32)
    owners = (keys & 0xFFFFFFFF).astype(np.uint32).view(np.int32)
    return Neighbours(np.where(np.isinf(distances), np.int32(-1), owners), distances)


_NOBODY = int(keys_of(nobody(1, 1))[0, 0])

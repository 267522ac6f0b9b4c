"""Which cells of a large lattice are sorted together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from musivum.engines.arrange._ground import Ground

_SPAN = 4  # side of the part of the map that a window of distant cells spans, in radii


def windows(ground: Ground, side: int, radius: int, rng: np.random.Generator) -> list[npt.NDArray[np.int64]]:
    """Part the free cells into windows of at most side x side, laid at random.

    While the radius is large the cells of a window lie apart, every so many lines and columns, so that photos can
    travel far although few are assigned at a time.

    Returns
    -------
    Disjoint rows of `ground.places` that together are all of them.
    """
    key = np.zeros(len(ground.photos), np.int64)
    for places, length in zip(ground.places.T, ground.free.shape, strict=True):
        if ground.wrap:
            places = (places + rng.integers(length)) % length
        step = max(1, min(_SPAN * radius // side, length // side))
        key = (key * step + places % step) * (length // side + 2) + (places // step + rng.integers(side)) // side
    order = np.argsort(key, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(key[order])) + 1)

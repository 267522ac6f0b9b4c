"""A first arrangement: the two main directions of the vectors along the two of the lattice."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from musivum.engines.arrange._components import principal_components
from musivum.engines.arrange._ground import Ground

_GOLDEN_ANGLE = np.pi * (3 - np.sqrt(5))


def first_arrangement(vectors: npt.NDArray[np.float32], ground: Ground, seed: int) -> npt.NDArray[np.int64]:
    """Arrange photos by their principal components: lines by one, within each line by the other.

    Parameters
    ----------
    vectors
        (m, d) centred, of the photos to be placed.
    seed
        Turns the plane of the components by so many golden angles.

    Returns
    -------
    (m,) which of the photos each free cell gets.
    """
    first, second = principal_components(vectors, 2).T
    turn = seed * _GOLDEN_ANGLE
    along, across = np.cos(turn) * first - np.sin(turn) * second, np.sin(turn) * first + np.cos(turn) * second
    rows, columns = ground.places.T
    tall = ground.free.shape[0] > ground.free.shape[1]
    lines, places = (rows, columns) if tall else (columns, rows)
    cells = np.lexsort((places, lines))
    photos = np.argsort(along, kind="stable")
    photos = photos[np.lexsort((across[photos], lines[cells]))]
    arranged = np.empty(len(photos), np.int64)
    arranged[cells] = photos
    return arranged

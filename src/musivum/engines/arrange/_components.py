"""The main directions of vectors."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from musivum.features import compress, even_rows

_SAMPLE = 8192


def principal_components(vectors: npt.NDArray[np.float32], count: int) -> npt.NDArray[np.float32]:
    """Coordinates (n, count) of vectors (n, d) along their main directions, those that there are not being 0.

    Above 8,192 vectors the directions are those of an even sample.
    """
    coordinates = compress(vectors[even_rows(len(vectors), _SAMPLE)], rank=count)(vectors)
    return np.pad(coordinates, ((0, 0), (0, count - coordinates.shape[1])))

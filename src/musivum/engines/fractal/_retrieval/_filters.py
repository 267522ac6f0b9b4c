"""The three filters of lightness: numbers that stay the same when a picture is turned.

They are those of the Fractal Mosaics [1]_: a histogram, generic Fourier descriptors, the standard deviation. What
likeness in them means is not fixed here but estimated, see `_densities`.

References
----------
.. [1] S. Benton, "Fractal Mosaics", 2013.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.features import extractor

Vectors = npt.NDArray[np.float32]

SIDE = 12
"""Pixels along each side of the windows and crops that are described."""


class Filter(NamedTuple):
    """A filter: the extractor that it compares by, and how many bins the densities of its distances have."""

    features: str
    bins: int


FILTERS: dict[str, Filter] = {
    "histogram": Filter(f"histogram{SIDE}", 14),
    "gfd": Filter(f"gfd{SIDE}", 7),
    "deviation": Filter(f"deviation{SIDE}", 10),
}
"""By name, with the number of bins of the original."""

Descriptions = dict[str, Vectors]
"""Vectors (n, d) by the name of the filter."""


def describe(patches: Vectors) -> Descriptions:
    """Describe patches (n, SIDE, SIDE, 3) in linear light, 0..1, by all filters."""
    return {name: extractor(each.features).describe(patches) for name, each in FILTERS.items()}


def distances(a: Vectors, b: Vectors) -> Vectors:
    """Euclidean distances (n, m) between vectors (n, d) and (m, d), by one matrix product."""
    squares = np.einsum("ij,ij->i", a, a)[:, None] + np.einsum("ij,ij->i", b, b)
    return np.asarray(np.sqrt(np.maximum(squares - 2 * (a @ b.T), 0)), np.float32)

"""One-dimensional order along a space-filling curve: quick, and the baseline of the other methods."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from musivum.engines.arrange._components import principal_components
from musivum.engines.arrange._ground import Ground
from musivum.engines.arrange._guide import Guide
from musivum.engines.arrange._hilbert import hilbert_index
from musivum.engines.arrange._settings import Settings
from musivum.progress import Progress, silent

_AXES, _BITS = 3, 10


def curve_cells(
    vectors: npt.NDArray[np.float32],
    ground: Ground,
    settings: Settings,
    *,
    guide: Guide | None = None,
    progress: Progress = silent,
) -> npt.NDArray[np.int64]:
    """Thread the photos on a Hilbert curve through their three principal components, and lay it along another.

    That other curve runs over the lattice, the cells that are not free being passed over. Neighbours on the curve are
    alike; neighbours across it need not be. Guides and effort are not heeded; the seed picks the end to begin with.

    Returns
    -------
    (m,) photo of each free cell, in reading order.
    """
    axes = principal_components(vectors[ground.photos], _AXES)
    low, high = axes.min(axis=0), axes.max(axis=0)
    grid = (axes - low) / max(float((high - low).max()), 1e-12) * (2**_BITS - 1)
    order = np.argsort(hilbert_index(np.rint(grid).astype(np.int64), _BITS), kind="stable")
    bits = max(1, (max(ground.free.shape) - 1).bit_length())
    arranged = np.empty(len(order), np.int64)
    arranged[np.argsort(hilbert_index(ground.places, bits))] = order[::-1] if settings.seed % 2 else order
    return np.asarray(ground.photos[arranged])

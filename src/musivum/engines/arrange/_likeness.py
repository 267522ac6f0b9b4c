"""What likeness is: the vectors of a mixture of features."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from musivum.engines.arrange._components import principal_components
from musivum.features import color_grid, parse_mixture, tile_vectors
from musivum.library import Library
from musivum.progress import Progress, silent


def likeness_vectors(
    library: Library,
    features: str,
    *,
    dimensions: int | None = None,
    chroma: float = 1.0,
    workers: int = 1,
    progress: Progress = silent,
) -> npt.NDArray[np.float32]:
    """Describe the photos of a library by a mixture of features, each part centred and scaled.

    The scaled vectors of a part have its weight as their root mean square length, so a photo differs from the average
    one as much in each part as its weight says.

    Parameters
    ----------
    features
        Names and weights, such as ``grid4`` or ``grid2 + cnn*0.5``.
    dimensions
        How many principal components to keep; None for whole vectors. Components that there are not are 0.
    chroma
        Factor of a and b against L in colour grids.
    workers, progress
        As in `tile_vectors`.

    Returns
    -------
    (n, d) vectors, mean zero. Distances in one part are in proportion to those of its features (of colour grids, with
    the `chroma` wanted); their unit is lost.

    Raises
    ------
    OptionError
        If the features are none, or need packages that are not installed.
    """
    pieces = []
    for extractor, weight in parse_mixture(features):
        vectors = np.array(tile_vectors(library, extractor, workers=workers, progress=progress), np.float32)
        vectors -= vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
        if extractor.describe is color_grid:
            vectors *= np.tile(np.array([1, chroma, chroma], np.float32), extractor.dimensions // 3)
        length = np.sqrt(np.einsum("ij,ij->", vectors, vectors, dtype=np.float64) / len(vectors))
        pieces.append(vectors * np.float32(weight / length if length > 0 else 0.0))
    whole = np.concatenate(pieces, axis=1)
    if dimensions is None or dimensions >= whole.shape[1]:
        return whole
    return principal_components(whole, dimensions)

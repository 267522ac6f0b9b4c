"""The histogram of lightness: how much of a patch is how light, wherever it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.errors import OptionError
from musivum.features._extractor import Extractor, side_within
from musivum.features._lightness import lightness

BINS = 16


def lightness_histogram(patches: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float32]:
    """Describe each patch by the shares of its pixels in 16 bins of OKLab lightness.

    The middles of the bins lie evenly from black to white; a pixel between two of them counts in both, the more in the
    nearer, so that the histogram moves smoothly with the light.

    Parameters
    ----------
    patches
        (n, h, w, 3) linear light, 0..1.

    Returns
    -------
    (n, 16) shares of sum 1, dark to light.
    """
    light = lightness(patches).reshape(len(patches), -1)
    at = (light * (BINS - 1)).clip(0, BINS - 1)
    low = np.minimum(at.astype(np.int64), BINS - 2)
    upper = at - low
    bins = low + BINS * np.arange(len(patches))[:, None]
    shares = np.bincount(bins.ravel(), (1 - upper).ravel(), BINS * len(patches))
    shares += np.bincount(bins.ravel() + 1, upper.ravel(), BINS * len(patches))
    return (shares.reshape(-1, BINS) / light.shape[1]).astype(np.float32)


def cumulative_histogram(patches: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float32]:
    """Describe each patch by the shares of its pixels up to each of the first 15 bins of `lightness_histogram`.

    A pixel that moves by two bins changes it more than one that moves by one, which plain histograms do not notice.

    Returns
    -------
    (n, 15) ascending shares, 0..1.
    """
    return np.ascontiguousarray(np.cumsum(lightness_histogram(patches), axis=1)[:, :-1])


def histograms(side: int | None, variant: str) -> Extractor:
    """The family ``histogram``: shares of lightness; ``histogram:cumulative``: shares up to a lightness."""
    side = side_within("histogram", side or 16, 1, 64)
    matches, invariant = "as much of each lightness", "where anything is in the patch; colour of the same lightness"
    if variant == "cumulative":
        return Extractor(
            f"histogram{side}:cumulative", side, BINS - 1, cumulative_histogram, matches + ", or nearly", invariant
        )
    if variant:
        raise OptionError(f"histogram:{variant}: the only variant of histogram is cumulative")
    return Extractor(f"histogram{side}", side, BINS, lightness_histogram, matches, invariant)

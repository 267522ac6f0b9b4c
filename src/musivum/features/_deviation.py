"""The standard deviation of lightness: how much light and dark a patch has, wherever they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.features._extractor import Extractor, no_variant, side_within
from musivum.features._lightness import lightness


def lightness_deviation(patches: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float32]:
    """Describe each patch by the standard deviation of its pixels' OKLab lightness.

    Parameters
    ----------
    patches
        (n, h, w, 3) linear light, 0..1.

    Returns
    -------
    (n, 1) 0 for an even patch, up to 0.5 for one half black and half white.
    """
    light = lightness(patches).reshape(len(patches), -1)
    return np.asarray(light.std(axis=1, dtype=np.float64)[:, None], np.float32)


def deviations(side: int | None, variant: str) -> Extractor:
    """The family ``deviation``: the contrast of a patch, as one number."""
    no_variant("deviation", variant)
    side = side_within("deviation", side or 16, 2, 64)
    return Extractor(
        f"deviation{side}",
        side,
        1,
        lightness_deviation,
        "as much contrast",
        "where anything is in the patch, how light it is, negatives, colour of the same lightness",
    )

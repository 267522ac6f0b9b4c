"""Pixels as they are: a patch as the sRGB values of all of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.color import srgb_from_linear
from musivum.features._extractor import Extractor, no_variant, side_within

_MOST_SIDE = 32  # that of a library's swatches


def raw_pixels(patches: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float32]:
    """Describe each patch by its sRGB values.

    Parameters
    ----------
    patches
        (n, h, w, 3) linear light, 0..1.

    Returns
    -------
    (n, h * w * 3) values 0..1: rows, then columns, then red, green, blue. Their principal components are what
    collages have long been sorted by.
    """
    values = srgb_from_linear(np.asarray(patches, np.float32)).reshape(len(patches), -1)
    return values.astype(np.float32) / np.float32(255)


def pixels(side: int | None, variant: str) -> Extractor:
    """The family ``pixels``: sRGB values of side x side pixels."""
    no_variant("pixels", variant)
    side = side_within("pixels", side or 16, 1, _MOST_SIDE)
    return Extractor(
        f"pixels{side}", side, side * side * 3, raw_pixels, "the same values in the same places", "nothing"
    )

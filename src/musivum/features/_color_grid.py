"""The colour grid: a patch as the OKLab colours of its cells."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.color import oklab_from_linear
from musivum.features._extractor import Extractor, no_variant, side_within

_MOST_SIDE = 32  # that of a library's swatches


def color_grid(patches: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float32]:
    """Describe each patch by the OKLab colour of each of its pixels.

    Parameters
    ----------
    patches
        (n, h, w, 3) linear light, 0..1; the averages that make the grid have been taken in linear light already.

    Returns
    -------
    (n, h * w * 3) vectors: rows of the grid, then columns, then L (0..1), a, b (about -0.4..0.4). Not invariant to
    anything: a shift of colour is a shift of the vector.
    """
    flat = np.ascontiguousarray(patches, dtype=np.float32).reshape(-1, 3)
    return np.ascontiguousarray(oklab_from_linear(flat).reshape(len(patches), -1), dtype=np.float32)


def grid(side: int | None, variant: str) -> Extractor:
    """The family ``grid``: colours on a grid of side x side."""
    no_variant("grid", variant)
    side = side_within("grid", side or 8, 1, _MOST_SIDE)
    return Extractor(f"grid{side}", side, side * side * 3, color_grid, "the same colours in the same places", "nothing")

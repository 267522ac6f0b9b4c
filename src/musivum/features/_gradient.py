"""Gradient structure: where a patch gets lighter and darker, whatever its colour."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.features._color_grid import color_grid
from musivum.features._extractor import Extractor, no_variant


def gradient(patches: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float32]:
    """Describe each patch by the differences of OKLab lightness between neighbouring pixels.

    Parameters
    ----------
    patches
        (n, h, w, 3) linear light, 0..1, at least one pixel high and wide.

    Returns
    -------
    (n, (h - 1) * w + h * (w - 1)) vectors: downward differences, then rightward ones. Invariant to a shift of colour.
    """
    n, h, w, _ = patches.shape
    return lightness_differences(color_grid(patches).reshape(n, h, w, 3)[..., 0])


def lightness_differences(lightness: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Downward and rightward differences of (n, h, w) maps as (n, d) vectors."""
    n = len(lightness)
    down = np.diff(lightness, axis=1).reshape(n, -1)
    right = np.diff(lightness, axis=2).reshape(n, -1)
    return np.concatenate([down, right], axis=1)


def gradients(side: int | None, variant: str) -> Extractor:
    """The family ``gradient``: differences of lightness on a grid of side x side."""
    no_variant("gradient", variant)
    side = max(side or 8, 2)
    matches = "lighter and darker in the same places"
    return Extractor(f"gradient{side}", side, 2 * side * (side - 1), gradient, matches, "a shift of colour")

"""The registry of extractors: name -> function from patches to vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.features._color_grid import color_grid
from musivum.features._gradient import gradient

Extractor = Callable[[npt.NDArray[np.floating[Any]]], npt.NDArray[np.float32]]
"""Patches (n, h, w, 3) in linear light 0..1 -> vectors (n, d), finite, C-contiguous."""

EXTRACTORS: dict[str, Extractor] = {"color-grid": color_grid, "gradient": gradient}

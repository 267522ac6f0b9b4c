"""What error is allowed where."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from musivum.color import srgb_from_linear
from musivum.engines.fractal._detail import lost_detail
from musivum.engines.fractal._levels import USUAL, Level
from musivum.engines.fractal._setup import Setup

_ABOVE = 1.2  # times the floor: squared errors allowed where the library lacks colours
_LOSS = 0.5  # of the variance of what a photo hides between the samples that it was compared by

Doubles = npt.NDArray[np.float64]


def limits_at(middles: Doubles, level: Level, setup: Setup) -> tuple[Doubles, Doubles]:
    """Squared errors that photos of a level may have about middles (n, 2) on the canvas.

    Returns
    -------
    Limits (n,) where the target is even, and factors (n,) of what `tolerance` adds to them. Limits that are not
    positive let nothing in.
    """
    laxity = (level.threshold / USUAL) ** 2 * _laxity(middles, setup)
    even = np.maximum(USUAL**2, _ABOVE * setup.floor_at(middles))
    lost = lost_detail(setup.scene, middles, level.side, workers=setup.workers)
    return laxity * (even - _LOSS * lost), laxity


def _laxity(middles: Doubles, setup: Setup) -> Doubles:
    """Factors (n,) of squared errors by importance: 1 at middle grey, less where it is brighter."""
    if setup.importance is None:
        return np.ones(len(middles))
    rows, columns, _ = setup.importance.pixels.shape
    x, y = np.floor(middles * setup.importance.scale).astype(np.int64).T
    lightness = setup.importance.pixels[y.clip(0, rows - 1), x.clip(0, columns - 1), 0]
    grey = srgb_from_linear(lightness.clip(0, 1) ** 3) / 255
    return np.asarray(setup.options.importance_range ** (-2 * (2 * grey - 1)))

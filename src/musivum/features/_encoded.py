"""Linear light to sRGB in fractions, which is what networks were trained on."""

from typing import Any

import numpy as np
import numpy.typing as npt

_light = np.arange(65536) / 65535
_ENCODED: npt.NDArray[np.float32] = np.where(
    _light <= 0.0031308, 12.92 * _light, 1.055 * _light ** (1 / 2.4) - 0.055
).astype(np.float32)


def encoded(patches: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float32]:
    """SRGB, 0..1, of linear light to the nearest of 65,536 steps; what lies outside 0..1 is clipped."""
    steps = (np.clip(patches, 0, 1) * np.float32(65535) + np.float32(0.5)).astype(np.uint16)
    return np.asarray(_ENCODED[steps])

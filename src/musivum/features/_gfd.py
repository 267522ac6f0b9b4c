"""Generic Fourier descriptors: the spectrum of a patch unrolled about its centre.

References
----------
.. [1] D. Zhang, G. Lu, "Shape-based image retrieval using generic Fourier descriptor", Signal Processing: Image
   Communication 17(10), 2002. doi:10.1016/S0923-5965(02)00084-X
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.features._extractor import Extractor, no_variant, side_within
from musivum.features._lightness import lightness

RADIAL, ANGULAR = 4, 9  # frequencies kept, as in the paper
_ANGLES = 96
_DARKEST = 1e-3


def fourier_descriptors(patches: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float32]:
    """Describe each patch by magnitudes of the Fourier transform of its lightness in polar coordinates [1]_.

    The disc within the patch is sampled on circles about the centre, circles become rows, and the two-dimensional
    transform of that rectangle is taken. Turning the patch moves the rows along themselves, which magnitudes ignore:
    exactly for quarter turns, up to the pixels' interpolation for others. Sampling and transform are one matrix.

    Parameters
    ----------
    patches
        (n, side, side, 3) linear light, 0..1.

    Returns
    -------
    (n, 4 * 9): by radial frequencies 0..3, then angular ones 0..8. The first number is the mean lightness of the
    rectangle, 0..1; the others are divided by it, 0..1, so that they ignore exposure.
    """
    n, side = patches.shape[:2]
    transform = lightness(patches).reshape(n, -1) @ _matrix(side)
    real, imaginary = transform.reshape(n, 2, -1).transpose(1, 0, 2)
    magnitude: npt.NDArray[np.float32] = np.sqrt(real * real + imaginary * imaginary)
    magnitude[:, 1:] /= np.maximum(magnitude[:, :1], _DARKEST)
    return magnitude


@cache
def _matrix(side: int) -> npt.NDArray[np.float32]:
    """Polar sampling, then Fourier transform: (side * side, 2 * RADIAL * ANGULAR), real parts, then imaginary ones."""
    circles = side // 2
    radius = (np.arange(circles) + 0.5)[:, None] * side / (2 * circles)
    angle = 2 * np.pi * (np.arange(_ANGLES) + 0.5) / _ANGLES
    x, y = (side / 2 - 0.5 + radius * f(angle) for f in (np.cos, np.sin))
    near = np.arange(side)
    # The weights of bilinear interpolation; beyond the outermost pixels' middles these are repeated.
    columns, rows = (np.maximum(1 - np.abs(v.clip(0, side - 1)[..., None] - near), 0) for v in (x, y))
    waves = np.exp(
        -2j * np.pi * (np.arange(RADIAL)[:, None, None, None] * np.arange(circles)[:, None] / circles)
        - 2j * np.pi * (np.arange(ANGULAR)[:, None, None] * np.arange(_ANGLES) / _ANGLES)
    ).reshape(-1, circles * _ANGLES) / (circles * _ANGLES)
    samples = (rows[..., :, None] * columns[..., None, :]).reshape(circles * _ANGLES, side**2)
    matrix = (waves @ samples).T
    return np.concatenate([matrix.real, matrix.imag], axis=1).astype(np.float32)


def descriptors(side: int | None, variant: str) -> Extractor:
    """The family ``gfd``: generic Fourier descriptors of lightness."""
    no_variant("gfd", variant)
    side = side_within("gfd", side or 32, 8, 64)
    return Extractor(
        f"gfd{side}",
        side,
        RADIAL * ANGULAR,
        fourier_descriptors,
        "the same mean lightness, and the same layout of light and dark about the centre, whichever way up",
        "turns about the centre, colour of the same lightness",
    )

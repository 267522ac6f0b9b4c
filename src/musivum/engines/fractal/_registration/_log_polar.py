"""Log-polar sampling: about the right centre, turning and scaling become shifts.

References
----------
.. [1] S. Zokai, G. Wolberg, "Image registration using log-polar mappings for recovery of large-scale similarity and
   projective transformations", IEEE Trans. Image Processing 14(10), 2005. doi:10.1109/TIP.2005.854501
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit


def log_polar(
    planes: npt.NDArray[np.float32], centres: npt.NDArray[np.float64], radii: npt.NDArray[np.float64], angles: int
) -> npt.NDArray[np.float32]:
    """Sample a picture on circles about each centre, bilinearly [1]_.

    Parameters
    ----------
    planes
        (c, h, w).
    centres
        (n, 2) x, y.
    radii
        (r,) of the circles, in pixels; evenly spaced in their logarithms if shifts are to be scales.
    angles
        How many samples a circle has: the first to the right of the centre, the others clockwise on screen.

    Returns
    -------
    (n, c + 2, r, angles): the c channels, the sum of their squares, and 1 inside the picture. Everything is 0 outside.
    """
    turn = 2 * math.pi / angles * np.arange(angles)
    out = np.zeros((len(centres), len(planes) + 2, len(radii), angles), np.float32)
    _sample(planes, centres, radii, np.cos(turn), np.sin(turn), out)
    return out


@njit(nogil=True, cache=True, error_model="numpy")
def _sample(planes, centres, radii, cosines, sines, out):  # type: ignore[no-untyped-def]
    channels, height, width = planes.shape
    for n in range(len(centres)):
        for i in range(len(radii)):
            for k in range(len(cosines)):
                x = centres[n, 0] + radii[i] * cosines[k]
                y = centres[n, 1] + radii[i] * sines[k]
                if not (0 <= x <= width and 0 <= y <= height):
                    continue
                x = min(max(x - 0.5, 0.0), width - 1.0)
                y = min(max(y - 0.5, 0.0), height - 1.0)
                left, upper = int(x), int(y)
                right, lower = min(left + 1, width - 1), min(upper + 1, height - 1)
                fx, fy = np.float32(x - left), np.float32(y - upper)
                squares = np.float32(0)
                for c in range(channels):
                    above = planes[c, upper, left] + fx * (planes[c, upper, right] - planes[c, upper, left])
                    below = planes[c, lower, left] + fx * (planes[c, lower, right] - planes[c, lower, left])
                    value = above + fy * (below - above)
                    out[n, c, i, k] = value
                    squares += value * value
                out[n, channels, i, k] = squares
                out[n, channels + 1, i, k] = 1

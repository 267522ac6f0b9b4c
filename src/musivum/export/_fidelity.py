"""How near one picture comes to another: mean and RMS of colour differences, and SSIM.

References
----------
.. [1] Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, "Image quality assessment: from error visibility to
   structural similarity", IEEE Transactions on Image Processing 13(4), 2004. doi:10.1109/TIP.2003.819861
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from musivum.color import DIFFERENCES, cielab_from_linear, linear_from_srgb

WINDOW = 7
_K1, _K2 = 0.01, 0.03
_LUMA = np.array([0.2126, 0.7152, 0.0722])
_BAND_PIXELS = 200_000


def mean_difference(picture: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8], formula: str = "ciede2000") -> float:
    """Mean colour difference over the pixels of two pictures (h, w, 3) of sRGB bytes.

    Parameters
    ----------
    formula
        One of `musivum.color.DIFFERENCES`.
    """
    return sum(float(band.sum(dtype=np.float64)) for band in _differences(picture, other, formula)) / _pixels(picture)


def rms_difference(picture: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8], formula: str = "cie76") -> float:
    """Root of the mean square of the colour difference; pictures and formula as of `mean_difference`."""
    squares = sum(float(np.square(band, dtype=np.float64).sum()) for band in _differences(picture, other, formula))
    return math.sqrt(squares / _pixels(picture))


def _differences(
    picture: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8], formula: str
) -> Iterator[npt.NDArray[np.floating]]:
    """Colour differences of the pixels, a band at a time."""
    _check_shapes(picture, other)
    a, b = picture.reshape(-1, 3), other.reshape(-1, 3)
    for start in range(0, len(a), _BAND_PIXELS):
        band = slice(start, start + _BAND_PIXELS)
        yield DIFFERENCES[formula](*(cielab_from_linear(linear_from_srgb(pixels[band])) for pixels in (a, b)))


def _pixels(picture: npt.NDArray[np.uint8]) -> int:
    return int(np.prod(picture.shape[:2]))


def ssim(picture: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8]) -> float:
    """Structural similarity index [1]_ of the lumas of two pictures (h, w, 3) of sRGB bytes, -1..1; 1 for equal ones.

    Means, sample variances and sample covariance are taken in every 7 x 7 window that lies inside the picture, all its
    pixels weighing the same (the setting that scikit-image has by default), and the index is averaged over the windows.
    In a picture with a side below 7 pixels the window is that much smaller.
    """
    _check_shapes(picture, other)
    height, width = picture.shape[:2]
    window = (min(WINDOW, height), min(WINDOW, width))
    rows = height - window[0] + 1
    step = max(1, _BAND_PIXELS // width)
    total = 0.0
    to_luma = _LUMA / 255
    for top in range(0, rows, step):
        band = slice(top, min(top + step, rows) + window[0] - 1)
        total += _ssim_sum(picture[band] @ to_luma, other[band] @ to_luma, window)
    return float(total / (rows * (width - window[1] + 1)))


def _ssim_sum(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], window: tuple[int, int]) -> float:
    n = window[0] * window[1]
    sample = n / max(n - 1, 1)
    mu_x, mu_y = _window_means(x, window), _window_means(y, window)
    s_xx = sample * (_window_means(x * x, window) - mu_x * mu_x)
    s_yy = sample * (_window_means(y * y, window) - mu_y * mu_y)
    s_xy = sample * (_window_means(x * y, window) - mu_x * mu_y)
    C1, C2 = _K1**2, _K2**2  # the dynamic range is 1
    index = ((2 * mu_x * mu_y + C1) * (2 * s_xy + C2)) / ((mu_x**2 + mu_y**2 + C1) * (s_xx + s_yy + C2))
    return float(index.sum())


def _window_means(values: npt.NDArray[np.float64], window: tuple[int, int]) -> npt.NDArray[np.float64]:
    high, wide = window
    sums = np.zeros((values.shape[0] + 1, values.shape[1] + 1))
    sums[1:, 1:] = values.cumsum(axis=0).cumsum(axis=1)
    inside: npt.NDArray[np.float64] = (
        sums[high:, wide:] - sums[:-high, wide:] - sums[high:, :-wide] + sums[:-high, :-wide]
    )
    return inside / (high * wide)


def _check_shapes(picture: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8]) -> None:
    if picture.shape != other.shape or picture.ndim != 3 or picture.shape[2] != 3 or not picture.size:
        raise ValueError(f"pictures of shapes {picture.shape} and {other.shape} cannot be compared")

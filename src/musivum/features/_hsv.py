"""The histogram of colour: how much of a patch has which hue, saturation and value, wherever it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from musivum.color import srgb_from_linear
from musivum.features._extractor import Extractor, no_variant, side_within

HUES, SATURATIONS, VALUES = 8, 3, 3
DIMENSIONS = 1 + (VALUES - 1) * (1 + (SATURATIONS - 1) * HUES)


def color_histogram(patches: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float32]:
    """Describe each patch by the roots of the shares of its pixels in bins of hue, saturation and value of sRGB.

    A pixel counts in the eight bins about it, the more in the nearer. Greys have no hue and black has no saturation
    either: these bins are one bin each, so that equal colours always fall together. With roots, Euclidean distance is
    the square root of 2 times Hellinger's.

    Parameters
    ----------
    patches
        (n, h, w, 3) linear light, 0..1.

    Returns
    -------
    (n, 35) of length 1: black; then for medium and full value grey, and 8 hues from red at half and full saturation.
    """
    pixels = srgb_from_linear(patches).reshape(len(patches), -1, 3)
    shares = np.zeros((len(pixels), DIMENSIONS), np.float32)
    _count(pixels, _BIN_OF, shares)
    return np.asarray(np.sqrt(shares / np.float32(pixels.shape[1])))


@njit(nogil=True, cache=True)
def _count(pixels, bin_of, shares):  # type: ignore[no-untyped-def]
    hues, saturations, values = bin_of.shape
    for i in range(pixels.shape[0]):
        for p in range(pixels.shape[1]):
            red, green, blue = float(pixels[i, p, 0]), float(pixels[i, p, 1]), float(pixels[i, p, 2])
            most = max(red, green, blue)
            spread = most - min(red, green, blue)
            if spread == 0:
                hue = 0.0
            elif most == red:
                hue = (green - blue) / spread % 6
            elif most == green:
                hue = 2 + (blue - red) / spread
            else:
                hue = 4 + (red - green) / spread
            at_h, at_s, at_v = hue / 6 * hues, spread / max(most, 1.0) * (saturations - 1), most / 255 * (values - 1)
            h, s, v = int(at_h), min(int(at_s), saturations - 2), min(int(at_v), values - 2)
            for k in range(8):
                a, b, c = k & 1, k >> 1 & 1, k >> 2
                share = at_h - h if a else 1 - at_h + h
                share *= at_s - s if b else 1 - at_s + s
                share *= at_v - v if c else 1 - at_v + v
                shares[i, bin_of[(h + a) % hues, s + b, v + c]] += share


def _bins() -> npt.NDArray[np.int64]:
    """Number of the bin at (hue, saturation, value)."""
    bins = np.zeros((HUES, SATURATIONS, VALUES), np.int64)
    each = DIMENSIONS // (VALUES - 1)
    for v in range(1, VALUES):
        bins[:, 0, v] = 1 + (v - 1) * each
        bins[:, 1:, v] = 2 + (v - 1) * each + np.arange(HUES * (SATURATIONS - 1)).reshape(SATURATIONS - 1, HUES).T
    return bins


_BIN_OF = _bins()


def color_histograms(side: int | None, variant: str) -> Extractor:
    """The family ``hsv``: soft histograms of hue, saturation and value."""
    no_variant("hsv", variant)
    side = side_within("hsv", side or 16, 1, 64)
    return Extractor(
        f"hsv{side}",
        side,
        DIMENSIONS,
        color_histogram,
        "as much of each colour",
        "where anything is in the patch",
    )

"""Steerable filters: oriented energy at every angle from a few filters.

References
----------
.. [1] W. T. Freeman, E. H. Adelson, "The design and use of steerable filters", IEEE Transactions on Pattern Analysis
   and Machine Intelligence 13(9), 1991. doi:10.1109/34.93808
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.features._extractor import Extractor, no_variant, side_within
from musivum.features._filter_bank import POOL, FloatArray, filter_matrix, octaves, places_across, pooled
from musivum.features._lightness import lightness

_FINEST = np.pi  # wavelength in pixels at which filters of width 1 respond most
_STEERED = 8  # angles over half a turn: amplitudes hardly vary faster than their harmonics
_G2_PEAK = 0.9213 * 2 * np.pi / np.e  # |Fourier transform| of G2 at its best wave, and nearly of H2
HARMONICS = 5


def steerable_energy(patches: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float32]:
    """Describe each patch by the amplitude of edges and bars of each fineness, and how it varies with their angle.

    The second derivative of a Gaussian and its Hilbert transform [1]_ are steered to eight angles; the root of the sum
    of their squares is the amplitude at an angle. Its Fourier series over half a turn, up to the second harmonic, is
    averaged over 4 x 4 squares. Turning what is in a square multiplies the harmonics' pairs by a rotation: the
    mean does not notice, the first pair turns twice as fast as the picture, the second four times.

    Parameters
    ----------
    patches
        (n, side, side, 3) linear light, 0..1.

    Returns
    -------
    (n, scales * 16 * 5) in units of OKLab lightness: scales from the finest, squares in reading order, then mean,
    cosine and sine of twice the angle, cosine and sine of four times the angle.
    """
    parts = []
    light = lightness(patches).reshape(len(patches), -1)
    even, odd, series = _steering()
    for across, matrix in _bank(patches.shape[1]):
        basis = (light @ matrix).reshape(-1, 7)
        amplitude = np.sqrt((basis[:, :3] @ even) ** 2 + (basis[:, 3:] @ odd) ** 2)
        parts.append(pooled((amplitude @ series).reshape(len(patches), across**2, HARMONICS), across))
    return np.concatenate(parts, axis=1)


def _steering() -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Weights (3, angles) of G2's and (4, angles) of H2's basis, and (angles, HARMONICS) of the Fourier series."""
    angle = np.pi * np.arange(_STEERED) / _STEERED
    c, s = np.cos(angle), np.sin(angle)
    even = np.stack([c**2, 2 * c * s, s**2])
    odd = np.stack([c**3, 3 * c**2 * s, 3 * c * s**2, s**3])
    pairs = [f(k * angle) for k in (2, 4) for f in (np.cos, np.sin)]
    series = np.stack([np.ones(_STEERED), *pairs], axis=1) / _STEERED
    return even.astype(np.float32), odd.astype(np.float32), series.astype(np.float32)


@cache
def _bank(side: int) -> list[tuple[int, npt.NDArray[np.float32]]]:
    """Places across and matrix of the seven filters of each width."""
    found = []
    for wavelength in octaves(side, _FINEST):
        across = places_across(side, wavelength)
        found.append((across, _matrix(side, across, wavelength / np.pi)))
    return found


def _matrix(side: int, across: int, width: float) -> npt.NDArray[np.float32]:
    def window(x: FloatArray, y: FloatArray) -> FloatArray:
        return np.asarray(np.exp(-(x * x + y * y) / width**2) / (_G2_PEAK * width**2))

    def basis(x: FloatArray, y: FloatArray) -> FloatArray:
        return basis_filters(x / width, y / width) * window(x, y)

    return filter_matrix(basis, window, side, across)


def basis_filters(x: FloatArray, y: FloatArray) -> FloatArray:
    """Polynomials of G2a..c and H2a..d [1]_ (tables III and IV), to be multiplied by exp(-x^2 - y^2)."""
    g = 0.9213 * np.stack([2 * x * x - 1, 2 * x * y, 2 * y * y - 1])
    h = 0.9780 * np.stack([x**3 - 2.254 * x, y * (x * x - 0.7515), x * (y * y - 0.7515), y**3 - 2.254 * y])
    return np.concatenate([g, h])


def steerables(side: int | None, variant: str) -> Extractor:
    """The family ``steerable``: oriented amplitudes on a coarse grid."""
    no_variant("steerable", variant)
    side = side_within("steerable", side or 16, 8, 32)
    return Extractor(
        f"steerable{side}",
        side,
        len(octaves(side, _FINEST)) * POOL**2 * HARMONICS,
        steerable_energy,
        "edges and bars as strong, as fine and in the same direction in the same parts of the patch",
        "a shift of lightness, negatives, colour of the same lightness; nearly, a move by less than a bar",
    )

"""Gabor filters: waves of several lengths and orientations under Gaussian windows.

The window is as wide as measured in the visual cortex [1]_: a bandwidth of about an octave and a half.

References
----------
.. [1] J. P. Jones, L. A. Palmer, "An evaluation of the two-dimensional Gabor filter model of simple receptive fields in
   cat striate cortex", Journal of Neurophysiology 58(6), 1987. doi:10.1152/jn.1987.58.6.1233
.. [2] J. G. Daugman, "Uncertainty relation for resolution in space, spatial frequency, and orientation optimized by
   two-dimensional visual cortical filters", Journal of the Optical Society of America A 2(7), 1985.
   doi:10.1364/JOSAA.2.001160
.. [3] E. H. Adelson, J. R. Bergen, "Spatiotemporal energy models for the perception of motion", Journal of the Optical
   Society of America A 2(2), 1985. doi:10.1364/JOSAA.2.000284
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.errors import OptionError
from musivum.features._extractor import Extractor, side_within
from musivum.features._filter_bank import POOL, FloatArray, filter_matrix, octaves, places_across, pooled
from musivum.features._lightness import lightness

ORIENTATIONS = 8
_FINEST = 3.0  # pixels of the shortest wave
_SIGMA = 0.4  # wavelengths


def gabor_energy(patches: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float32]:
    """Describe each patch by how strong waves of each length and orientation are in each of 4 x 4 squares.

    An even and an odd filter [2]_ make a pair whose root sum of squares, the local amplitude, does not depend on where
    in the wave the pair stands [3]_; its mean over the square is kept.

    Parameters
    ----------
    patches
        (n, side, side, 3) linear light, 0..1.

    Returns
    -------
    (n, scales * 16 * 8) amplitudes of OKLab lightness, 0..1: a wave of amplitude a gives about a. Scales from the
    finest, squares in reading order, directions of the wave from rightward clockwise over half a turn.
    """
    parts = []
    for across, matrix in _bank(patches.shape[1]):
        pairs = gabor_pairs(patches, matrix).reshape(len(patches), across**2, 2, ORIENTATIONS)
        parts.append(pooled(np.sqrt(np.einsum("npko,npko->npo", pairs, pairs)), across))
    return np.concatenate(parts, axis=1)


def gabor_phase(patches: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float32]:
    """Describe each patch by the signed responses of the filters of `gabor_energy`, at every place.

    Linear in lightness: a patch's negative has the opposite vector.

    Returns
    -------
    (n, places * 2 * 8): scales from the finest, places in reading order, even then odd filters, orientations.
    """
    return np.concatenate([gabor_pairs(patches, matrix) for _, matrix in _bank(patches.shape[1])], axis=1)


def gabor_pairs(patches: npt.NDArray[np.floating[Any]], matrix: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return lightness(patches).reshape(len(patches), -1) @ matrix


@cache
def _bank(side: int) -> list[tuple[int, npt.NDArray[np.float32]]]:
    """Places across and matrix of the filters of each wavelength."""
    found = []
    for wavelength in octaves(side, _FINEST):
        across = places_across(side, wavelength)
        found.append((across, _matrix(side, across, wavelength)))
    return found


def _matrix(side: int, across: int, wavelength: float) -> npt.NDArray[np.float32]:
    sigma = _SIGMA * wavelength
    angles = np.pi * np.arange(ORIENTATIONS) / ORIENTATIONS

    def window(x: FloatArray, y: FloatArray) -> FloatArray:
        # The integral of the window times the square of a wave is half that of the window.
        return np.asarray(np.exp(-(x * x + y * y) / (2 * sigma**2)) / (np.pi * sigma**2))

    def waves(x: FloatArray, y: FloatArray) -> FloatArray:
        phase = [2 * np.pi / wavelength * (x * np.cos(angle) + y * np.sin(angle)) for angle in angles]
        return np.asarray([*np.cos(phase), *np.sin(phase)]) * window(x, y)

    return filter_matrix(waves, window, side, across)


def gabors(side: int | None, variant: str) -> Extractor:
    """The family ``gabor``: amplitudes of Gabor filters; ``gabor:phase``: their signed responses."""
    side = side_within("gabor", side or 16, 8, 32)
    banks = [places_across(side, wavelength) for wavelength in octaves(side, _FINEST)]
    if variant == "phase":
        return Extractor(
            f"gabor{side}:phase",
            side,
            sum(2 * ORIENTATIONS * across**2 for across in banks),
            gabor_phase,
            "the same edges, bars and waves in the same places, light where light and dark where dark",
            "a shift of lightness; colour of the same lightness",
        )
    if variant:
        raise OptionError(f"gabor:{variant}: the only variant of gabor is phase")
    return Extractor(
        f"gabor{side}",
        side,
        len(banks) * POOL**2 * ORIENTATIONS,
        gabor_energy,
        "as much of each fineness and direction of edges in the same parts of the patch",
        "a shift of lightness, negatives, colour of the same lightness; nearly, a move by less than a wave",
    )

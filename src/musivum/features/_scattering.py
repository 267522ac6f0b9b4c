"""Wavelet scattering: moduli of wavelets, and of wavelets of these moduli, averaged over squares of eight pixels.

References
----------
.. [1] J. Bruna, S. Mallat, "Invariant scattering convolution networks", IEEE Transactions on Pattern Analysis and
   Machine Intelligence 35(8), 2013. doi:10.1109/TPAMI.2012.230
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.features._extractor import Extractor, no_variant, side_within
from musivum.features._lightness import lightness

OCTAVES = 3
ORIENTATIONS = 4
CHANNELS = 1 + OCTAVES * ORIENTATIONS + OCTAVES * (OCTAVES - 1) // 2 * ORIENTATIONS**2
_SQUARE = 2**OCTAVES
_BLOCK = 32  # patches whose moduli are held at once
_CENTRE, _SIGMA, _ASPECT = 0.75 * np.pi, 0.8, 0.5  # of the finest wavelet, in radians a pixel and in pixels

Real = npt.NDArray[np.float32]
Complex = npt.NDArray[np.complex64]


class Octave(NamedTuple):
    """The wavelets of one octave, each on the block of frequencies that it lets pass.

    Attributes
    ----------
    rows, columns
        (ORIENTATIONS, b, 1) and (ORIENTATIONS, 1, b) frequencies in periods a mirrored patch; below zero too.
    transfer
        (ORIENTATIONS, b, b) how much of each passes, 0..1.
    """

    rows: npt.NDArray[np.int64]
    columns: npt.NDArray[np.int64]
    transfer: Real


def scattering(patches: npt.NDArray[np.floating[Any]]) -> Real:
    """Describe each patch by its scattering coefficients [1]_ of order 0, 1 and 2 on every square of 8 x 8 pixels.

    With wavelets psi and an average phi over about a square, the coefficients are L * phi, |L * psi1| * phi and
    ||L * psi1| * psi2| * phi, where psi2 is coarser than psi1; L is lightness, mirrored by a square beyond the patch's
    border. The wavelets are Morlet's at 3 octaves and 4 orientations, scaled so that together with phi they nowhere
    add energy. A wavelet an octave coarser lets half as many frequencies pass in each direction; transforming only
    these back gives its modulus at half the size.

    Parameters
    ----------
    patches
        (n, side, side, 3) linear light, 0..1; the side a multiple of 8.

    Returns
    -------
    (n, (side / 8)^2 * 61): squares in reading order, then order 0, the 12 of order 1 from the finest octave, and the
    48 of order 2, by octaves (1, 2), (1, 3), (2, 3), orientations of the first, then of the second wavelet. In units
    of lightness.
    """
    n, side = patches.shape[:2]
    out = np.empty((n, (side // _SQUARE) ** 2, CHANNELS), np.float32)
    for start in range(0, n, _BLOCK):
        out[start : start + _BLOCK] = _coefficients(lightness(patches[start : start + _BLOCK]))
    return out.reshape(n, -1)


def _coefficients(light: Real) -> Real:
    """Coefficients (n, squares, CHANNELS) of (n, side, side) patches."""
    wavelets, averages = _filters(light.shape[1])
    mirrored = np.pad(light, ((0, 0), (_SQUARE, _SQUARE), (_SQUARE, _SQUARE)), mode="symmetric")

    def averaged(maps: Real) -> Real:
        weights = averages[maps.shape[-1]]
        return np.asarray((maps.reshape(len(light), -1, len(weights)) @ weights).transpose(0, 2, 1))

    found, second = [averaged(mirrored)], []
    for first, octave in enumerate(wavelets):
        moduli = _moduli(_spectra(mirrored), octave)
        found.append(averaged(moduli))
        second += [averaged(_moduli(_spectra(moduli), coarser)) for coarser in wavelets[first + 1 :]]
    return np.concatenate(found + second, axis=2)


def _spectra(maps: Real) -> Complex:
    return np.asarray(np.fft.fft2(maps.astype(np.complex64), norm="forward"))


def _moduli(spectra: Complex, octave: Octave) -> Real:
    """Moduli (..., ORIENTATIONS, b, b) of the responses of an octave's wavelets, from spectra (..., s, s)."""
    passed = spectra[..., octave.rows, octave.columns] * octave.transfer
    return np.asarray(np.abs(np.fft.ifft2(passed, norm="forward")))


@cache
def _filters(side: int) -> tuple[list[Octave], dict[int, Real]]:
    """Wavelets for patches of a side, finest first, and what averages maps of each of their sizes over squares."""
    size = side + 2 * _SQUARE
    wavelets = [_morlets(size, octave) for octave in range(OCTAVES)]
    sigma = _SIGMA * 2 ** (OCTAVES - 1)
    average = np.exp(-((2 * np.pi * sigma * np.fft.fftfreq(size)) ** 2) / 2)
    energy = np.zeros((size, size))
    for rows, columns, transfer in wavelets:
        for sign in (1, -1):  # a real picture holds each frequency and its opposite alike
            np.add.at(energy, (sign * rows, sign * columns), transfer**2 / 2)
    left = 1 - np.outer(average, average) ** 2
    scale = np.float32(np.sqrt((left[energy > 0] / energy[energy > 0]).min()))
    averages = {size >> halvings: _averages(side, size, sigma, 1 << halvings) for halvings in range(OCTAVES)}
    return [octave._replace(transfer=scale * octave.transfer) for octave in wavelets], averages


def _morlets(size: int, octave: int) -> Octave:
    """Morlet wavelets: a Gaussian about a frequency, less what it lets pass of a constant."""
    unit = size / (2 * np.pi)
    centre, spread = _CENTRE / 2**octave * unit, unit / (_SIGMA * 2**octave)
    angle = (np.pi * np.arange(ORIENTATIONS) / ORIENTATIONS)[:, None, None]
    c, s = np.cos(angle), np.sin(angle)
    block = np.arange(size >> octave) - (size >> octave) // 2
    rows = np.rint(centre * s).astype(np.int64) + block[:, None]
    columns = np.rint(centre * c).astype(np.int64) + block

    def gaussian(shift: float) -> npt.NDArray[np.float64]:
        along, across = columns * c + rows * s - shift, rows * c - columns * s
        return np.asarray(np.exp(-((along / spread) ** 2 + (across / (_ASPECT * spread)) ** 2) / 2))

    constant = np.exp(-((centre / spread) ** 2) / 2)
    return Octave(rows, columns, (gaussian(centre) - constant * gaussian(0)).astype(np.float32))


def _averages(side: int, size: int, sigma: float, step: int) -> Real:
    """Gaussian weights (maps of (size / step)^2, squares), each column of sum 1, about the middles of the squares."""
    at = np.arange(0, size, step)
    middles = _SQUARE + np.arange(side // _SQUARE) * _SQUARE + (_SQUARE - 1) / 2
    distance = (at[:, None] - middles + size / 2) % size - size / 2
    line = np.exp(-((distance / sigma) ** 2) / 2)
    line /= line.sum(0)
    return np.kron(line, line).astype(np.float32)


def scatterings(side: int | None, variant: str) -> Extractor:
    """The family ``scattering``: scattering coefficients of lightness."""
    no_variant("scattering", variant)
    side = side_within("scattering", side or 32, 16, 64, _SQUARE)
    return Extractor(
        f"scattering{side}",
        side,
        (side // _SQUARE) ** 2 * CHANNELS,
        scattering,
        "the same lightness and the same textures, edges and corners in the same parts of the patch",
        "colour of the same lightness; nearly, a move by less than a quarter of the averaged square",
        costly=True,
    )

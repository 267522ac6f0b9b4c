"""Masked normalised cross-correlation of log-polar pictures, over all turns and some shifts of scale.

References
----------
.. [1] D. Padfield, "Masked object registration in the Fourier domain", IEEE Trans. Image Processing 21(5), 2012.
   doi:10.1109/TIP.2011.2181402
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

_LEAST = 1e-3  # of a picture's variance: what is flatter than this correlates with nothing


def correlate(
    template: npt.NDArray[np.float32],
    scenes: npt.NDArray[np.float32],
    weights: npt.NDArray[np.float32],
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Correlate a template with many scenes under every turn and shift, normalised by what they share [1]_.

    Moments of the weighted template and of the scene under each other's mask are circular correlations along the
    angle, taken as products of Fourier transforms. Along the radius there are few shifts and nothing wraps round, so
    the sum over shared circles is a matrix product at each frequency.

    Parameters
    ----------
    template
        (c + 2, r, a) as from `log_polar`, all of it inside its picture.
    scenes
        (n, c + 2, r + k, a), likewise but with any mask.
    weights
        (r,) of the template's circles.

    Returns
    -------
    correlation
        (n, k + 1, a), -1..1: the template's circle i meets the scene's circle i + shift, turned clockwise by so many
        samples. Covariances and variances are sums over the channels, each channel about its own mean.
    overlap
        (n, k + 1): the weighted share of the template that meets the scene's inside, 0..1.
    """
    channels, (radii, angles) = len(template) - 2, template.shape[1:]
    shifts = scenes.shape[2] - radii + 1
    forth, back = _fourier(angles)
    spectra = _spectra(scenes, forth)
    weighted = _spectra((template * weights[:, None])[None], forth)[..., 0, :, :]
    crossed = _turned(spectra[..., :channels, :], _shifted(weighted[..., :channels, None, :], shifts), back)
    masked = _turned(spectra[..., -1:, :], _shifted(weighted[..., None, : channels + 1, :], shifts), back)
    masked = masked.reshape(len(scenes), shifts, channels + 1, angles)
    # The template's weights are the same all round, so moments of the scene do not change with the turn.
    ring = np.zeros((scenes.shape[2], shifts), np.float32)
    for shift in range(shifts):
        ring[shift : shift + radii, shift] = weights
    sums = (spectra[0, 0] @ ring)[..., None]
    area = sums[:, -1]
    whole = np.maximum(area, 1e-6)
    covariance = crossed.copy()
    spread, spread_of_scene = masked[:, :, channels].copy(), sums[:, channels].copy()
    for c in range(channels):
        covariance -= masked[:, :, c] * sums[:, c] / whole
        spread -= masked[:, :, c] ** 2 / whole
        spread_of_scene -= sums[:, c] ** 2 / whole
    least = _LEAST * channels * whole
    correlation = covariance / np.sqrt(np.maximum(spread, least) * np.maximum(spread_of_scene, least))
    return correlation, area[..., 0] / (angles * weights.sum())


@cache
def _fourier(angles: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """The transform of real circles as (2 f, a), real parts and then imaginary ones, and its inverse (2 f, a).

    For some dozens of samples a matrix product is several times faster than the fast transform, and its result lies
    frequency by frequency, as the sums over circles want it.
    """
    frequencies = np.arange(angles // 2 + 1)[:, None]
    wave = np.exp(-2j * np.pi * frequencies * np.arange(angles) / angles)
    twice = np.where((frequencies == 0) | (2 * frequencies == angles), 1, 2) / angles
    both = np.concatenate([wave.real, wave.imag])
    return both.astype(np.float32), (both * np.tile(twice, (2, 1))).astype(np.float32)


def _spectra(circles: npt.NDArray[np.float32], forth: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """(n, i, r, a) -> (2, f, n, i, r), real and imaginary parts."""
    n, inputs, radii, angles = circles.shape
    return (forth @ circles.reshape(-1, angles).T).reshape(2, -1, n, inputs, radii)


def _shifted(rows: npt.NDArray[np.float32], shifts: int) -> npt.NDArray[np.float32]:
    """(2, f, i, o, r) -> (2, f, i * (r + shifts - 1), shifts * o), with row j moved down by the shift."""
    _, frequencies, inputs, outputs, radii = rows.shape
    table = np.zeros((2, frequencies, inputs, radii + shifts - 1, shifts, outputs), np.float32)
    for shift in range(shifts):
        table[:, :, :, shift : shift + radii, shift] = rows.swapaxes(-1, -2)
    return table.reshape(2, frequencies, -1, shifts * outputs)


def _turned(
    spectra: npt.NDArray[np.float32], table: npt.NDArray[np.float32], back: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Products of (2, f, n, i, r) with the conjugate of a table of `_shifted`, back to turns: (n, shifts * o, a)."""
    _, frequencies, n = spectra.shape[:3]
    real, imaginary = spectra.reshape(2, frequencies, n, -1)
    products = np.stack([real @ table[0] + imaginary @ table[1], imaginary @ table[0] - real @ table[1]])
    angles = back.shape[1]
    return (products.reshape(len(back), -1).T @ back).reshape(n, -1, angles)

"""Perceptual hash: 64 bits that survive resizing and recompression.

References
----------
.. [1] C. Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", Master's thesis, Upper Austria
   University of Applied Sciences, Hagenberg, 2010 (section 3.2.1, DCT based hash).
"""

import numpy as np
import numpy.typing as npt

from musivum.library._swatch import area_average

_SIDE = 32
_FLAT = 0.02

_LUMINANCE = np.array([0.2126, 0.7152, 0.0722]) / 65535
_k, _x = np.arange(1, 9)[:, None], np.arange(_SIDE)[None, :]
_COSINES: npt.NDArray[np.float32] = (np.sqrt(2 / _SIDE) * np.cos(np.pi * _k * (2 * _x + 1) / (2 * _SIDE))).astype(
    np.float32
)


def grey_of(swatch: npt.NDArray[np.uint16]) -> npt.NDArray[np.float32]:
    """Cube root of luminance (0..1) of a swatch, squeezed to the hash's 32 x 32."""
    luminance = (swatch @ _LUMINANCE).astype(np.float32)
    return np.cbrt(area_average(luminance[..., None], _SIDE, _SIDE)[..., 0])


def hashes_of(greys: npt.NDArray[np.float32]) -> npt.NDArray[np.uint64]:
    """DCT hash [1] of greys (n, 32, 32): bit k is coefficient k of the 8 x 8 lowest above its picture's median.

    The first row and column of coefficients is left out, as in [1]. Coefficients too small to survive recompression
    count as nought, so a flat picture's hash is 0 and not the rounding's noise.
    """
    coefficients = (_COSINES @ greys @ _COSINES.T).reshape(len(greys), 64)
    coefficients = np.where(np.abs(coefficients) < _FLAT, 0, coefficients)
    bits = coefficients > np.median(coefficients, axis=1, keepdims=True)
    return np.packbits(bits, axis=1, bitorder="little").view("<u8")[:, 0].astype(np.uint64)

"""Colour spaces and colour differences, on arrays of shape (..., 3).

Pictures are sRGB bytes at the edges of the program, are averaged and blended in linear light, and are compared in
OKLab or CIELAB (D65, 2 degree observer). Lightness is 0..1 in OKLab and 0..100 in CIELAB.

References
----------
.. [1] IEC 61966-2-1:1999, the sRGB colour space.
.. [2] B. Ottosson, "A perceptual color space for image processing", 2020.
.. [3] CIE 015:2018, Colorimetry. doi:10.25039/TR.015.2018
.. [4] G. Sharma, W. Wu, E. N. Dalal, "The CIEDE2000 color-difference formula: implementation notes, supplementary test
   data, and mathematical observations", Color Research and Application 30(1), 2005. doi:10.1002/col.20070
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating[Any]]


def _decode(encoded: FloatArray) -> FloatArray:
    return np.where(encoded <= 0.04045, encoded / 12.92, ((np.maximum(encoded, 0.04045) + 0.055) / 1.055) ** 2.4)


LINEAR_OF_BYTE: npt.NDArray[np.float32] = _decode(np.arange(256) / 255.0).astype(np.float32)
"""Linear light (0..1) of each sRGB byte."""

_BYTE_EDGES = _decode((np.arange(255) + 0.5) / 255.0).astype(np.float32)

# Ottosson's matrices, composed with linear sRGB [2].
LMS_OF_LINEAR = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
OKLAB_OF_ROOTS = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
LINEAR_OF_LMS = np.linalg.inv(LMS_OF_LINEAR)
ROOTS_OF_OKLAB = np.linalg.inv(OKLAB_OF_ROOTS)

_XYZ_OF_LINEAR = np.array(
    [[0.4123908, 0.3575843, 0.1804808], [0.2126390, 0.7151687, 0.0721923], [0.0193308, 0.1191948, 0.9505322]]
)
LUMINANCE = _XYZ_OF_LINEAR[1]
"""Weights (3,) of linear red, green and blue in luminance."""
_WHITE = _XYZ_OF_LINEAR.sum(axis=1)


def linear_from_srgb(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Linear light (0..1) of sRGB bytes."""
    return LINEAR_OF_BYTE[pixels]


def srgb_from_linear(linear: FloatArray) -> npt.NDArray[np.uint8]:
    """Nearest sRGB byte of linear light; values outside 0..1 are clipped. Undoes `linear_from_srgb` exactly."""
    return np.searchsorted(_BYTE_EDGES, np.asarray(linear, np.float32), side="right").astype(np.uint8)


def oklab_from_linear(linear: FloatArray) -> FloatArray:
    """OKLab [2] of linear-light RGB, in the precision of the input."""
    dtype = linear.dtype
    return np.cbrt(linear @ LMS_OF_LINEAR.T.astype(dtype)) @ OKLAB_OF_ROOTS.T.astype(dtype)


def linear_from_oklab(oklab: FloatArray) -> FloatArray:
    """Linear-light RGB of OKLab, unclipped: colours outside sRGB leave 0..1."""
    dtype = oklab.dtype
    return (oklab @ ROOTS_OF_OKLAB.T.astype(dtype)) ** 3 @ LINEAR_OF_LMS.T.astype(dtype)


def cielab_from_linear(linear: FloatArray) -> FloatArray:
    """CIELAB [3] of linear-light RGB, white point D65."""
    dtype = linear.dtype
    t = linear @ (_XYZ_OF_LINEAR / _WHITE[:, None]).T.astype(dtype)
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t * (841 / 108) + 4 / 29)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def cie76(lab1: FloatArray, lab2: FloatArray) -> FloatArray:
    """Euclidean distance in CIELAB [3]."""
    return np.asarray(np.sqrt(np.sum((np.asarray(lab1) - np.asarray(lab2)) ** 2, axis=-1)))


def ciede2000(lab1: FloatArray, lab2: FloatArray) -> FloatArray:
    """CIEDE2000 difference [4] of CIELAB colours with parametric factors 1, symbols as in the paper."""
    lab1, lab2 = np.asarray(lab1), np.asarray(lab2)
    L1, a1, b1 = lab1[..., 0], lab1[..., 1], lab1[..., 2]
    L2, a2, b2 = lab2[..., 0], lab2[..., 1], lab2[..., 2]
    C7 = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7
    G = 0.5 * (1 - np.sqrt(C7 / (C7 + 25.0**7)))
    a1, a2 = (1 + G) * a1, (1 + G) * a2
    C1, C2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.arctan2(b1, a1) % (2 * np.pi), np.arctan2(b2, a2) % (2 * np.pi)
    grey = C1 * C2 == 0

    dh = h2 - h1
    dh = np.where(grey, 0, dh - 2 * np.pi * np.round(dh / (2 * np.pi)))
    dL, dC, dH = L2 - L1, C2 - C1, 2 * np.sqrt(C1 * C2) * np.sin(dh / 2)

    L, C = (L1 + L2) / 2, (C1 + C2) / 2
    apart = np.abs(h1 - h2) > np.pi
    h = np.where(grey, h1 + h2, (h1 + h2 + np.where(apart, np.where(h1 + h2 < 2 * np.pi, 1, -1), 0) * 2 * np.pi) / 2)
    T = (
        1
        - 0.17 * np.cos(h - np.pi / 6)
        + 0.24 * np.cos(2 * h)
        + 0.32 * np.cos(3 * h + np.pi / 30)
        - 0.20 * np.cos(4 * h - 7 * np.pi / 20)
    )
    S_L = 1 + 0.015 * (L - 50) ** 2 / np.sqrt(20 + (L - 50) ** 2)
    S_C = 1 + 0.045 * C
    S_H = 1 + 0.015 * C * T
    R_C = 2 * np.sqrt(C**7 / (C**7 + 25.0**7))
    R_T = -np.sin(np.pi / 3 * np.exp(-(((np.degrees(h) - 275) / 25) ** 2))) * R_C
    l, c, k = dL / S_L, dC / S_C, dH / S_H
    return np.asarray(np.sqrt(np.maximum(l * l + c * c + k * k + R_T * c * k, 0)))


DIFFERENCES: dict[str, Callable[[FloatArray, FloatArray], FloatArray]] = {"cie76": cie76, "ciede2000": ciede2000}
"""Colour differences on CIELAB arrays, by name."""

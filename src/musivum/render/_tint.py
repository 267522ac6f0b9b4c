"""Kernel: the tint of one row of pixels, in OKLab, and the way back into the sRGB gamut."""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from musivum.color import LINEAR_OF_LMS, LMS_OF_LINEAR, OKLAB_OF_ROOTS, ROOTS_OF_OKLAB

_TO_LMS = LMS_OF_LINEAR.astype(np.float32)
_TO_LAB = OKLAB_OF_ROOTS.astype(np.float32)
_TO_ROOTS = ROOTS_OF_OKLAB.astype(np.float32)
_TO_RGB = LINEAR_OF_LMS.astype(np.float32)
_ZERO, _HALF, _ONE, _TWO, _THREE = np.float32(0), np.float32(0.5), np.float32(1), np.float32(2), np.float32(3)
_THIRD = np.float32(1 / 3)
_SLACK = np.float32(2e-5)  # rounding carries pure colours out of the gamut by less
_HALVINGS = 12


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
def _root(x: Any) -> Any:
    """Cube root of x >= 0 to a relative 2e-6: a guess from the exponent's bits, then Newton's step twice."""
    y = np.int32(np.float32(x).view(np.int32) // np.int32(3) + np.int32(709921077)).view(np.float32)
    y = (_TWO * y + x / (y * y)) * _THIRD
    return (_TWO * y + x / (y * y)) * _THIRD


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
def _into_gamut(red: Any, green: Any, blue: Any, light: Any, lab_a: Any, lab_b: Any, n: int) -> None:
    """Linear light (n,) of the most colourful colours in the gamut with these OKLab lightnesses and hues.

    Along the line from grey to a colour each channel is a cubic polynomial of the share t of the chroma. The halving
    has a fixed number of steps and no branch, so that several colours are halved at once.
    """
    for k in range(n):
        a, b = lab_a[k], lab_b[k]
        grey = min(max(light[k], _ZERO), _ONE)
        d0 = _TO_ROOTS[0, 1] * a + _TO_ROOTS[0, 2] * b
        d1 = _TO_ROOTS[1, 1] * a + _TO_ROOTS[1, 2] * b
        d2 = _TO_ROOTS[2, 1] * a + _TO_ROOTS[2, 2] * b
        s = _THREE * grey * grey
        q = _THREE * grey
        c = grey * grey * grey
        r1 = s * (_TO_RGB[0, 0] * d0 + _TO_RGB[0, 1] * d1 + _TO_RGB[0, 2] * d2)
        g1 = s * (_TO_RGB[1, 0] * d0 + _TO_RGB[1, 1] * d1 + _TO_RGB[1, 2] * d2)
        b1 = s * (_TO_RGB[2, 0] * d0 + _TO_RGB[2, 1] * d1 + _TO_RGB[2, 2] * d2)
        e0, e1, e2 = d0 * d0, d1 * d1, d2 * d2
        r2 = q * (_TO_RGB[0, 0] * e0 + _TO_RGB[0, 1] * e1 + _TO_RGB[0, 2] * e2)
        g2 = q * (_TO_RGB[1, 0] * e0 + _TO_RGB[1, 1] * e1 + _TO_RGB[1, 2] * e2)
        b2 = q * (_TO_RGB[2, 0] * e0 + _TO_RGB[2, 1] * e1 + _TO_RGB[2, 2] * e2)
        e0, e1, e2 = e0 * d0, e1 * d1, e2 * d2
        r3 = _TO_RGB[0, 0] * e0 + _TO_RGB[0, 1] * e1 + _TO_RGB[0, 2] * e2
        g3 = _TO_RGB[1, 0] * e0 + _TO_RGB[1, 1] * e1 + _TO_RGB[1, 2] * e2
        b3 = _TO_RGB[2, 0] * e0 + _TO_RGB[2, 1] * e1 + _TO_RGB[2, 2] * e2
        share, half = _ZERO, _HALF
        for _ in range(_HALVINGS):
            t = share + half
            r = c + t * (r1 + t * (r2 + t * r3))
            g = c + t * (g1 + t * (g2 + t * g3))
            u = c + t * (b1 + t * (b2 + t * b3))
            inside = min(min(min(r, g), u), _ONE - max(max(r, g), u))
            share = t if inside >= _ZERO else share
            half *= _HALF
        red[k] = c + share * (r1 + share * (r2 + share * r3))
        green[k] = c + share * (g1 + share * (g2 + share * g3))
        blue[k] = c + share * (b1 + share * (b2 + share * b3))


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
def tint_row(
    row: npt.NDArray[np.float32],
    lab: npt.NDArray[np.float32],
    where: npt.NDArray[np.int32],
    n: int,
    gain: npt.NDArray[np.float32],
    base: npt.NDArray[np.float32],
    tilt: npt.NDArray[np.float32],
    first: int,
) -> None:
    """Replace n pixels of linear light in row (3, >= n) by ``gain p + base + tilt (first + j)``, p in OKLab.

    `gain`, `base` and `tilt` are (3,); `lab` (6, >= n) and `where` (>= n,) are scratch. Colours outside sRGB keep
    lightness and hue.
    """
    red, green, blue = row[0], row[1], row[2]
    lab_l, lab_a, lab_b = lab[0], lab[1], lab[2]
    gain0, gain1, gain2 = gain[0], gain[1], gain[2]
    base0, base1, base2 = base[0], base[1], base[2]
    tilt0, tilt1, tilt2 = tilt[0], tilt[1], tilt[2]
    for j in range(n):
        r, g, b = red[j], green[j], blue[j]
        x = _root(_TO_LMS[0, 0] * r + _TO_LMS[0, 1] * g + _TO_LMS[0, 2] * b)
        y = _root(_TO_LMS[1, 0] * r + _TO_LMS[1, 1] * g + _TO_LMS[1, 2] * b)
        z = _root(_TO_LMS[2, 0] * r + _TO_LMS[2, 1] * g + _TO_LMS[2, 2] * b)
        at = np.float32(first + j)
        light = gain0 * (_TO_LAB[0, 0] * x + _TO_LAB[0, 1] * y + _TO_LAB[0, 2] * z) + (base0 + tilt0 * at)
        a = gain1 * (_TO_LAB[1, 0] * x + _TO_LAB[1, 1] * y + _TO_LAB[1, 2] * z) + (base1 + tilt1 * at)
        bb = gain2 * (_TO_LAB[2, 0] * x + _TO_LAB[2, 1] * y + _TO_LAB[2, 2] * z) + (base2 + tilt2 * at)
        x = light + _TO_ROOTS[0, 1] * a + _TO_ROOTS[0, 2] * bb
        y = light + _TO_ROOTS[1, 1] * a + _TO_ROOTS[1, 2] * bb
        z = light + _TO_ROOTS[2, 1] * a + _TO_ROOTS[2, 2] * bb
        x, y, z = x * x * x, y * y * y, z * z * z
        red[j] = _TO_RGB[0, 0] * x + _TO_RGB[0, 1] * y + _TO_RGB[0, 2] * z
        green[j] = _TO_RGB[1, 0] * x + _TO_RGB[1, 1] * y + _TO_RGB[1, 2] * z
        blue[j] = _TO_RGB[2, 0] * x + _TO_RGB[2, 1] * y + _TO_RGB[2, 2] * z
        lab_l[j], lab_a[j], lab_b[j] = light, a, bb
    m = 0
    for j in range(n):
        low = min(red[j], green[j], blue[j])
        high = max(red[j], green[j], blue[j])
        if low < -_SLACK or high > _ONE + _SLACK:
            where[m] = j
            lab_l[m], lab_a[m], lab_b[m] = lab_l[j], lab_a[j], lab_b[j]
            m += 1
    _into_gamut(lab[3], lab[4], lab[5], lab_l, lab_a, lab_b, m)
    for k in range(m):
        j = where[k]
        red[j], green[j], blue[j] = lab[3, k], lab[4, k], lab[5, k]

"""Kernel: the tint of one row of pixels, in OKLab, and the way back into the sRGB gamut."""

from typing import Any

import numpy as np
from numba import njit

from musivum.color import LINEAR_OF_LMS, LMS_OF_LINEAR, OKLAB_OF_ROOTS, ROOTS_OF_OKLAB

_TO_LMS = LMS_OF_LINEAR.astype(np.float32)
_TO_LAB = OKLAB_OF_ROOTS.astype(np.float32)
_TO_ROOTS = ROOTS_OF_OKLAB.astype(np.float32)
_TO_RGB = LINEAR_OF_LMS.astype(np.float32)
_ZERO, _HALF, _ONE, _TWO, _THREE = np.float32(0), np.float32(0.5), np.float32(1), np.float32(2), np.float32(3)
_THIRD = np.float32(1 / 3)
_GUESS = np.float32(0x54A20000)
_P0, _P1, _P2, _P3 = np.array([0.99999539, 0.66665972, 0.55979563, 0.49788382], np.float32)
_SLACK = np.float32(2e-5)  # rounding carries pure colours out of the gamut by less
_HALVINGS = 12


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
def _root(x: Any) -> Any:
    """Cube root of x >= 0 to a relative 2e-5: from a guess r at the root of 1 / x, the exponent's bits divided by -3.

    With ``h = 1 - x r^3``, within 0.103, it is ``x r^2 (1 - h)^(-2/3)``; the power is the best polynomial of degree 3.
    """
    r = np.int32(_GUESS - np.float32(np.float32(x).view(np.int32)) * _THIRD).view(np.float32)
    y = x * (r * r)
    h = _ONE - y * r
    return y * ((_P0 + _P1 * h) + (h * h) * (_P2 + _P3 * h))


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
def _halve(share: Any, cubics: Any, half: Any) -> None:
    """Add `half` to the share (n,) of each chroma where the colour stays in the gamut.

    Rows of `cubics` (10, n): the constant, then three coefficients for each channel.
    """
    c = cubics[0]
    r1, r2, r3 = cubics[1], cubics[2], cubics[3]
    g1, g2, g3 = cubics[4], cubics[5], cubics[6]
    b1, b2, b3 = cubics[7], cubics[8], cubics[9]
    for k in range(len(share)):
        t = share[k] + half
        r = c[k] + t * (r1[k] + t * (r2[k] + t * r3[k]))
        g = c[k] + t * (g1[k] + t * (g2[k] + t * g3[k]))
        b = c[k] + t * (b1[k] + t * (b2[k] + t * b3[k]))
        inside = min(min(min(r, g), b), _ONE - max(max(r, g), b))
        share[k] = t if inside >= _ZERO else share[k]


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
def gamut_row(row: Any, lab: Any, where: Any, n: int) -> None:
    """Replace the n pixels `where` (n,) of row (3, m) by the most colourful colours in the gamut like lab (3, >= n).

    Like these, they have the same OKLab lightness and hue. Along the line from grey to a colour each channel is a cubic
    polynomial of the share t of the chroma. All colours are halved together, which vector units like. Rows from the
    fourth on of lab (14, >= n) are scratch.
    """
    cubics, share = lab[3:13], lab[13, :n]
    for k in range(n):
        grey, a, b = min(max(lab[0, k], _ZERO), _ONE), lab[1, k], lab[2, k]
        d0 = _TO_ROOTS[0, 1] * a + _TO_ROOTS[0, 2] * b
        d1 = _TO_ROOTS[1, 1] * a + _TO_ROOTS[1, 2] * b
        d2 = _TO_ROOTS[2, 1] * a + _TO_ROOTS[2, 2] * b
        e0, e1, e2 = d0 * d0, d1 * d1, d2 * d2
        share[k] = _ZERO
        cubics[0, k] = grey * grey * grey
        for c in range(3):
            m0, m1, m2 = _TO_RGB[c, 0], _TO_RGB[c, 1], _TO_RGB[c, 2]
            cubics[1 + 3 * c, k] = _THREE * grey * grey * (m0 * d0 + m1 * d1 + m2 * d2)
            cubics[2 + 3 * c, k] = _THREE * grey * (m0 * e0 + m1 * e1 + m2 * e2)
            cubics[3 + 3 * c, k] = m0 * e0 * d0 + m1 * e1 * d1 + m2 * e2 * d2
    half = _ONE
    for _ in range(_HALVINGS):
        half *= _HALF
        _halve(share, cubics, half)
    for c in range(3):
        for k in range(n):
            t = share[k]
            curve = cubics[1 + 3 * c, k] + t * (cubics[2 + 3 * c, k] + t * cubics[3 + 3 * c, k])
            row[c, where[k]] = cubics[0, k] + t * curve


@njit(nogil=True, cache=True, error_model="numpy")
def tint_of(gain: Any, follow: Any, lab: Any, across: Any, tint: Any) -> None:
    """What `tint_row` needs (5, 3) for ``gain p + (0, follow L) + lab + across j``, p = (L, a, b) of OKLab.

    As OKLab is linear in the cube roots of LMS, so is the tint: a matrix, then what is added at j = 0, and for each j.
    """
    for i in range(3):
        light, a, b = _TO_ROOTS[i, 0], _TO_ROOTS[i, 1], _TO_ROOTS[i, 2]
        own = gain[0] * light + follow[0] * a + follow[1] * b
        for k in range(3):
            tint[k, i] = own * _TO_LAB[0, k] + gain[1] * a * _TO_LAB[1, k] + gain[2] * b * _TO_LAB[2, k]
        tint[3, i] = light * lab[0] + a * lab[1] + b * lab[2]
        tint[4, i] = light * across[0] + a * across[1] + b * across[2]


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
def tint_row(row: Any, lab: Any, where: Any, n: int, tint: Any, first: int) -> int:
    """Tint n pixels of linear light in row (3, >= n), the first of which is the j-th, as `tint_of` tells.

    Returns how many of them are outside sRGB; the first so many of `where` (>= n,) and lab (14, >= n) tell which and
    what their OKLab colours are, as `gamut_row` wants them.
    """
    if not _tinted(row, lab, n, tint, first):
        return 0
    m = 0
    for j in range(n):
        low = min(row[0, j], row[1, j], row[2, j])
        high = max(row[0, j], row[1, j], row[2, j])
        if low < -_SLACK or high > _ONE + _SLACK:
            x, y, z = lab[0, j], lab[1, j], lab[2, j]
            where[m] = j
            for i in range(3):
                lab[i, m] = _TO_LAB[i, 0] * x + _TO_LAB[i, 1] * y + _TO_LAB[i, 2] * z
            m += 1
    return m


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
def _tinted(row: Any, roots: Any, n: int, tint: Any, first: int) -> bool:
    """Tint n pixels of row (3, >= n), keep the cube roots of their LMS, and tell whether any left sRGB."""
    red, green, blue = row[0], row[1], row[2]
    one, two, three = roots[0], roots[1], roots[2]
    m00, m01, m02 = tint[0, 0], tint[1, 0], tint[2, 0]
    m10, m11, m12 = tint[0, 1], tint[1, 1], tint[2, 1]
    m20, m21, m22 = tint[0, 2], tint[1, 2], tint[2, 2]
    x0, y0, z0 = tint[3, 0], tint[3, 1], tint[3, 2]
    dx, dy, dz = tint[4, 0], tint[4, 1], tint[4, 2]
    outside = np.int32(0)
    for j in range(n):
        r, g, b = red[j], green[j], blue[j]
        l = _root(_TO_LMS[0, 0] * r + _TO_LMS[0, 1] * g + _TO_LMS[0, 2] * b)
        m = _root(_TO_LMS[1, 0] * r + _TO_LMS[1, 1] * g + _TO_LMS[1, 2] * b)
        s = _root(_TO_LMS[2, 0] * r + _TO_LMS[2, 1] * g + _TO_LMS[2, 2] * b)
        at = np.float32(np.int32(first + j))
        x = m00 * l + m01 * m + m02 * s + (x0 + dx * at)
        y = m10 * l + m11 * m + m12 * s + (y0 + dy * at)
        z = m20 * l + m21 * m + m22 * s + (z0 + dz * at)
        one[j], two[j], three[j] = x, y, z
        x, y, z = x * x * x, y * y * y, z * z * z
        r = _TO_RGB[0, 0] * x + _TO_RGB[0, 1] * y + _TO_RGB[0, 2] * z
        g = _TO_RGB[1, 0] * x + _TO_RGB[1, 1] * y + _TO_RGB[1, 2] * z
        b = _TO_RGB[2, 0] * x + _TO_RGB[2, 1] * y + _TO_RGB[2, 2] * z
        red[j], green[j], blue[j] = r, g, b
        beyond = min(r, g, b) < -_SLACK or max(r, g, b) > _ONE + _SLACK
        outside = np.int32(outside | np.int32(beyond))
    return bool(outside != 0)

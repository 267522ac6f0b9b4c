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
_GUESS = np.float32(0x54A20000)
_P0, _P1, _P2, _P3, _P4 = np.array([1, 0.6666547, 0.55554307, 0.49896376, 0.45737376], np.float32)
_SLACK = np.float32(2e-5)  # rounding carries pure colours out of the gamut by less
_HALVINGS = 12


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
def _root(x: Any) -> Any:
    """Cube root of x >= 0 to a relative 1e-6: from a guess r at the root of 1 / x, the exponent's bits divided by -3.

    With ``h = 1 - x r^3``, within 0.103, it is ``x r^2 (1 - h)^(-2/3)``; the power is the best polynomial of degree 4.
    """
    r = np.int32(_GUESS - np.float32(np.float32(x).view(np.int32)) * _THIRD).view(np.float32)
    y = x * (r * r)
    h = _ONE - y * r
    return y * ((_P0 + _P1 * h) + (h * h) * (_P2 + h * (_P3 + h * _P4)))


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


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
def tint_row(
    row: npt.NDArray[np.float32],
    lab: npt.NDArray[np.float32],
    where: npt.NDArray[np.int32],
    n: int,
    gain: npt.NDArray[np.float32],
    follow: npt.NDArray[np.float32],
    base: npt.NDArray[np.float32],
    tilt: npt.NDArray[np.float32],
    first: int,
) -> int:
    """Replace n pixels of linear light in row (3, >= n) by ``gain p + (0, follow L) + base + tilt (first + j)``.

    p = (L, a, b) in OKLab; `gain`, `base`, `tilt` are (3,), `follow` (2,). Returns how many of them are outside sRGB;
    the first so many of `where` (>= n,) and lab (14, >= n) tell which and what their OKLab colours are, as `gamut_row`
    wants them.
    """
    red, green, blue = row[0], row[1], row[2]
    lab_l, lab_a, lab_b = lab[0], lab[1], lab[2]
    gain0, gain1, gain2 = gain[0], gain[1], gain[2]
    follow1, follow2 = follow[0], follow[1]
    base0, base1, base2 = base[0], base[1], base[2]
    tilt0, tilt1, tilt2 = tilt[0], tilt[1], tilt[2]
    for j in range(n):
        r, g, b = red[j], green[j], blue[j]
        x = _root(_TO_LMS[0, 0] * r + _TO_LMS[0, 1] * g + _TO_LMS[0, 2] * b)
        y = _root(_TO_LMS[1, 0] * r + _TO_LMS[1, 1] * g + _TO_LMS[1, 2] * b)
        z = _root(_TO_LMS[2, 0] * r + _TO_LMS[2, 1] * g + _TO_LMS[2, 2] * b)
        at = np.float32(first + j)
        own = _TO_LAB[0, 0] * x + _TO_LAB[0, 1] * y + _TO_LAB[0, 2] * z
        a = gain1 * (_TO_LAB[1, 0] * x + _TO_LAB[1, 1] * y + _TO_LAB[1, 2] * z) + (base1 + tilt1 * at + follow1 * own)
        bb = gain2 * (_TO_LAB[2, 0] * x + _TO_LAB[2, 1] * y + _TO_LAB[2, 2] * z) + (base2 + tilt2 * at + follow2 * own)
        light = gain0 * own + (base0 + tilt0 * at)
        x = light + _TO_ROOTS[0, 1] * a + _TO_ROOTS[0, 2] * bb
        y = light + _TO_ROOTS[1, 1] * a + _TO_ROOTS[1, 2] * bb
        z = light + _TO_ROOTS[2, 1] * a + _TO_ROOTS[2, 2] * bb
        x, y, z = x * x * x, y * y * y, z * z * z
        red[j] = _TO_RGB[0, 0] * x + _TO_RGB[0, 1] * y + _TO_RGB[0, 2] * z
        green[j] = _TO_RGB[1, 0] * x + _TO_RGB[1, 1] * y + _TO_RGB[1, 2] * z
        blue[j] = _TO_RGB[2, 0] * x + _TO_RGB[2, 1] * y + _TO_RGB[2, 2] * z
        lab_l[j], lab_a[j], lab_b[j] = light, a, bb
    if not _any_outside(red[:n], green[:n], blue[:n]):
        return 0
    m = 0
    for j in range(n):
        low = min(red[j], green[j], blue[j])
        high = max(red[j], green[j], blue[j])
        if low < -_SLACK or high > _ONE + _SLACK:
            where[m] = j
            lab_l[m], lab_a[m], lab_b[m] = lab_l[j], lab_a[j], lab_b[j]
            m += 1
    return m


@njit(nogil=True, cache=True, error_model="numpy")
def _any_outside(red: Any, green: Any, blue: Any) -> bool:
    count = np.int32(0)
    for j in range(len(red)):
        low = min(red[j], green[j], blue[j])
        high = max(red[j], green[j], blue[j])
        count += np.int32(low < -_SLACK) | np.int32(high > _ONE + _SLACK)
    return bool(count > 0)

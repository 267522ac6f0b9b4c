"""Gabor patches: gratings under a Gaussian window.

References
----------
.. [1] J. G. Daugman, "Uncertainty relation for resolution in space, spatial frequency, and orientation optimized by
   two-dimensional visual cortical filters", J. Opt. Soc. Am. A 2(7), 1985. doi:10.1364/JOSAA.2.001160
"""

import numpy as np

from musivum.library._generated._family import Family, Pixels, Spread, angles, by_ratio, evenly
from musivum.library._generated._fields import SIDE, Field, X, Y, grey

_KERNEL = 224
"""Side in pixels of the kernels that the preset ``original`` counts in."""


def gabor() -> Family:
    """Gabor patches of eight phases and few scales; width, wave in tile sides, angle, phase in degrees."""
    tiles = Spread(
        angle=angles(180, 24),
        wave=by_ratio(0.3, 2, 8),
        phase=angles(360, 8),
        width=by_ratio(0.15, 0.6, 4),
        aspect=(1.0, 0.5, 0.25),
    )
    return Family("gabor", 768, tiles, _draw)


def original() -> Family:
    """The 312,500 patches of one phase that kernels of 224 pixels were made for; width and wave in their pixels."""
    tiles = Spread(
        width=evenly(15, 75, 50), angle=evenly(0, 180, 10), wave=evenly(10, 100, 25), aspect=evenly(0.1, 1, 25)
    )
    return Family("gabor-original", 10_000, tiles, _draw_kernel)


def _draw_kernel(width: float, angle: float, wave: float, aspect: float) -> Pixels:
    return _draw(angle, wave / _KERNEL, -90.0, width / _KERNEL, aspect)


def _draw(angle: float, wave: float, phase: float, width: float, aspect: float) -> Pixels:
    """A patch whose grey ground is 1/2 and whose strongest deviation from it is 1/2."""
    field = _window(angle, 2 * width, aspect) * _carrier(angle, 2 * wave, phase)
    return grey(0.5 + field / (2 * np.abs(field).max()))


def _window(angle: float, width: float, aspect: float) -> Field:
    """exp(-(u^2 + (aspect v)^2) / (2 width^2)) in coordinates u, v turned by `angle`; half of it is computed."""
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    x, y = X[0], Y[: SIDE // 2, :1]
    along, across = c * c + (aspect * s) ** 2, s * s + (aspect * c) ** 2
    mixed = (1 - aspect**2) * 2 * c * s
    upper = np.exp((along * x * x + mixed * x * y + across * y * y) / (-2 * width**2))
    return np.concatenate([upper, upper[::-1, ::-1]])


def _carrier(angle: float, wave: float, phase: float) -> Field:
    """cos(2 pi u / wave + phase), as products of waves along x and y."""
    turns = 2 * np.pi / wave
    x = turns * np.cos(np.radians(angle)) * X[0]
    y = turns * np.sin(np.radians(angle)) * Y[:, :1] + np.radians(phase)
    return np.asarray(np.cos(y) * np.cos(x) - np.sin(y) * np.sin(x))

"""Sinusoidal gratings that fill the tile."""

import numpy as np

from musivum.library._generated._family import Family, Pixels, Spread, angles, by_ratio
from musivum.library._generated._fields import grey, stretched, turned


def gratings() -> Family:
    """Waves of every direction, length and phase; wave in tile sides, angle and phase in degrees.

    The shortest is just long enough to be seen in an 8 x 8 grid.
    """
    tiles = Spread(angle=angles(180, 32), wave=by_ratio(0.3, 2.5, 12), phase=angles(360, 16))
    return Family("gratings", 768, tiles, _draw)


def _draw(angle: float, wave: float, phase: float) -> Pixels:
    along, _ = turned(np.radians(angle))
    return grey(stretched(np.cos(np.pi / wave * along + np.radians(phase))))

"""Soft edges: the family that resembles photographs best."""

import numpy as np

from musivum.library._generated._family import Family, Pixels, Spread, angles, by_ratio, evenly
from musivum.library._generated._fields import grey, smooth, stretched, turned


def gradients() -> Family:
    """Edges from sharp to as soft as a ramp; offset from the centre and softness in tile sides, angle in degrees."""
    tiles = Spread(angle=angles(360, 48), offset=evenly(-0.4, 0.4, 17), softness=by_ratio(0.03, 1.2, 6))
    return Family("gradients", 500, tiles, _draw)


def _draw(angle: float, offset: float, softness: float) -> Pixels:
    along, _ = turned(np.radians(angle))
    return grey(stretched(smooth(0.5 + (along / 2 - offset) / softness)))

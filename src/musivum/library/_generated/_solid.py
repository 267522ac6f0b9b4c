"""Tiles of one tone."""

import numpy as np

from musivum.color import linear_from_oklab, srgb_from_linear
from musivum.library._generated._family import Family, Pixels
from musivum.library._generated._fields import SIDE
from musivum.library._generated._palette import palette

_COLOURS = 600


def solid() -> Family:
    """Greys: black and white, then always the middle of the widest gaps."""
    middles = [int(f"{k:08b}"[::-1], 2) for k in range(1, 256)]
    tiles = [{"grey": level} for level in [0, 255, *(level for level in middles if level < 255)]]
    return Family("solid", 33, tiles, _draw_grey)


def colours() -> Family:
    """Colours of sRGB, first those that photographs crowd around, then always the one farthest from all before."""
    spots = srgb_from_linear(linear_from_oklab(palette(_COLOURS, 0)))
    distinct = dict.fromkeys("{:02x}{:02x}{:02x}".format(*spot) for spot in spots.tolist())
    return Family("solid-colours", 256, [{"rgb": rgb} for rgb in distinct], _draw_colour)


def _draw_grey(grey: int) -> Pixels:
    return np.full((SIDE, SIDE), grey, np.uint8)


def _draw_colour(rgb: str) -> Pixels:
    return np.broadcast_to(np.frombuffer(bytes.fromhex(rgb), np.uint8), (SIDE, SIDE, 3))

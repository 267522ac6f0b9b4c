"""The patterns that JPEG is made of.

References
----------
.. [1] N. Ahmed, T. Natarajan, K. R. Rao, "Discrete Cosine Transform", IEEE Trans. Computers C-23(1), 1974.
   doi:10.1109/T-C.1974.223784
"""

import numpy as np

from musivum.library._generated._family import Family, Pixels
from musivum.library._generated._fields import Field, X, Y, grey, stretched

_ORDER = 16


def dct() -> Family:
    """Products of cosines of `across` and `down` half waves, each also inverted; slow ones first."""
    waves = [(u, v) for u in range(_ORDER) for v in range(_ORDER) if u + v > 0]
    waves.sort(key=lambda wave: (max(wave), sum(wave)))
    tiles = [{"across": u, "down": v, "sign": sign} for u, v in waves for sign in (1, -1)]
    return Family("dct", 126, tiles, _draw)


def _draw(across: int, down: int, sign: int) -> Pixels:
    return grey(stretched(sign * _half_waves(X, across) * _half_waves(Y, down)))


def _half_waves(along: Field, count: int) -> Field:
    return np.asarray(np.cos(np.pi * count * (along + 1) / 2))

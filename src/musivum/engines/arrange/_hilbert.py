"""Hilbert curves in any number of dimensions, by Skilling's transform [1]_.

References
----------
.. [1] J. Skilling, "Programming the Hilbert curve", AIP Conference Proceedings 707, 2004. doi:10.1063/1.1751381
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def hilbert_index(points: npt.NDArray[np.int64], bits: int) -> npt.NDArray[np.int64]:
    """Return how far along the curve each point lies.

    Parameters
    ----------
    points
        (n, d) whole numbers, 0 to 2**bits - 1, with d * bits at most 62.

    Returns
    -------
    (n,) 0 to 2**(d * bits) - 1, all different; points one apart on the curve are neighbours.
    """
    x = points.T.astype(np.int64)
    axes = len(x)
    for bit in range(bits - 1, 0, -1):
        low = (1 << bit) - 1
        for axis in range(axes):
            inside = (x[axis] >> bit) & 1 == 1
            swapped = np.where(inside, 0, (x[0] ^ x[axis]) & low)
            x[0] ^= np.where(inside, low, swapped)
            x[axis] ^= swapped
    for axis in range(1, axes):
        x[axis] ^= x[axis - 1]
    turn = np.zeros_like(x[0])
    for bit in range(bits - 1, 0, -1):
        turn ^= np.where((x[-1] >> bit) & 1 == 1, (1 << bit) - 1, 0)
    x ^= turn
    index = np.zeros_like(x[0])
    for bit in range(bits - 1, -1, -1):
        for axis in range(axes):
            index = (index << 1) | ((x[axis] >> bit) & 1)
    return np.asarray(index)

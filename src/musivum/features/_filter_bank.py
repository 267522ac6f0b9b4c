"""Filters laid over a patch on a grid of places, as one matrix, so that all their responses are one product."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

_NOTHING = 1e-20  # the tails of windows below float32's normal range would slow products down tenfold

POOL = 4
"""Squares along each side of the grid on which responses are pooled."""


def octaves(side: int, finest: float) -> list[float]:
    """`finest`, its double and so on, in pixels, up to four fifths of a patch."""
    return [finest * 2**octave for octave in range(1 + int(np.log2(0.8 * side / finest)))]


def places_across(side: int, wavelength: float) -> int:
    """Places along a side for filters of a wavelength in pixels: about two thirds of it apart, a multiple of POOL."""
    return POOL * max(1, round(side / (POOL * wavelength * 2 / 3)))


def filter_matrix(
    filters: Callable[[FloatArray, FloatArray], FloatArray],
    envelope: Callable[[FloatArray, FloatArray], FloatArray],
    side: int,
    across: int,
) -> npt.NDArray[np.float32]:
    """Lay filters over a patch at across x across places, evenly spaced from half a step inside its edge.

    What lies outside the patch is cut off; the share of the envelope that brings the sum of what remains to zero is
    then taken away, so that every filter ignores an even patch, also in its corners.

    Parameters
    ----------
    filters
        Offsets x, y in pixels from the place, of any shape -> (k, *shape) values.
    envelope
        Offsets x, y -> positive window of the same shape.

    Returns
    -------
    (side * side, across * across * k), filters changing fastest, then places along a row.
    """
    at = np.arange(side) + 0.5 - (np.arange(across)[:, None] + 0.5) * (side / across)
    x, y = np.broadcast_arrays(at[None, :, None, :], at[:, None, :, None])
    values, window = filters(x, y), envelope(x, y)
    values -= window * (values.sum((-2, -1), keepdims=True) / window.sum((-2, -1), keepdims=True))
    values[np.abs(values) < _NOTHING] = 0
    matrix = values.reshape(len(values), across**2, side**2).transpose(2, 1, 0)
    return np.ascontiguousarray(matrix.reshape(side**2, -1), dtype=np.float32)


def pooled(maps: npt.NDArray[np.float32], across: int) -> npt.NDArray[np.float32]:
    """Mean of (n, across * across, k) maps over POOL x POOL squares: (n, POOL * POOL * k)."""
    step = across // POOL
    if step == 1:
        return maps.reshape(len(maps), -1)
    squares = maps.reshape(len(maps), POOL, step, POOL, step, -1).mean((2, 4))
    return np.asarray(squares.reshape(len(maps), -1))

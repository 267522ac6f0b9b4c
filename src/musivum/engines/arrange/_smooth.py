"""Running means of a map of vectors with holes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]


def smooth(values: FloatArray, weight: FloatArray, radius: int, *, wrap: bool = False) -> FloatArray:
    """Return the weighted mean of the vectors in a square around each cell, as far as it lies on the map.

    Parameters
    ----------
    values
        (rows, columns, d) vectors, finite also where they weigh nothing.
    weight
        (rows, columns) not negative; 0 for holes.
    radius
        Cells on either side; where the map is too short, fewer.
    wrap
        Whether opposite edges border on each other.

    Returns
    -------
    (rows, columns, d), zero where nothing near weighs anything. Cost does not grow with the radius.
    """
    map = np.concatenate([values * weight[..., None], weight[..., None]], axis=-1)
    for axis in (0, 1):
        map = _sums(map, axis, radius, wrap)
    total = map[..., -1:]
    return np.asarray(map[..., :-1] / np.where(total > 1e-6 * weight.max(), total, np.inf), np.float32)


def _sums(map: npt.NDArray[np.float32], axis: int, radius: int, wrap: bool) -> npt.NDArray[np.float32]:
    """Sums of the 2 radius + 1 slices around each slice along an axis."""
    length = map.shape[axis]
    radius = min(radius, (length - 1) // 2 if wrap else length - 1)
    if radius == 0:
        return map
    map = np.moveaxis(map, axis, 0)
    if wrap:
        map = np.concatenate([map[-radius:], map, map[:radius]])
    sums = np.concatenate([np.zeros_like(map[:1], np.float64), map.cumsum(0, np.float64)])
    at = np.arange(length) + (radius if wrap else 0)
    sums = sums[np.minimum(at + radius + 1, len(map))] - sums[np.maximum(at - radius, 0)]
    return np.moveaxis(sums.astype(np.float32), 0, axis)

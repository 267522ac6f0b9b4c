"""Running means of a field of vectors with holes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]


def smooth(values: FloatArray, weight: FloatArray, radius: int, *, wrap: bool = False) -> FloatArray:
    """Return the weighted mean of the vectors in a square around each cell, as far as it lies on the field.

    Parameters
    ----------
    values
        (rows, columns, d) vectors, finite also where they weigh nothing.
    weight
        (rows, columns) not negative; 0 for holes.
    radius
        Cells on either side; where the field is too short, fewer.
    wrap
        Whether opposite edges border on each other.

    Returns
    -------
    (rows, columns, d), zero where nothing near weighs anything. Cost does not grow with the radius.
    """
    field = np.concatenate([values * weight[..., None], weight[..., None]], axis=-1)
    for axis in (0, 1):
        field = _sums(field, axis, radius, wrap)
    total = field[..., -1:]
    return np.asarray(field[..., :-1] / np.where(total > 1e-6 * weight.max(), total, np.inf), np.float32)


def _sums(field: npt.NDArray[np.float32], axis: int, radius: int, wrap: bool) -> npt.NDArray[np.float32]:
    """Sums of the 2 radius + 1 slices around each slice along an axis."""
    length = field.shape[axis]
    radius = min(radius, (length - 1) // 2 if wrap else length - 1)
    if radius == 0:
        return field
    field = np.moveaxis(field, axis, 0)
    if wrap:
        field = np.concatenate([field[-radius:], field, field[:radius]])
    sums = np.concatenate([np.zeros_like(field[:1], np.float64), field.cumsum(0, np.float64)])
    at = np.arange(length) + (radius if wrap else 0)
    sums = sums[np.minimum(at + radius + 1, len(field))] - sums[np.maximum(at - radius, 0)]
    return np.moveaxis(sums.astype(np.float32), 0, axis)

"""The detail of the target that photos of a size cannot show."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from musivum.engines.fractal._windows import SIDE, Scene

_BAND = 4  # finer than a sample by so much: what is finer still is texture, and any other texture will do
_FINEST = 192  # pixels of the canvas's shorter side: what is finer is not seen from afar

Doubles = npt.NDArray[np.float64]


def lost_detail(scene: Scene, middles: Doubles, side: float, *, workers: int = 1) -> Doubles:
    """Variance (n,) of the target, over squares of a side about middles (n, 2), between the samples of a window.

    Errors are measured between the samples; a large photo could match them all and still hide an eye. Squared OKLab,
    summed over the channels; zero where windows are so small that their samples show all that is seen from afar.
    """
    pitch = max(side / SIDE / _BAND, min(scene.canvas) / _FINEST)
    reach = side / SIDE / pitch
    if reach <= 1:
        return np.zeros(len(middles))
    plane = scene.plane(pitch, workers=workers)
    own = float(np.sqrt(plane.scale.prod()))  # a coarse target may have no pixels of this pitch
    reach = max(reach * pitch * own, 1.0)
    pixels = plane.pixels.astype(np.float64)
    squares = np.einsum("ijk,ijk->ij", pixels, pixels)[..., None]
    rows, columns, _ = pixels.shape
    x, y = np.meshgrid(np.arange(columns) + 0.5, np.arange(rows) + 0.5)
    everywhere = np.stack([x.ravel(), y.ravel()], axis=1)
    mean = _box_means(pixels, everywhere, reach)
    local = _box_means(squares, everywhere, reach)[:, 0] - np.einsum("ij,ij->i", mean, mean)
    return _box_means(local.reshape(rows, columns, 1), middles * plane.scale, side * own)[:, 0]


def _box_means(pixels: Doubles, points: Doubles, side: float) -> Doubles:
    """Means (n, c) of (h, w, c) pixels over squares about points (n, 2), as far as they lie inside; to whole pixels."""
    rows, columns, channels = pixels.shape
    table = np.zeros((rows + 1, columns + 1, channels))
    table[1:, 1:] = pixels.cumsum(axis=0).cumsum(axis=1)
    left, top = np.floor(points - side / 2 + 0.5).astype(np.int64).clip(0, [columns - 1, rows - 1]).T
    right, low = np.floor(points + side / 2 + 0.5).astype(np.int64).T
    right, low = right.clip(left + 1, columns), low.clip(top + 1, rows)
    total = table[low, right] - table[top, right] - table[low, left] + table[top, left]
    return np.asarray(total / ((right - left) * (low - top))[:, None])

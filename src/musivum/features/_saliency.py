"""How much of what draws the eye in a photo a crop keeps.

Saliency is the distance of a pixel's colour from the photo's mean colour, as in [1]_, in OKLab instead of CIELAB, on
a 16 x 16 grid whose averages stand for the blur, with a mild preference for the middle.

References
----------
.. [1] R. Achanta, S. Hemami, F. Estrada, S. Susstrunk, "Frequency-tuned salient region detection", CVPR 2009.
   doi:10.1109/CVPR.2009.5206596
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.features._color_grid import color_grid
from musivum.features._patches import PackedSamples, tile_patches

_SIDE = 16
_BLOCK = 1024  # pictures whose maps are held at once


def kept_saliency(
    packed: PackedSamples, tiles: npt.NDArray[np.integer[Any]], boxes: npt.NDArray[np.float64], *, workers: int = 1
) -> npt.NDArray[np.float32]:
    """Return the share of a picture's saliency, 0..1, inside each box.

    Parameters
    ----------
    packed, tiles, boxes
        As in `tile_patches`: box i, in fractions 0..1, lies in picture tiles[i].
    """
    used, where = np.unique(tiles, return_inverse=True)
    kept = np.empty(len(tiles), np.float32)
    order = np.argsort(where, kind="stable")
    for first in range(0, len(used), _BLOCK):
        mine = order[slice(*np.searchsorted(where[order], [first, first + _BLOCK]))]
        block = used[first : first + _BLOCK]
        whole = np.tile([0.0, 0.0, 1.0, 1.0], (len(block), 1))
        table = _summed(_maps(tile_patches(packed, block, whole, _SIDE, workers=workers)))
        kept[mine] = _inside(table, where[mine] - first, boxes[mine] * _SIDE)
    return kept


def _maps(grids: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    lab = color_grid(grids).reshape(-1, _SIDE, _SIDE, 3).astype(np.float64)
    distance = np.linalg.norm(lab - lab.mean((1, 2), keepdims=True), axis=-1)
    middle = np.sin(np.pi * (np.arange(_SIDE) + 0.5) / _SIDE)
    maps = (distance + 0.02) * (0.5 + np.outer(middle, middle))
    return np.asarray(maps / maps.sum((1, 2), keepdims=True))


def _summed(maps: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.pad(maps.cumsum(1).cumsum(2), ((0, 0), (1, 0), (1, 0)))


def _inside(
    table: npt.NDArray[np.float64], picture: npt.NDArray[np.integer[Any]], boxes: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    x0, y0, x1, y1 = boxes.T
    kept = _at(table, picture, x1, y1) - _at(table, picture, x0, y1) - _at(table, picture, x1, y0)
    return np.asarray((kept + _at(table, picture, x0, y0)).clip(0, 1))


def _at(
    table: npt.NDArray[np.float64],
    picture: npt.NDArray[np.integer[Any]],
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Summed-area tables between their grid points, by bilinear interpolation, which is exact for area."""
    i, j = (np.clip(v.astype(np.int64), 0, _SIDE - 1) for v in (y, x))
    fy, fx = y - i, x - j
    top = table[picture, i, j] * (1 - fx) + table[picture, i, j + 1] * fx
    bottom = table[picture, i + 1, j] * (1 - fx) + table[picture, i + 1, j + 1] * fx
    return np.asarray(top * (1 - fy) + bottom * fy)

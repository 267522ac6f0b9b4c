"""The crops of a photo that may fill a cell: several places, several sizes, mirrored, turned."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

_STEP = 0.35  # of the crop's own side, between neighbouring crops
_RATIO = 0.7  # of one crop size to the next larger
_PLACES = 9  # most positions along one side, for panoramas


@dataclass(frozen=True, slots=True)
class Crops:
    """Candidate crops, those of one tile side by side.

    Attributes
    ----------
    tile
        (m,) tile of each crop, ascending.
    boxes
        (m, 4) x0, y0, x1, y1 in fractions of the tile's width and height.
    mirror
        (m,) whether the crop is mirrored left to right.
    turn
        (m,) quarter turns clockwise after that, 0..3.
    """

    tile: npt.NDArray[np.int64]
    boxes: npt.NDArray[np.float64]
    mirror: npt.NDArray[np.bool_]
    turn: npt.NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.tile)

    def starts(self, tiles: int) -> npt.NDArray[np.int64]:
        """(tiles + 1,) first crop of each tile."""
        return np.searchsorted(self.tile, np.arange(tiles + 1))


def candidate_crops(
    sizes: npt.NDArray[np.integer[Any]], aspect: float, *, most: int, zoom: float, mirror: bool, turns: bool
) -> Crops:
    """List the crops to try of each tile.

    Parameters
    ----------
    sizes
        (n, 2) width and height of the tiles in pixels.
    aspect
        Width over height of the cell.
    most
        Most boxes of one tile and orientation; an even choice is made of more, always with the largest in the middle.
    zoom
        Smallest crop as a share of the largest, 0..1.
    """
    boxes, tiles, turned = [], [], []
    for sideways in (False, True) if turns else (False,):
        shapes, shape_of = np.unique(_extent(sizes, 1 / aspect if sideways else aspect), axis=0, return_inverse=True)
        per_shape = [_boxes_of(width, height, most, zoom) for width, height in shapes]
        counts = np.array([len(b) for b in per_shape])[shape_of]
        boxes.append(np.concatenate([per_shape[s] for s in shape_of]))
        tiles.append(np.repeat(np.arange(len(sizes)), counts))
        turned.append(np.full(int(counts.sum()), int(sideways), np.int8))
    box, tile, turn = np.concatenate(boxes), np.concatenate(tiles), np.concatenate(turned)
    if turns:
        box, tile, turn = np.tile(box, (2, 1)), np.tile(tile, 2), np.concatenate([turn, turn + 2]).astype(np.int8)
    flip = np.zeros(len(tile), np.bool_)
    if mirror:
        box, tile, turn = np.tile(box, (2, 1)), np.tile(tile, 2), np.tile(turn, 2)
        flip = np.concatenate([flip, ~flip])
    order = np.argsort(tile, kind="stable")
    return Crops(tile[order], box[order], flip[order], turn[order])


def _extent(sizes: npt.NDArray[np.integer[Any]], aspect: float) -> npt.NDArray[np.float64]:
    """The largest crop of `aspect` in each tile, as fractions of its width and height."""
    own = sizes[:, 0] / sizes[:, 1]
    return np.round(np.stack([np.minimum(1, aspect / own), np.minimum(1, own / aspect)], axis=1), 6)


def _boxes_of(width: float, height: float, most: int, zoom: float) -> npt.NDArray[np.float64]:
    levels = 1 + round(math.log(zoom) / math.log(_RATIO))
    boxes = [_centred(width, height)]
    for share in np.geomspace(1, zoom, levels) if levels > 1 else [1.0]:
        w, h = float(width * share), float(height * share)
        boxes += [(x, y, x + w, y + h) for y in _positions(h) for x in _positions(w)]
    unique = np.array(list(dict.fromkeys(boxes)))
    if len(unique) > most:
        unique = unique[np.unique(np.round(np.linspace(0, len(unique) - 1, most)).astype(int))]
    return unique.clip(0, 1)


def _centred(width: float, height: float) -> tuple[float, float, float, float]:
    x, y = (1 - width) / 2, (1 - height) / 2
    return x, y, x + width, y + height


def _positions(extent: float) -> list[float]:
    slack = 1 - extent
    count = min(round(slack / extent / _STEP) + 1, _PLACES)
    return [slack / 2] if count < 2 else [slack * i / (count - 1) for i in range(count)]

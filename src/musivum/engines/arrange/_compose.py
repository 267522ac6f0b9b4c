"""From photos and boxes to the parts of a plan."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from musivum.features import kept_saliency
from musivum.library import Library
from musivum.plan import Placements, fit_crops

Boxes = npt.NDArray[np.float64]

_PLACES = 9  # crops of one photo to choose from
_SLACK = 0.02  # of a photo's longer side: less to cut off is not worth a choice


def place_photos(
    library: Library, photos: npt.NDArray[np.int64], boxes: Boxes, *, whole: bool, workers: int
) -> Placements:
    """Put photos (m,) of a library into boxes (m, 4) of the canvas.

    The crop has the box's aspect and is as large as possible; along the side where there is a choice it holds as much
    as possible of what draws the eye. With `whole` the photo is shown as it is, in the middle of its box.
    """
    sizes = library.sizes[photos].astype(np.float64)
    if whole:
        boxes = _inside(boxes, sizes)
    crops = _crops(library, photos, sizes, boxes, workers)
    return Placements.plain(photos, crops, fit_crops(crops, boxes))


def _inside(boxes: Boxes, sizes: Boxes) -> Boxes:
    """The largest boxes of whole pixels of the photos' own shapes, in the middle of boxes."""
    room = boxes[:, 2:] - boxes[:, :2]
    shown = np.maximum(np.rint(sizes * (room / sizes).min(axis=1, keepdims=True)), 1)
    first = boxes[:, :2] + np.floor((room - shown) / 2)
    return np.concatenate([first, first + shown], axis=1)


def _crops(library: Library, photos: npt.NDArray[np.int64], sizes: Boxes, boxes: Boxes, workers: int) -> Boxes:
    room = boxes[:, 2:] - boxes[:, :2]
    extent = room / (room / sizes).max(axis=1, keepdims=True) / sizes  # of width and height, one of them 1
    share = np.full(len(photos), 0.5)
    choice = np.flatnonzero((1 - extent).max(axis=1) > _SLACK)
    if len(choice):
        shares = np.linspace(0, 1, _PLACES)
        corner = (1 - extent[choice])[:, None] * shares[None, :, None]
        tried = np.concatenate([corner, corner + extent[choice][:, None]], axis=2).clip(0, 1)
        kept = kept_saliency(
            library.swatches, np.repeat(photos[choice], _PLACES), tried.reshape(-1, 4), workers=workers
        ).reshape(len(choice), _PLACES)
        # Of crops that hold the same, the one nearest to the middle.
        share[choice] = shares[np.argmax(kept - 1e-3 * np.abs(shares - 0.5), axis=1)]
    first = (1 - extent) * share[:, None]
    return np.concatenate([first, first + extent], axis=1).clip(0, 1) * np.tile(sizes, 2)

"""Where the pixels of a placement come from: the library's thumbnail, or the original when it is drawn larger."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.errors import PlanError
from musivum.library import Library
from musivum.plan import Plan
from musivum.render._buffers import forget_pages, read_only

_ENOUGH = 1.001  # drawing an original larger than this counts as larger than its resolution
_THUMB_ENOUGH = 1.26  # enlarging a thumbnail by a quarter is not worth decoding its original


class Needs(NamedTuple):
    """What each placement asks of its tile.

    `short_side` of the original is 0 where the thumbnail does; `beyond_original` and `beyond_thumb` say whether the
    placement is drawn larger than even these are.
    """

    short_side: npt.NDArray[np.int64]
    beyond_original: npt.NDArray[np.bool_]
    beyond_thumb: npt.NDArray[np.bool_]


class Sources:
    """Tiles of a plan in a library: thumbnails, and where the originals are."""

    def __init__(self, plan: Plan, library: Library) -> None:
        rows = tile_rows(plan, library)
        thumbs = library.thumbs
        self.data: npt.NDArray[np.uint8] = read_only(thumbs.data)
        self.offsets = np.asarray(thumbs.offsets)[rows]
        self.thumb_sizes = np.asarray(thumbs.sizes)[rows]
        self.sizes = plan.tiles.sizes
        self.files = [library.sources[row] for row in rows]
        self.stamps = np.asarray(library.stamps)[rows]

    def let_go(self) -> None:
        """Give the thumbnails' pages back to the system."""
        forget_pages(self.data)

    def needs(self, tile: npt.NDArray[np.int32], scale: npt.NDArray[np.float64]) -> Needs:
        """What placements of these tiles need that are drawn `scale` times their full size."""
        full, thumb = self.sizes[tile], self.thumb_sizes[tile]
        thumb_scale = (thumb / full).min(axis=1)
        beyond_thumb = scale > thumb_scale * _THUMB_ENOUGH
        short = full.min(axis=1)
        # Steps of sqrt(2) let placements of nearly one size share what is decoded.
        wanted = np.ceil(2 ** (np.ceil(2 * np.log2(np.maximum(short * scale, 1))) / 2)).astype(np.int64)
        original = beyond_thumb & (thumb < full).any(axis=1)
        return Needs(np.where(original, np.minimum(wanted, short), 0), scale > _ENOUGH, beyond_thumb)


def tile_rows(plan: Plan, library: Library) -> npt.NDArray[np.int64]:
    """Rows (t,) of a plan's tiles in a library; PlanError if it lacks one."""
    rows = np.zeros(len(plan.tiles), np.int64)
    lost = []
    for i, tile in enumerate(plan.tiles.ids):
        try:
            rows[i] = library.row(tile)
        except KeyError:
            lost.append(plan.tiles.sources[i])
    if lost:
        raise PlanError(
            f"the library {library.path} lacks {len(lost)} of the plan's {len(plan.tiles)} tiles, {lost[0]} for one; "
            "index those photos again or make the plan again"
        )
    return rows

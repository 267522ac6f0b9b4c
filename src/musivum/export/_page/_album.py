"""The photos of a page: which there are, how large, and what is told of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.export._page._photos import photo_names, photos_of
from musivum.export._page._places import column
from musivum.export._page._spool import Spool
from musivum.library import Library
from musivum.plan import Plan
from musivum.progress import Progress

SIDES = (1024, 768, 512, 384, 256)
"""Longer sides of photos, in pixels, of which the largest is chosen that fits."""

_BYTES, _HEADER = 0.2, 1000  # of a JPEG, for each pixel and for itself: an estimate
_THUMB = 160  # longer side of photos that are only alternates
_QUALITY = 82


@dataclass(frozen=True, slots=True, eq=False)
class Album:
    """Tiles of a plan by their numbers on the page.

    Attributes
    ----------
    tiles
        (k,) rows in the plan's table of tiles.
    placed
        (k,) whether they are on the mosaic, and not only alternates.
    pictures
        Whether the page shows them, and tells their names and dates.
    """

    plan: Plan
    tiles: npt.NDArray[np.int64]
    placed: npt.NDArray[np.bool_]
    pictures: bool

    @property
    def numbers(self) -> npt.NDArray[np.int64]:
        """Of all tiles (t,) of the plan; those that are not on the page have 0."""
        numbers = np.zeros(len(self.plan.tiles), np.int64)
        numbers[self.tiles] = np.arange(len(self.tiles))
        return numbers

    def sides(self, side: int) -> npt.NDArray[np.int64]:
        """Longer sides (k,) of their pictures if those on the mosaic have this one; no photo is enlarged."""
        wanted: npt.NDArray[np.int64] = np.where(self.placed, side, min(side, _THUMB))
        return np.asarray(np.minimum(wanted, self.plan.tiles.sizes[self.tiles].max(axis=1, initial=0)))

    def fitting_side(self, wanted: int | None, room: int) -> int | None:
        """The largest of `SIDES`, or the wanted one, with which all pictures take up so many bytes; None if none."""
        if not self.pictures:
            return SIDES[0] if room >= 0 else None
        sizes = self.plan.tiles.sizes[self.tiles].astype(np.float64)
        for side in SIDES if wanted is None else (wanted,):
            pixels = sizes.prod(axis=1) * (self.sides(side) / sizes.max(axis=1, initial=1)) ** 2
            if (4 / 3 * (_HEADER + _BYTES * pixels)).sum() <= room:
                return side
        return None


def album_of(plan: Plan, pictures: bool) -> Album:
    """The tiles that are placed and, where they are shown, those that could have been."""
    placed = np.zeros(len(plan.tiles), np.bool_)
    placed[plan.placements.tile] = True
    known = placed.copy()
    if pictures:
        known[plan.alternates.tile[plan.alternates.tile >= 0]] = True
    tiles = np.flatnonzero(known)
    return Album(plan, tiles, placed[tiles], pictures)


def add_photos(
    spool: Spool, album: Album, library: Library, side: int, *, quality: int, workers: int | None, progress: Progress
) -> dict[str, Any]:
    """Put the pictures of an album at the end of a spool, and tell the page about them, as JSON."""
    plan, tiles = album.plan, album.tiles
    first, count = len(spool), len(tiles)
    sizes, taken = np.zeros((count, 2), np.uint16), [""] * count
    if album.pictures:
        photos = photos_of(plan, library, tiles, album.sides(side), quality=min(quality, _QUALITY), workers=workers)
        progress("photos", 0, count)
        for k, photo in enumerate(photos):
            spool.add(photo.jpeg)
            sizes[k], taken[k] = photo.size, photo.taken
            progress("photos", k + 1, count)
    return {
        "first": first,
        "pictures": album.pictures,
        "names": photo_names(plan, tiles) if album.pictures else [""] * count,
        "taken": taken,
        "sizes": column(sizes),
        "full": column((plan.tiles.sizes[tiles] if album.pictures else sizes).astype(np.uint32)),
    }

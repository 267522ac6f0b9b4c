"""The photos of a drawing: which lie where, what each is read from, and what was drawn so far."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.library import Library
from musivum.plan import Plan
from musivum.render._buffers import Image
from musivum.render._layers import Layers
from musivum.render._layout import Layout, jobs_of, read_from
from musivum.render._originals import Originals
from musivum.render._sources import Sources

_THUMB, _ORIGINAL, _UPSAMPLED, _MISSING = 1, 2, 4, 8


@dataclass(frozen=True, slots=True)
class Drawn:
    """How many photos were drawn so far, and from what; those that lie wholly under others are not.

    Attributes
    ----------
    originals, thumbnails
        Drawn from the original file, from the library's thumbnail.
    upsampled
        Of both, those drawn larger than the pixels they came from.
    missing
        Of the thumbnails, those whose original was wanted and is gone, unreadable or another picture by now.
    """

    originals: int
    thumbnails: int
    upsampled: int
    missing: int


class Some(NamedTuple):
    """Some of the photos by their place in painting order (k,), and their jobs (k,)."""

    rows: npt.NDArray[np.int64]
    jobs: npt.NDArray[Any]

    def only(self, which: npt.NDArray[np.bool_]) -> Some:
        """Copies of those of them."""
        return Some(self.rows[which], self.jobs[which])


class Batch(NamedTuple):
    """Photos first..last of some, whose pixels lie in one buffer, and what they are drawn from."""

    data: npt.NDArray[np.uint8]
    first: int
    last: int
    states: npt.NDArray[np.uint8]


class Photos:
    """Photos in painting order, at one scale and strength of tint.

    Raises
    ------
    PlanError
        If the library lacks a tile of the plan.
    """

    def __init__(
        self, plan: Plan, library: Library, layers: Layers, layout: Layout, *, scale: float, tint: float
    ) -> None:
        self._plan, self._layers, self._layout, self._scale, self._tint = plan, layers, layout, scale, tint
        self._sources = sources = Sources(plan, library)
        photos = layers.photos
        self._needs = sources.needs(photos.tile, photos.transform[:, 0] * scale)
        self._originals = Originals(sources.files, sources.stamps, sources.sizes, photos.tile, self._needs.short_side)
        self._states = np.zeros(len(photos), np.uint8)

    def drawn(self, times: npt.NDArray[np.int64] | None = None) -> Drawn:
        """Counts over all that was drawn, of each photo so many times (k,), or once."""
        seen = (self._states & bit > 0 for bit in (_ORIGINAL, _THUMB, _UPSAMPLED, _MISSING))
        return Drawn(*(int(np.count_nonzero(some) if times is None else times[some].sum()) for some in seen))

    def visit(self, x0: int, y0: int, x1: int, y1: int, step: int) -> AbstractContextManager[Callable[[float], None]]:
        """Keep the originals in a box of output pixels until the steps, of so many rows, that show them last are over.

        It hands out what is to be called with the number of each step when that is over.
        """
        rows = self._layers.of_places(self._layout.hit(x0, y0, x1, y1))
        last = np.minimum(self._layout.paint[self._layers.place[rows], 3], y1) - 1 - y0
        return self._originals.visit(rows, last // step)

    def keep(self, rows: npt.NDArray[np.int64]) -> AbstractContextManager[Any]:
        """Keep the originals of photos (k,)."""
        return self._originals.visit(rows, np.zeros(len(rows)))

    def inside(self, x0: int, y0: int, x1: int, y1: int) -> Some:
        """The photos in a box of output pixels, topmost first, ready to be painted if nothing is missing."""
        return self.some(self._layers.of_places(self._layout.hit(x0, y0, x1, y1))[::-1])

    def some(self, rows: npt.NDArray[np.int64]) -> Some:
        """Photos by their place in painting order (k,)."""
        jobs = jobs_of(self._plan, self._layers, self._layout, self._scale, self._tint, rows)
        tile, key = self._layers.photos.tile[rows], self._originals.key[rows]
        sizes = self._sources.thumb_sizes[tile]
        sizes[key >= 0] = self._originals.sizes[key[key >= 0]]
        read_from(jobs, self._plan, self._layers, self._scale, rows, self._sources.offsets[tile], sizes)
        return Some(rows, jobs)

    def batches(self, photos: Some) -> Iterator[Batch]:
        """Read photos, and let their jobs find them."""
        rows, jobs = photos
        needs, key = self._needs, self._originals.key[rows]
        states = np.where(needs.beyond_thumb[rows], _THUMB | _UPSAMPLED, _THUMB).astype(np.uint8)
        buffers = [self._sources.data] * len(rows)
        unlike: list[int] = []
        for k in np.flatnonzero(key >= 0).tolist():
            image = self._originals.get(int(key[k]))
            if image:
                states[k] = _ORIGINAL | (_UPSAMPLED if needs.beyond_original[rows[k]] else 0)
            else:
                states[k] |= _MISSING
                image = self._thumb(int(rows[k]))
            buffers[k], jobs["offset"][k] = image.data, image.offset
            if (image.width, image.height) != (jobs["width"][k], jobs["height"][k]):
                jobs["width"][k], jobs["height"][k] = image.width, image.height
                unlike.append(k)
        if unlike:
            jobs[unlike] = self._read_anew(rows[unlike], jobs[unlike])
        first = 0
        for k in range(1, len(rows) + 1):
            if k == len(rows) or buffers[k] is not buffers[first]:
                yield Batch(buffers[first], first, k, states[first:k])
                first = k

    def mark(self, rows: npt.NDArray[np.int64], states: npt.NDArray[np.uint8]) -> None:
        """Note what photos (k,) were drawn from."""
        self._states[rows] |= states

    def let_go(self) -> None:
        """Give the pages of what was read back to the system."""
        self._sources.let_go()
        self._originals.let_go()

    def _thumb(self, row: int) -> Image:
        tile = int(self._layers.photos.tile[row])
        width, height = self._sources.thumb_sizes[tile].tolist()
        return Image(self._sources.data, int(self._sources.offsets[tile]), width, height)

    def _read_anew(self, rows: npt.NDArray[np.int64], jobs: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Jobs (k,) of images of other sizes than were expected."""
        offsets, sizes = jobs["offset"].copy(), np.stack([jobs["width"], jobs["height"]], axis=1)
        read_from(jobs, self._plan, self._layers, self._scale, rows, offsets, sizes)
        return jobs

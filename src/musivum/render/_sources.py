"""Where the pixels of a placement come from: the library's thumbnail, or the original when it is drawn larger."""

from __future__ import annotations

import mmap
import os
from collections import OrderedDict
from concurrent.futures import Future
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.errors import PlanError, UnreadableImage
from musivum.geometry import Size
from musivum.library import Library
from musivum.plan import Plan
from musivum.raster import Limits, decode

_ENOUGH = 1.001  # drawing an original larger than this counts as larger than its resolution
_THUMB_ENOUGH = 1.26  # enlarging a thumbnail by a quarter is not worth decoding its original
_CACHED_BYTES = 96 * 2**20
_LIMITS = Limits(pixels=2**40, bytes=2**40)  # what the library took, whatever its limits were, is drawn


class Image(NamedTuple):
    """Pixels (height, width, 3) at data[offset:]."""

    data: npt.NDArray[np.uint8]
    offset: int
    width: int
    height: int


class Needs(NamedTuple):
    """What each placement asks of its tile.

    `short_side` of the original is 0 where the thumbnail does; `beyond_original` and `beyond_thumb` say whether the
    placement is drawn larger than even these are.
    """

    short_side: npt.NDArray[np.int64]
    beyond_original: npt.NDArray[np.bool_]
    beyond_thumb: npt.NDArray[np.bool_]


class Sources:
    """Tiles of a plan in a library: thumbnails by row, originals decoded once and kept while they fit."""

    def __init__(self, plan: Plan, library: Library, cached_bytes: int = _CACHED_BYTES) -> None:
        rows = tile_rows(plan, library)
        thumbs = library.thumbs
        self.data: npt.NDArray[np.uint8] = read_only(thumbs.data)
        self.offsets = np.asarray(thumbs.offsets)[rows]
        self.thumb_sizes = np.asarray(thumbs.sizes)[rows]
        self.sizes = plan.tiles.sizes
        self._files = [library.sources[row] for row in rows]
        self._stamps = np.asarray(library.stamps)[rows]
        self._lock = Lock()
        self._kept: OrderedDict[tuple[int, int], Future[Image | None]] = OrderedDict()
        self._limit = cached_bytes

    def let_go(self) -> None:
        """Give the thumbnails' pages back to the system, which reads them again from its cache when needed.

        Pages of a memory map count as memory of the process for as long as it likes; a large library has gigabytes.
        """
        base: Any = self.data
        while isinstance(base, np.ndarray):
            base = base.base
        if isinstance(base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
            base.madvise(mmap.MADV_DONTNEED)

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

    def originals(self, tile: npt.NDArray[np.int32], short_side: npt.NDArray[np.int64]) -> dict[int, Image]:
        """Originals of those of the placements (k,) that need one and can have it, by index, ascending.

        The next strip needs most of them again, so the room for what is kept grows to twice what one strip holds.
        """
        wanted = ((k, self.original(int(tile[k]), int(short_side[k]))) for k in np.flatnonzero(short_side).tolist())
        images = {k: image for k, image in wanted if image is not None}
        distinct = {id(image.data): image.data.nbytes for image in images.values()}
        self._limit = max(self._limit, 2 * sum(distinct.values()))
        return images

    def original(self, tile: int, short_side: int) -> Image | None:
        """The original, its short side at least `short_side`; None if missing, unreadable or changed since."""
        key = (tile, short_side)
        with self._lock:
            future = self._kept.get(key)
            mine = future is None
            if future is None:
                future = self._kept[key] = Future()
            self._kept.move_to_end(key)
        if mine:
            try:
                future.set_result(self._decode(tile, short_side))
            except BaseException as fault:
                with self._lock:
                    del self._kept[key]
                future.set_exception(fault)
                raise
            self._forget()
        return future.result()

    def _decode(self, tile: int, short_side: int) -> Image | None:
        size = Size(*map(int, self.sizes[tile]))
        path = Path(self._files[tile])
        try:
            status = os.stat(path)
            if [status.st_size, status.st_mtime_ns] != self._stamps[tile].tolist():
                return None
            decoded = decode(path, short_side=short_side if short_side < min(size) else None, limits=_LIMITS)
        except (UnreadableImage, OSError, ValueError):
            return None
        if tuple(decoded.size) != size:
            return None
        height, width = decoded.pixels.shape[:2]
        return Image(read_only(decoded.pixels.reshape(-1)), 0, width, height)

    @property
    def cached_bytes(self) -> int:
        """Bytes of the originals that are kept."""
        images = (future.result() for future in list(self._kept.values()) if future.done())
        return sum(image.data.nbytes for image in images if image)

    def _forget(self) -> None:
        with self._lock:
            excess = self.cached_bytes - self._limit
            for key, future in list(self._kept.items()):
                if excess <= 0:
                    break
                image = future.result() if future.done() else None
                if image:
                    excess -= image.data.nbytes
                    del self._kept[key]


def read_only(flat: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """A plain read-only view, so that kernels are compiled for one kind of array whatever holds the bytes."""
    view = np.asarray(flat, np.uint8).view(np.ndarray)
    view = np.ascontiguousarray(view).view()
    view.flags.writeable = False
    return view


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

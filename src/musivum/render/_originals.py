"""Originals of photos that are drawn larger than their thumbnails: decoded once, and kept while they are wanted."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.errors import UnreadableImage
from musivum.geometry import Size
from musivum.raster import Limits, decode
from musivum.render._buffers import Image, read_only
from musivum.render._shelf import Shelf, room_for

_IN_MEMORY = 64 * 2**20
_ON_DISK = 16 * 2**30
_UNWANTED = 256 * 2**20
_LIMITS = Limits(pixels=2**40, bytes=2**40)  # what the library took, whatever its limits were, is drawn


class Originals:
    """Originals by key, one for each tile and size that photos need.

    Parameters
    ----------
    files, stamps, sizes
        Of the tiles: paths, bytes and time of change (t, 2), width and height (t, 2).
    tile, short_side
        Of the photos (m,): the tile, and the short side to decode it to, 0 for those that need no original.
    in_memory, on_disk, unwanted
        Bytes: more than the first lie in a temporary file, of at most the second; what finds no room is decoded
        whenever it is asked for. Of what no drawing under way needs any more, the third is kept for the next one.

    Attributes
    ----------
    key
        (m,) key of each photo, -1 for those that need no original.
    sizes
        (k, 2) width and height to which each key is decoded.
    """

    def __init__(
        self,
        files: Sequence[str],
        stamps: npt.NDArray[np.int64],
        sizes: npt.NDArray[np.int32],
        tile: npt.NDArray[np.int32],
        short_side: npt.NDArray[np.int64],
        *,
        in_memory: int = _IN_MEMORY,
        on_disk: int = _ON_DISK,
        unwanted: int = _UNWANTED,
    ) -> None:
        self._files, self._stamps, self._full = files, stamps, sizes
        self.key = np.full(len(tile), -1, np.int64)
        needy = np.flatnonzero(short_side)
        pairs, self.key[needy] = np.unique(tile[needy] * np.int64(2**32) + short_side[needy], return_inverse=True)
        self._tile, self._short_side = pairs >> 32, pairs & (2**32 - 1)
        full = sizes[self._tile].reshape(-1, 2)
        scale = np.minimum(self._short_side / full.min(axis=1), 1)[:, None]
        self.sizes = np.where(scale < 1, np.maximum(np.floor(full * scale + 0.5), 1), full).astype(np.int32)
        self._awaited = np.zeros(len(pairs), np.int64)
        self._found: dict[int, Future[Image | None]] = {}
        self._unwanted: OrderedDict[int, Image] = OrderedDict()
        self._unwanted_bytes, self._most_unwanted = 0, unwanted
        self._in_memory, self._on_disk = in_memory, on_disk
        self._shelf: Shelf | None = None
        self._lock = Lock()

    @contextmanager
    def visit(self, photos: npt.NDArray[np.int64], until: npt.NDArray[Any]) -> Iterator[Callable[[float], None]]:
        """Keep what photos (n,) need until the steps (n,) of the caller that show them last; it tells which are over.

        What is read outside of any visit may be overwritten.
        """
        key = self.key[photos]
        last = np.full(len(self._awaited), -1, np.int64)
        np.maximum.at(last, key[key >= 0], until[key >= 0])
        keys = np.flatnonzero(last >= 0)
        keys = keys[np.argsort(last[keys], kind="stable")]
        ends, left = last[keys], 0
        with self._lock:
            self._awaited[keys] += 1
            for k in self._unwanted.keys() & set(keys.tolist()):
                self._unwanted_bytes -= _bytes(self._unwanted.pop(k))

        def passed(step: float) -> None:
            nonlocal left
            over = int(np.searchsorted(ends, step, side="right"))
            self._release(keys[left:over])
            left = over

        try:
            yield passed
        finally:
            passed(np.inf)

    def get(self, key: int) -> Image | None:
        """The original, decoded once for all visits that overlap, unless there is no room; None if it is not there.

        It is there if it can be read and has not changed since it was indexed.
        """
        with self._lock:
            future = self._found.get(key)
            mine = future is None
            if future is None:
                future = self._found[key] = Future()
        if mine:
            try:
                image = self._decode(int(self._tile[key]), int(self._short_side[key]))
                shelved = self._shelve(image) if image else None
            except BaseException as fault:
                with self._lock:
                    del self._found[key]
                future.set_exception(fault)
                raise
            future.set_result(shelved or image)
            if image and not shelved:
                with self._lock:
                    del self._found[key]
        return future.result()

    def let_go(self) -> None:
        """Give the pages that were read back to the system."""
        if self._shelf:
            self._shelf.let_go()

    def _decode(self, tile: int, short_side: int) -> Image | None:
        size = Size(*map(int, self._full[tile]))
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

    def _shelve(self, image: Image) -> Image | None:
        """The same pixels on the shelf; None if there is no room."""
        with self._lock:
            if self._shelf is None:
                all_of_them = sum(room_for(size) for size in self.sizes.astype(np.int64).prod(axis=1) * 3)
                self._shelf = Shelf(min(all_of_them, self._on_disk), self._in_memory)
            offset = self._shelf.put(image.data)
            while offset is None and self._unwanted:
                self._forget_one()
                offset = self._shelf.put(image.data)
        return None if offset is None else image._replace(data=self._shelf.data, offset=offset)

    def _release(self, keys: npt.NDArray[np.int64]) -> None:
        with self._lock:
            self._awaited[keys] -= 1
            for key in keys[self._awaited[keys] == 0].tolist():
                future = self._found.get(key)
                image = future.result() if future is not None and future.done() and not future.exception() else None
                if image:
                    self._unwanted[key] = image
                    self._unwanted_bytes += _bytes(image)
            while self._unwanted_bytes > self._most_unwanted:
                self._forget_one()

    def _forget_one(self) -> None:
        key, image = self._unwanted.popitem(last=False)
        self._unwanted_bytes -= _bytes(image)
        del self._found[key]
        if self._shelf:
            self._shelf.take_off(image.offset, _bytes(image))


def _bytes(image: Image) -> int:
    return 3 * image.width * image.height

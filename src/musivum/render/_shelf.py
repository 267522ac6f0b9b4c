"""Where decoded originals lie: side by side in one buffer, in memory while they are few, else in a temporary file."""

from __future__ import annotations

import mmap
import shutil
import tempfile
import weakref
from bisect import insort
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from musivum.render._buffers import forget_pages, read_only

_PAGE = 4096


class Shelf:
    """Room for runs of bytes, each in one piece; what was taken off makes room again. For one thread at a time.

    Parameters
    ----------
    size
        Bytes of room. More than `in_memory` are an unnamed file in the system's folder for temporary files, which is
        read through a memory map; where there is no such file, there is room for `in_memory` only.
    """

    def __init__(self, size: int, in_memory: int) -> None:
        self._file: IO[bytes] | None = None
        self._own = np.empty(0, np.uint8)
        size = -(-size // _PAGE) * _PAGE
        if size > in_memory:
            try:
                size = min(size, shutil.disk_usage(tempfile.gettempdir()).free // 2 // _PAGE * _PAGE)
                self._file = tempfile.TemporaryFile(prefix="musivum-", buffering=0)  # noqa: SIM115 - lives as long
                weakref.finalize(self, self._file.close)
                self._file.truncate(size)
                mapped: Any = mmap.mmap(self._file.fileno(), size, access=mmap.ACCESS_READ)
            except (OSError, ValueError, OverflowError):
                self._file, size = None, in_memory // _PAGE * _PAGE
        if self._file is None:
            self._own = mapped = np.empty(size, np.uint8)
        self.data: npt.NDArray[np.uint8] = read_only(np.frombuffer(mapped, np.uint8))
        self._free = [(0, size)] if size else []

    def put(self, pixels: npt.NDArray[np.uint8]) -> int | None:
        """Where in `data` a copy lies from now on; None if there is no room."""
        flat = np.ascontiguousarray(pixels).reshape(-1)
        length = room_for(flat.size)
        place = next((k for k, (_, room) in enumerate(self._free) if room >= length), None)
        if place is None:
            return None
        offset, room = self._free.pop(place)
        if room > length:
            self._free.insert(place, (offset + length, room - length))
        if self._file is None:
            self._own[offset : offset + flat.size] = flat
        elif not _written(self._file, offset, flat):
            self._free = []  # the disk is full
            return None
        return offset

    def take_off(self, offset: int, size: int) -> None:
        """Make room of `size` bytes that were put at `offset`."""
        insort(self._free, (offset, room_for(size)))
        merged: list[tuple[int, int]] = []
        for start, room in self._free:
            if merged and sum(merged[-1]) == start:
                merged[-1] = (merged[-1][0], merged[-1][1] + room)
            else:
                merged.append((start, room))
        self._free = merged

    def let_go(self) -> None:
        """Give the pages that were read back to the system."""
        forget_pages(self.data)


def room_for(size: int) -> int:
    """Bytes that so many of them take up: whole pages of a memory map."""
    return max(1, -(-size // _PAGE)) * _PAGE


def _written(file: IO[bytes], offset: int, flat: npt.NDArray[np.uint8]) -> bool:
    rest = flat.data
    try:
        file.seek(offset)
        while rest:
            rest = rest[file.write(rest) :]
    except OSError:
        return False
    return True

"""From the rows of a picture to those of all its halved levels, in one pass and bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.export._zoom._halve import halve, spread
from musivum.geometry import Size

Pixels = npt.NDArray[np.uint8]


class Slab(NamedTuple):
    """A row of zoom tiles of one level: pixels (h, w, 4), the first of them `top` rows below the level's first.

    The pixels are overwritten when the next one is asked for.
    """

    level: int
    row: int
    top: int
    pixels: Pixels


def level_sizes(size: Size, until: int) -> list[Size]:
    """Sizes of a picture and its halves, rounded up, until neither side is longer than so many pixels."""
    sizes = [size]
    while max(sizes[-1]) > until:
        sizes.append(Size(*(-(-side // 2) for side in sizes[-1])))
    return sizes


def slabs(strips: Iterable[Pixels], sizes: list[Size], channels: int, *, step: int, overlap: int) -> Iterator[Slab]:
    """Rows of zoom tiles of all levels, each as soon as it is whole.

    Parameters
    ----------
    strips
        Pixels (h_i, width, 3 or 4) of the largest level, top to bottom.
    sizes
        Of the levels, as `level_sizes` gives them.
    step
        Rows from one row of zoom tiles to the next, an even number.
    overlap
        Rows of its neighbours that each has besides, above and below.

    Memory holds one row of zoom tiles of each level.
    """
    levels = [_Level(size, step, overlap) for size in sizes]
    for strip in strips:
        yield from _fill(levels, 0, strip, channels == 3)


class _Level:
    """A level and its slab that is being filled; rows are counted from the level's first."""

    __slots__ = ("_buffer", "_overlap", "_step", "filled", "row", "size", "top")

    def __init__(self, size: Size, step: int, overlap: int) -> None:
        self.size, self._step, self._overlap = size, step, overlap
        self.row = self.top = self.filled = 0
        self._buffer = np.empty((min(step + 2 * overlap, size.height), size.width, 4), np.uint8)

    @property
    def bottom(self) -> int:
        return min((self.row + 1) * self._step + self._overlap, self.size.height)

    def rows(self, first: int, last: int) -> Pixels:
        return self._buffer[first - self.top : last - self.top]

    def put(self, pixels: Pixels) -> None:
        room = self.rows(self.filled, self.filled + len(pixels))
        if pixels.shape[2] == 3:
            spread(pixels, room.view("<u4")[:, :, 0])
        else:
            room[:] = pixels
        self.filled += len(pixels)

    def advance(self) -> bool:
        """Begin the next slab with the rows that it shares with this one; false after the last."""
        if (self.row + 1) * self._step >= self.size.height:
            return False
        self.row += 1
        first = self.row * self._step - self._overlap
        shared = self.rows(first, self.filled).copy()
        self._buffer[: len(shared)] = shared
        self.top = first
        return True


def _fill(levels: list[_Level], k: int, strip: Pixels, opaque: bool) -> Iterator[Slab]:
    level = levels[k]
    while len(strip):
        part, strip = np.split(strip, [level.bottom - level.filled])
        first = level.filled - level.filled % 2
        level.put(part)
        if k + 1 < len(levels):
            last = level.filled if level.filled == level.size.height else level.filled - level.filled % 2
            half = np.empty(((last - first + 1) // 2, levels[k + 1].size.width, 4), np.uint8)
            halve(level.rows(first, last), opaque, half)
            yield from _fill(levels, k + 1, half, opaque)
        while level.filled == level.bottom:
            yield Slab(k, level.row, level.top, level.rows(level.top, level.bottom))
            if not level.advance():
                break

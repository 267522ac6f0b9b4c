"""The vectors of a library's tiles, extracted once and kept."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.features._extractor import Extractor
from musivum.features._patches import linear_samples, patches
from musivum.library import Add, KeptVectors, Library, adding_vectors, packed_ids, read_vectors, vector_places
from musivum.progress import Progress, silent
from musivum.threads import in_order

_BLOCK = 64
_BATCH_SECONDS = 2.0
_BATCH_BYTES = 64 * 2**20
_GATHER = 65536


class _Block(NamedTuple):
    """Rows of the library (m,) and their vectors (m, d)."""

    rows: npt.NDArray[np.int64]
    vectors: npt.NDArray[np.float32]


def tile_vectors(
    library: Library, extractor: Extractor, *, workers: int = 1, progress: Progress = silent
) -> npt.NDArray[np.float32]:
    """Describe every tile, as the largest square in its middle, extracting only the vectors that are not kept yet.

    Vectors are kept by tile in the library's folder, or in the user's cache if that cannot be written, so any view of
    the library, and tiles added to it later, find what is there. New ones are kept every two seconds or 64 MB: a run
    that is interrupted loses no more than that. Of two processes that describe the same tiles the later one waits.

    Parameters
    ----------
    workers
        Threads that extract; the vectors do not depend on it.
    progress
        Told the stage "describe".

    Returns
    -------
    (n, d) vectors in the order of the library's rows. Where they are kept in that order they are a read-only memory
    map, so a library larger than memory can be searched.

    Raises
    ------
    LibraryError
        If the disk fails or fills.
    """
    wanted = packed_ids(library.ids)
    places = vector_places(library.path, extractor.kind, extractor.dimensions)
    shelves = _shelves(wanted, places, extractor.dimensions)
    if len(_missing(wanted, shelves)):
        with ExitStack() as stack:
            in_memory: list[KeptVectors] = []
            add = _first_writable(stack, places, extractor) or (lambda *rows: in_memory.append(KeptVectors(*rows)))
            # Another process may have added some while this one waited.
            missing = _missing(wanted, _shelves(wanted, places, extractor.dimensions))
            for rows, vectors in _batches(_extract(library, missing, extractor, workers, progress)):
                add(wanted[rows], vectors)
            shelves = _shelves(wanted, places, extractor.dimensions)
            if in_memory:
                shelves.append(_shelf(wanted, KeptVectors(*map(np.concatenate, zip(*in_memory, strict=True)))))
    return _gather(shelves, len(wanted), extractor.dimensions)


class _Shelf(NamedTuple):
    """Vectors that are kept in one place, and in which of its rows each wanted one is, -1 where it is not."""

    rows: npt.NDArray[np.int64]
    vectors: npt.NDArray[np.float32]


def _shelves(wanted: npt.NDArray[np.bytes_], places: Sequence[Path], dimensions: int) -> list[_Shelf]:
    return [_shelf(wanted, read_vectors(place, dimensions)) for place in places]


def _shelf(wanted: npt.NDArray[np.bytes_], kept: KeptVectors) -> _Shelf:
    ids, vectors = kept
    if len(ids) == 0:
        return _Shelf(np.full(len(wanted), -1), vectors)
    if np.array_equal(wanted, ids[: len(wanted)]):
        return _Shelf(np.arange(len(wanted)), vectors)
    order = np.argsort(ids)
    rows = order[np.minimum(np.searchsorted(ids, wanted, sorter=order), len(ids) - 1)]
    return _Shelf(np.where(ids[rows] == wanted, rows, -1), vectors)


def _missing(wanted: npt.NDArray[np.bytes_], shelves: Sequence[_Shelf]) -> npt.NDArray[np.int64]:
    """Rows of `wanted` that are on no shelf, each id once, ascending."""
    absent = np.flatnonzero(np.all([shelf.rows < 0 for shelf in shelves], axis=0))
    return np.asarray(absent[np.sort(np.unique(wanted[absent], return_index=True)[1])])


def _gather(shelves: Sequence[_Shelf], count: int, dimensions: int) -> npt.NDArray[np.float32]:
    for rows, vectors in shelves:
        if np.array_equal(rows, np.arange(count)):
            return vectors[:count]
    out = np.empty((count, dimensions), np.float32)
    for rows, vectors in shelves:
        by_place = np.argsort(rows, kind="stable")  # the map is read from front to back
        by_place = by_place[np.count_nonzero(rows < 0) :]
        for start in range(0, len(by_place), _GATHER):
            block = by_place[start : start + _GATHER]
            out[block] = vectors[rows[block]]
    return out


def _first_writable(stack: ExitStack, places: Sequence[Path], extractor: Extractor) -> Add | None:
    for place in places:
        try:
            return stack.enter_context(adding_vectors(place, extractor.dimensions))
        except OSError:
            continue
    return None


def _batches(blocks: Iterator[_Block]) -> Iterator[_Block]:
    """Blocks put together to what is worth a write to the disk."""
    waiting: list[_Block] = []
    size, since = 0, time.monotonic()
    for block in blocks:
        waiting.append(block)
        size += block.vectors.nbytes
        if size > _BATCH_BYTES or time.monotonic() - since > _BATCH_SECONDS:
            yield _joined(waiting)
            waiting, size, since = [], 0, time.monotonic()
    if waiting:
        yield _joined(waiting)


def _joined(blocks: Sequence[_Block]) -> _Block:
    return _Block(np.concatenate([block.rows for block in blocks]), np.concatenate([block.vectors for block in blocks]))


def _extract(
    library: Library, rows: npt.NDArray[np.int64], extractor: Extractor, workers: int, progress: Progress
) -> Iterator[_Block]:
    """The vectors of `rows` in their order, a bounded number of blocks in flight."""

    def describe(some: npt.NDArray[np.int64]) -> _Block:
        return _Block(some, picture_vectors([library.thumbs[row] for row in some], extractor))

    done = 0
    progress("describe", 0, len(rows))
    blocks = (rows[start : start + _BLOCK] for start in range(0, len(rows), _BLOCK))
    for block in in_order(describe, blocks, workers, ahead=2 * workers):
        yield block
        done += len(block.rows)
        progress("describe", done, len(rows))


def picture_vectors(pictures: Sequence[npt.NDArray[np.uint8]], extractor: Extractor) -> npt.NDArray[np.float32]:
    """Describe pictures, (h, w, 3) sRGB each, as `tile_vectors` describes tiles: the largest square in the middle."""
    squares = [_resized(_square(picture), extractor.side) for picture in pictures]
    return extractor.describe(np.concatenate(squares))


def _square(thumb: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The largest square in the middle, to the pixel."""
    height, width, _ = thumb.shape
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return thumb[top : top + side, left : left + side]


def _resized(square: npt.NDArray[np.uint8], side: int) -> npt.NDArray[np.float32]:
    box = np.array([[0.0, 0.0, len(square), len(square)]])
    return patches(linear_samples(square), box, side)

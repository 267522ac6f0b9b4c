"""The vectors of a library's tiles, extracted once and kept."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.features._extractor import Extractor
from musivum.features._patches import linear_samples, patches
from musivum.library import Add, KeptVectors, Library, adding_vectors, packed_ids, read_vectors, vector_places
from musivum.progress import Progress, silent

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
    places = vector_places(library.path, extractor.name, extractor.dimensions)
    kept = _read(places, extractor)
    if len(_missing(wanted, kept)):
        with ExitStack() as stack:
            in_memory: list[KeptVectors] = []
            add = _first_writable(stack, places, extractor) or (lambda *rows: in_memory.append(KeptVectors(*rows)))
            # Another process may have added some while this one waited.
            missing = _missing(wanted, _read(places, extractor))
            for rows, vectors in _batches(_extract(library, missing, extractor, workers, progress)):
                add(wanted[rows], vectors)
            kept = _read(places, extractor)
            if in_memory:
                kept.append(KeptVectors(*map(np.concatenate, zip(*in_memory, strict=True))))
    return _gather(wanted, kept, extractor.dimensions)


def _read(places: Sequence[Path], extractor: Extractor) -> list[KeptVectors]:
    found = (read_vectors(place, extractor.dimensions) for place in places)
    return [kept for kept in found if len(kept.ids)]


def _first_writable(stack: ExitStack, places: Sequence[Path], extractor: Extractor) -> Add | None:
    for place in places:
        try:
            return stack.enter_context(adding_vectors(place, extractor.dimensions))
        except OSError:
            continue
    return None


def _missing(wanted: npt.NDArray[np.bytes_], kept: Sequence[KeptVectors]) -> npt.NDArray[np.int64]:
    """Rows of `wanted` that are not kept, each id once, ascending."""
    absent = np.ones(len(wanted), bool)
    for each in kept:
        absent &= _rows(wanted, each.ids) < 0
    rows = np.flatnonzero(absent)
    return np.asarray(rows[np.sort(np.unique(wanted[rows], return_index=True)[1])])


def _rows(wanted: npt.NDArray[np.bytes_], ids: npt.NDArray[np.bytes_]) -> npt.NDArray[np.int64]:
    """Where each wanted id stands in `ids`, -1 where it does not."""
    if len(wanted) <= len(ids) and np.array_equal(wanted, ids[: len(wanted)]):
        return np.arange(len(wanted))
    order = np.argsort(ids)
    place = order[np.minimum(np.searchsorted(ids, wanted, sorter=order), len(ids) - 1)]
    return np.where(ids[place] == wanted, place, -1)


def _gather(wanted: npt.NDArray[np.bytes_], kept: Sequence[KeptVectors], dimensions: int) -> npt.NDArray[np.float32]:
    if len(kept) == 1 and np.array_equal(wanted, kept[0].ids[: len(wanted)]):
        return kept[0].vectors[: len(wanted)]
    out = np.empty((len(wanted), dimensions), np.float32)
    for each in kept:
        rows = _rows(wanted, each.ids)
        by_place = np.argsort(rows, kind="stable")  # the map is read from front to back
        by_place = by_place[np.searchsorted(rows, 0, sorter=by_place) :]
        for start in range(0, len(by_place), _GATHER):
            block = by_place[start : start + _GATHER]
            out[block] = each.vectors[rows[block]]
    return out


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
    waiting: deque[Future[_Block]] = deque()
    done = 0
    progress("describe", 0, len(rows))
    with ThreadPoolExecutor(workers, "musivum-describe") as pool:
        try:
            for start in range(0, len(rows), _BLOCK):
                waiting.append(pool.submit(_describe, library, rows[start : start + _BLOCK], extractor))
                while waiting and (len(waiting) > 2 * workers or start + _BLOCK >= len(rows)):
                    block = waiting.popleft().result()
                    yield block
                    done += len(block.rows)
                    progress("describe", done, len(rows))
        finally:
            pool.shutdown(cancel_futures=True)


def _describe(library: Library, rows: npt.NDArray[np.int64], extractor: Extractor) -> _Block:
    return _Block(rows, picture_vectors([library.thumbs[row] for row in rows], extractor))


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

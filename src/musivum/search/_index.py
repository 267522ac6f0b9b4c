"""An index on disk: rows mapped from a file, searched by lists where faiss is installed, else exactly in blocks.

Rows are numbered as they came and new ones are appended. Their lists are those of the centres there are; the centres
are trained anew when there are twice as many rows as at the last training, so that all trainings together cost about
twice the last one. Whatever lists nominate is costed exactly from the mapped rows.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.errors import LibraryError
from musivum.progress import Progress, silent
from musivum.search._blocks import given, in_blocks
from musivum.search._costs import settle
from musivum.search._dictionary import Dictionary, plain_dictionary
from musivum.search._exact import nearest_owners
from musivum.search._index_files import (
    IndexState,
    append,
    centres_path,
    commit,
    has_state,
    lists_path,
    one_writer,
    reach_disk,
    read_state,
    remove_rest,
    rows_path,
    vectors_path,
)
from musivum.search._lists import (
    enough_probes,
    faiss_module,
    fill_lists,
    keep_to_one_thread,
    nearest_lists,
    nominate,
    train_centres,
    worth_scanning,
)
from musivum.search._neighbours import Neighbours, merge

_WORTH_LISTS = 50_000  # rows below which exact search is as fast
_GROWN = 2  # times the rows of the last training, at which the centres are trained anew
_SEGMENT = 1 << 28  # numbers in a file of lists: 1 GB, which is held in memory while it is written
_BLOCK = 1 << 22  # numbers appended at once
_QUERIES = 256


@dataclass(frozen=True, slots=True)
class Index:
    """An index open for reading; get one from `open_index`. It stays as it was opened, whatever is appended meanwhile.

    Attributes
    ----------
    path
        Its folder.
    state
        What of the files it reads.
    dictionary
        Its rows, mapped from the file; row i is owner i.
    lists
        Indices of faiss over runs of rows that follow each other from row 0; none without faiss or below 50,000 rows.
    """

    path: Path
    state: IndexState
    dictionary: Dictionary
    lists: tuple[Any, ...]

    def __len__(self) -> int:
        return self.state.rows

    def nearest(
        self,
        queries: npt.NDArray[np.float32],
        k: int,
        *,
        exact: bool = False,
        workers: int = 1,
        progress: Progress = silent,
    ) -> Neighbours:
        """Find the k nearest rows of (q, d) float32 queries, as `owners`, and their Euclidean distances.

        With lists about 98 of a hundred are found; without, with `exact`, or where too many lists would have to be
        scanned for them, all are.
        """
        if queries.shape[1:] != (self.state.dimensions,):
            raise ValueError(f"queries of shape {queries.shape} for rows of {self.state.dimensions} numbers")
        k = min(k, len(self))
        if exact or not self.lists or not worth_scanning(self.lists[0].nlist, k, self.state.probes):
            return nearest_owners(queries, self.dictionary, k, workers=workers, progress=progress)
        prices, weights = given(queries, self.dictionary, None, None)
        owner_of = self.dictionary.owner_of_rows()

        def search(block: slice) -> Neighbours:
            rows = [nominate(one, queries[block], k, self.state.probes) for one in self.lists]
            return settle(
                queries[block],
                self.dictionary,
                np.concatenate(rows, axis=1),
                owner_of,
                k,
                prices,
                weights[block],
                repeated=False,
            )

        found = in_blocks(
            search, len(queries), k, size=_QUERIES, workers=workers, progress=progress, prepare=keep_to_one_thread
        )
        if self.state.listed < len(self):
            rest = self.dictionary.part(self.state.listed, len(self))
            found = merge(found, nearest_owners(queries, rest, k, workers=workers).shifted(self.state.listed), k)
        short = np.flatnonzero(found.owners[:, -1] < 0) if k else np.empty(0, np.int64)
        if len(short):
            again = nearest_owners(queries[short], self.dictionary, k, workers=workers)
            found.owners[short], found.distances[short] = again
        return found


def build_index(
    folder: str | os.PathLike[str],
    vectors: npt.NDArray[np.float32],
    *,
    workers: int = 1,
    progress: Progress = silent,
) -> Index:
    """Make an index of (n, d) vectors, an array or a memory map, in a folder that holds none.

    Raises
    ------
    LibraryError
        If there is an index already, another process writes it, or a vector is not finite.
    """
    path = Path(folder)
    with one_writer(path):
        if has_state(path):
            raise LibraryError(f"there is an index in {path} already; extend it, or build in another folder")
        _grow(path, IndexState(dimensions=vectors.shape[1]), vectors, workers, progress)
    return open_index(path)


def extend_index(
    folder: str | os.PathLike[str],
    vectors: npt.NDArray[np.float32],
    *,
    workers: int = 1,
    progress: Progress = silent,
) -> Index:
    """Append (n, d) vectors to an index; the first gets the number of rows there were.

    All of them or none are in the index if the process is killed; readers see none until it is opened again.

    Raises
    ------
    LibraryError
        If there is no index or it is damaged, another process writes it, or the vectors do not fit.
    """
    path = Path(folder)
    with one_writer(path):
        _grow(path, read_state(path), vectors, workers, progress)
    return open_index(path)


def open_index(folder: str | os.PathLike[str]) -> Index:
    """Open an index for reading; its rows and lists are mapped, not read.

    Raises
    ------
    LibraryError
        If there is no index or it is damaged.
    """
    path = Path(folder)
    state = read_state(path)
    vectors = _mapped(path, state)
    lists: list[Any] = []
    if state.segments and find_spec("faiss"):
        lists = _filed_lists(path, state)
        if state.filed < state.listed:
            centres = np.load(centres_path(path, state.generation))
            numbers = _lists_of_rows(path, state)[state.filed :]
            lists.append(fill_lists(vectors[state.filed : state.listed], centres, numbers, state.filed))
    return Index(path, state, plain_dictionary(vectors), tuple(lists))


def _grow(path: Path, state: IndexState, vectors: npt.NDArray[np.float32], workers: int, progress: Progress) -> None:
    """Append vectors, bring the lists up to date where faiss is installed, and commit."""
    if vectors.ndim != 2 or vectors.shape[1] != state.dimensions or not vectors.shape[1]:
        raise LibraryError(f"the index {path} takes rows of {state.dimensions} numbers, not an array {vectors.shape}")
    if not len(vectors):
        if not state.rows:
            raise LibraryError(f"there are no vectors to make the index {path} of")
        return
    remove_rest(path, state)
    append(vectors_path(path), 4 * state.rows * state.dimensions, _checked(path, vectors, progress))
    state = replace(state, rows=state.rows + len(vectors))
    if find_spec("faiss"):
        if state.rows >= max(_WORTH_LISTS, _GROWN * state.trained):
            state = _train(path, state)
        if state.generation:
            state = _list(path, state, workers)
        if state.generation and not state.probes:
            centres = np.load(centres_path(path, state.generation))
            probes = enough_probes(_mapped(path, state), centres, _lists_of_rows(path, state), workers=workers)
            state = replace(state, probes=probes)
    commit(path, state)


def _train(path: Path, state: IndexState) -> IndexState:
    """Begin a generation: train centres on all rows, none of which has a list yet."""
    state = replace(state, generation=state.generation + 1, trained=state.rows, probes=0, listed=0, segments=())
    np.save(centres_path(path, state.generation), train_centres(_mapped(path, state)))
    reach_disk(centres_path(path, state.generation))
    return state


def _list(path: Path, state: IndexState, workers: int) -> IndexState:
    """Find the lists of rows that have none; file all of them after a training, else only full segments."""
    vectors, centres = _mapped(path, state), np.load(centres_path(path, state.generation))
    least = 1 if state.listed == 0 else _SEGMENT // state.dimensions
    numbers = nearest_lists(vectors[state.listed :], centres, workers=workers)
    append(rows_path(path, state.generation), 4 * state.listed, [numbers])
    state = replace(state, listed=state.rows)
    while state.rows - state.filed >= least:
        segment = state.filed, min(state.filed + _SEGMENT // state.dimensions, state.rows)
        rows = slice(*segment)
        index = fill_lists(vectors[rows], centres, _lists_of_rows(path, state)[rows], segment[0])
        faiss_module().write_index(index, str(lists_path(path, state.generation, segment)))
        reach_disk(lists_path(path, state.generation, segment))
        state = replace(state, segments=(*state.segments, segment))
    return state


def _filed_lists(path: Path, state: IndexState) -> list[Any]:
    faiss = faiss_module()
    names = [str(lists_path(path, state.generation, segment)) for segment in state.segments]
    return [faiss.read_index(name, faiss.IO_FLAG_MMAP_IFC) for name in names]


def _mapped(path: Path, state: IndexState) -> npt.NDArray[np.float32]:
    return np.memmap(vectors_path(path), "<f4", "r", shape=(state.rows, state.dimensions))


def _lists_of_rows(path: Path, state: IndexState) -> npt.NDArray[np.int32]:
    return np.memmap(rows_path(path, state.generation), "<i4", "r", shape=(state.listed,))


def _checked(path: Path, vectors: npt.NDArray[np.float32], progress: Progress) -> Iterator[npt.NDArray[np.float32]]:
    """Blocks of vectors as they are written."""
    step = max(1, _BLOCK // vectors.shape[1])
    for start in range(0, len(vectors), step):
        block = np.ascontiguousarray(vectors[start : start + step], "<f4")
        progress("index", start, len(vectors))
        finite = np.isfinite(block).all(axis=1)
        if not finite.all():
            row = start + int(np.argmin(finite))
            raise LibraryError(f"vector {row} given to the index {path} is not finite; leave it out")
        yield block
    progress("index", len(vectors), len(vectors))

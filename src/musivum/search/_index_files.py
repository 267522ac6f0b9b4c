"""The folder of an index: arrays that only grow, files that are never changed, and the commit that counts both.

`vectors.bin` holds the rows. Each training of centres begins a generation with files of its own: `centres-1.npy`,
`rows-1.bin` with the list of every row, and `lists-1-0-1000000.faiss` with the rows of a segment by list. `index.json`
is replaced as a whole and counts what is valid of them. A killed writer leaves only bytes that nothing refers to.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from musivum.errors import LibraryError

_FORMAT = 1
_STATE = "index.json"
_OF_GENERATION = re.compile(r"(centres|rows|lists)-(\d+)[-.].*")


@dataclass(frozen=True, slots=True)
class IndexState:
    """What is valid of an index' files.

    Always true: segments follow each other from row 0, and their last row <= listed <= rows.

    Attributes
    ----------
    dimensions
        Numbers in a row.
    rows
        Rows in `vectors.bin`.
    generation
        Which training of the centres is in force; 0 if there was none.
    trained
        Rows that there were at this training.
    probes
        Lists that a search for 10 rows scans.
    listed
        Rows whose list is known.
    segments
        Runs of rows (first, last + 1) that have a file of lists.
    """

    dimensions: int
    rows: int = 0
    generation: int = 0
    trained: int = 0
    probes: int = 0
    listed: int = 0
    segments: tuple[tuple[int, int], ...] = ()

    @property
    def filed(self) -> int:
        """Rows that have a file of lists."""
        return self.segments[-1][1] if self.segments else 0


def vectors_path(folder: Path) -> Path:
    return folder / "vectors.bin"


def centres_path(folder: Path, generation: int) -> Path:
    return folder / f"centres-{generation}.npy"


def rows_path(folder: Path, generation: int) -> Path:
    return folder / f"rows-{generation}.bin"


def lists_path(folder: Path, generation: int, segment: tuple[int, int]) -> Path:
    return folder / f"lists-{generation}-{segment[0]}-{segment[1]}.faiss"


def has_state(folder: Path) -> bool:
    """Whether the folder holds an index."""
    return (folder / _STATE).exists()


def read_state(folder: Path) -> IndexState:
    """Read what the last commit counted.

    Raises
    ------
    LibraryError
        If there is no index, or it is damaged or of another format.
    """
    try:
        text = json.loads((folder / _STATE).read_text(encoding="utf-8"))
        if text.pop("format") != _FORMAT:
            raise LibraryError(f"the index {folder} was written by another version of musivum; build it anew")
        state = IndexState(**text | {"segments": tuple((first, last) for first, last in text["segments"])})
    except FileNotFoundError:
        raise LibraryError(f"there is no index in {folder}; build one there") from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise LibraryError(f"the index {folder} is damaged: {_STATE} cannot be read; build it anew") from None
    expected = {vectors_path(folder): 4 * state.rows * state.dimensions}
    if state.generation:
        expected |= {rows_path(folder, state.generation): 4 * state.listed, centres_path(folder, state.generation): 1}
        expected |= {lists_path(folder, state.generation, segment): 1 for segment in state.segments}
    for path, size in expected.items():
        if not path.exists() or path.stat().st_size < size:
            raise LibraryError(f"the index {folder} is damaged: {path.name} is missing or too short; build it anew")
    return state


def commit(folder: Path, state: IndexState) -> None:
    """Make a state the one that counts; what it counts must have reached the disk."""
    fresh = folder / f"{_STATE}.new"
    with fresh.open("w", encoding="utf-8") as file:
        json.dump({"format": _FORMAT} | asdict(state), file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, folder / _STATE)


def remove_rest(folder: Path, state: IndexState) -> None:
    """Remove the files that a state does not count: of a killed writer and of the generation before.

    Called before the next change rather than after the last, so that who is opening that generation can.
    """
    current = {lists_path(folder, state.generation, segment) for segment in state.segments}
    current |= {centres_path(folder, state.generation), rows_path(folder, state.generation)}
    for path in folder.iterdir():
        if _OF_GENERATION.fullmatch(path.name) and path not in current:
            with suppress(OSError):  # some systems keep a file that a reader has open: it is removed another time
                path.unlink()


def append(path: Path, size: int, arrays: Iterable[npt.NDArray[np.generic]]) -> None:
    """Write arrays behind the first `size` bytes of a file, over whatever a killed writer left there."""
    with path.open("r+b" if path.exists() else "wb") as file:
        file.seek(size)
        for array in arrays:
            file.write(np.ascontiguousarray(array).data)
        file.flush()
        os.fsync(file.fileno())


def reach_disk(path: Path) -> None:
    """Wait until a file that another library wrote is on the disk."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())


@contextmanager
def one_writer(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; the operating system drops it when the process ends, however it ends.

    Raises
    ------
    LibraryError
        If another process or thread holds it.
    """
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "writer.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise LibraryError(f"the index {folder} is being written by another process; try again later") from None
    try:
        yield
    finally:
        lock.release()

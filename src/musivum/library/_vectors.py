"""Vectors of tiles kept beside a library, so that whatever is slow to describe is described once.

Each kind of vector has two files. The ids, 16 bytes a row after a header of 16 bytes, say what there is; the header
names the generation of the file of vectors, whose row i belongs to id i. Vectors reach the disk before their ids, so
a writer that was killed leaves at most rows that no id counts, and the next one writes over them. Pruning writes the
vectors of the next generation, and the new file of ids, put in place by one rename, is what makes them count.
"""

from __future__ import annotations

import hashlib
import os
import re
import struct
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.errors import LibraryError

FOLDER = "features"
EDITION = 1
"""Counted up whenever an extractor's vectors change under the same name."""

_HEADER = struct.Struct("<4sIQ")
_MAGIC = b"mvec"
_ID = 16

Add = Callable[[npt.NDArray[np.bytes_], npt.NDArray[np.float32]], None]


class KeptVectors(NamedTuple):
    """Rows that count: ids (n,) of 16 bytes each, and their vectors (n, d), a read-only memory map."""

    ids: npt.NDArray[np.bytes_]
    vectors: npt.NDArray[np.float32]


class _Header(NamedTuple):
    dimensions: int
    generation: int


def packed_ids(ids: Collection[str]) -> npt.NDArray[np.bytes_]:
    """Ids of 32 hex digits as an array of 16 bytes each."""
    return np.frombuffer(bytes.fromhex("".join(ids)), f"S{_ID}")


def vector_places(library: Path, kind: str, dimensions: int) -> tuple[Path, Path]:
    """Where vectors of this kind are kept: beside the library, or else in the user's cache.

    The cache is common to all libraries, because an id names a picture wherever it lies. Each place is the beginning
    of its files' paths.
    """
    from platformdirs import user_cache_path

    digest = hashlib.blake2b(f"{EDITION} {kind} {dimensions}".encode(), digest_size=4).hexdigest()
    name = f"{re.sub('[^a-z0-9]+', '-', kind.lower())[:40]}-{digest}"
    return library / FOLDER / name, user_cache_path("musivum", appauthor=False) / FOLDER / name


def read_vectors(place: Path, dimensions: int) -> KeptVectors:
    """The vectors kept at a place; none where there is nothing that can be read. Needs no lock."""
    try:
        while (header := _header(place)) is not None and header.dimensions == dimensions:
            ids = np.fromfile(_ids_path(place), f"S{_ID}", offset=_HEADER.size)
            try:
                length = _vectors_path(place, header.generation).stat().st_size
                count = min(len(ids), length // (4 * dimensions))
                if count == 0:
                    break
                mapped = np.memmap(_vectors_path(place, header.generation), "<f4", "r", shape=(count, dimensions))
                return KeptVectors(ids[:count], np.asarray(mapped))
            except FileNotFoundError:
                if _header(place) == header:  # else pruning has put the next generation in force
                    break
    except OSError:
        pass
    return KeptVectors(np.empty(0, f"S{_ID}"), np.empty((0, dimensions), np.float32))


@contextmanager
def adding_vectors(place: Path, dimensions: int) -> Iterator[Add]:
    """Hold a place as its one writer, waiting for another; what the callable is given counts when it returns.

    Raises
    ------
    OSError
        If the place cannot be written.
    LibraryError
        If the disk fails or fills while rows are added.
    """
    from filelock import FileLock

    place.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(_path(place, ".lock")):
        header = _header(place)
        if header is None or header.dimensions != dimensions:
            header = _Header(dimensions, max(_generations(place), default=0) + 1)
            _put(place, header, np.empty(0, f"S{_ID}"))
        _sweep(place, header.generation)
        vectors = _vectors_path(place, header.generation)
        with open(vectors, "r+b" if vectors.exists() else "w+b") as data, open(_ids_path(place), "r+b") as ids:
            count = min(data.seek(0, os.SEEK_END) // (4 * dimensions), (ids.seek(0, os.SEEK_END) - _HEADER.size) // _ID)
            data.seek(data.truncate(4 * dimensions * count))
            ids.seek(ids.truncate(_HEADER.size + _ID * count))

            def add(new: npt.NDArray[np.bytes_], rows: npt.NDArray[np.float32]) -> None:
                try:
                    for file, array in ((data, np.asarray(rows, "<f4")), (ids, new)):
                        file.write(array.tobytes())
                        file.flush()
                        os.fsync(file.fileno())
                except OSError as fault:
                    raise LibraryError(f"cannot write {vectors} ({fault.strerror}); make room and try again") from None

            yield add


def prune_vectors(library: Path, keep: Collection[str]) -> int:
    """Drop the vectors of tiles that are not in `keep`, of every kind; returns the bytes given back.

    A kind that is being written is left for the next time.
    """
    from filelock import FileLock, Timeout

    wanted = np.sort(packed_ids(keep))
    given_back = 0
    for ids_path in sorted((library / FOLDER).glob("*.ids")):
        place = ids_path.with_name(ids_path.name.removesuffix(".ids"))
        try:
            with FileLock(_path(place, ".lock"), timeout=0):
                given_back += _prune(place, wanted)
        except (Timeout, OSError):
            continue
    return given_back


def _prune(place: Path, wanted: npt.NDArray[np.bytes_]) -> int:
    header = _header(place)
    if header is None:
        return 0
    kept = read_vectors(place, header.dimensions)
    stay = np.flatnonzero(np.isin(kept.ids, wanted))
    if len(stay) == len(kept.ids):
        return 0
    following = _Header(header.dimensions, header.generation + 1)
    with open(_vectors_path(place, following.generation), "wb") as file:
        for start in range(0, len(stay), 4096):
            file.write(kept.vectors[stay[start : start + 4096]].tobytes())
        file.flush()
        os.fsync(file.fileno())
    _put(place, following, kept.ids[stay])
    dropped = len(kept.ids) - len(stay)
    del kept
    _sweep(place, following.generation)
    return dropped * (_ID + 4 * header.dimensions)


def _header(place: Path) -> _Header | None:
    try:
        with open(_ids_path(place), "rb") as file:
            magic, dimensions, generation = _HEADER.unpack(file.read(_HEADER.size))
    except (FileNotFoundError, struct.error):
        return None
    return _Header(dimensions, generation) if magic == _MAGIC and dimensions else None


def _put(place: Path, header: _Header, ids: npt.NDArray[np.bytes_]) -> None:
    """Put a file of ids in force, complete or not at all."""
    draft = _path(place, ".ids.new")
    with open(draft, "wb") as file:
        file.write(_HEADER.pack(_MAGIC, *header) + ids.tobytes())
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, _ids_path(place))


def _sweep(place: Path, generation: int) -> None:
    for other in _generations(place) - {generation}:
        try:
            _vectors_path(place, other).unlink(missing_ok=True)
        except PermissionError:  # Windows, while a reader has it mapped
            continue


def _generations(place: Path) -> set[int]:
    names = (path.name.removeprefix(place.name) for path in place.parent.iterdir() if path.name.startswith(place.name))
    return {int(match[1]) for name in names if (match := re.fullmatch(r"\.(\d+)\.f32", name))}


def _ids_path(place: Path) -> Path:
    return _path(place, ".ids")


def _vectors_path(place: Path, generation: int) -> Path:
    return _path(place, f".{generation}.f32")


def _path(place: Path, suffix: str) -> Path:
    return place.with_name(place.name + suffix)

"""The writing end of a library: arrays first, then the commit that counts them."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np

from musivum.color import oklab_from_linear
from musivum.errors import LibraryError
from musivum.library._format import (
    DATABASE,
    path_from_sql,
    path_to_sql,
    read_state,
    swatches_path,
    thumbs_path,
    writing,
)
from musivum.library._hash import hashes_of
from musivum.library._ingest import Picture
from musivum.library._lock import writer_lock

_ARRAY = re.compile(r"(thumbs|swatches)(-[1-9][0-9]*)?\.bin")


class Known(NamedTuple):
    """What the library knows of a file."""

    size: int
    mtime_ns: int
    digest: str | None
    tile: int | None
    reason: str | None
    format: str | None
    present: bool


class FileRow(NamedTuple):
    """A file to be recorded; `picture` is a new picture, `tile` the row of a known one."""

    path: str
    size: int
    mtime_ns: int
    digest: str | None = None
    format: str | None = None
    picture: Picture | None = None
    tile: int | None = None
    reason: str | None = None


class Store:
    """A library open for writing; get one from `open_store`.

    Always true: the arrays hold at least what the database counts, and every tile's pixels lie inside that.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, thumbs: IO[bytes], swatches: IO[bytes]) -> None:
        self.path = path
        self.state = read_state(connection)
        self.connection = connection
        self._thumbs, self._swatches = thumbs, swatches
        self._rows: dict[str, int] = dict(connection.execute("SELECT id, row FROM tiles"))
        self._next = max(self._rows.values(), default=-1) + 1

    def known(self) -> dict[str, Known]:
        """Every file in the database by path, present or not."""
        query = "SELECT path, size, mtime_ns, digest, tile, reason, format, present FROM files"
        return {path_from_sql(path): Known(*rest) for path, *rest in self.connection.execute(query)}

    def commit(
        self,
        rows: Iterable[FileRow] = (),
        *,
        forget: Iterable[str] = (),
        presence: Iterable[tuple[str, bool]] = (),
        judge: str | None = None,
    ) -> None:
        """Record files, drop the rows of others and change whether files are present; all of it or nothing.

        The arrays reach the disk before the commit that counts them. A killed writer thus leaves at most bytes that
        nothing refers to, and the next one writes over them.
        """
        rows = list(rows)
        fresh: dict[str, Picture] = {}
        for row in rows:
            if row.picture is not None and row.picture.id not in self._rows:
                fresh.setdefault(row.picture.id, row.picture)
        new, state = self._append(list(fresh.values()))
        numbers = {id: self._next + i for i, id in enumerate(fresh)}
        files = [
            (
                path_to_sql(row.path),
                row.size,
                row.mtime_ns,
                row.digest,
                row.format,
                row.tile if row.picture is None else numbers.get(row.picture.id, self._rows.get(row.picture.id)),
                row.reason,
            )
            for row in rows
        ]
        with transaction(self.connection) as execute:
            execute.executemany(f"INSERT INTO tiles VALUES ({', '.join('?' * 14)})", new)
            execute.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, 1)", files)
            execute.executemany("DELETE FROM files WHERE path = ?", [(path_to_sql(path),) for path in forget])
            execute.executemany(
                "UPDATE files SET present = ? WHERE path = ?", [(is_in, path_to_sql(path)) for path, is_in in presence]
            )
            execute.execute("UPDATE state SET thumbs = ?, swatches = ?", state)
            if judge is not None:
                execute.execute("UPDATE state SET judge = ?", (judge,))
        self.state = read_state(self.connection)
        self._rows |= numbers
        self._next += len(new)

    def row(self, id: str) -> int | None:
        return self._rows.get(id)

    def _append(self, pictures: list[Picture]) -> tuple[list[tuple[object, ...]], tuple[int, int]]:
        """Rows of the table of tiles, and how many elements the arrays hold afterwards."""
        thumb, swatch = self.state.thumbs, self.state.swatches
        if not pictures:
            return [], (thumb, swatch)
        means = oklab_from_linear(np.array([p.swatch.mean(axis=(0, 1)) for p in pictures]) / 65535)
        hashes = hashes_of(np.stack([p.grey for p in pictures])).view(np.int64)
        self._thumbs.seek(thumb)
        self._swatches.seek(swatch * 2)
        rows: list[tuple[object, ...]] = []
        for i, p in enumerate(pictures):
            (h, w), (sh, sw) = p.thumb.shape[:2], p.swatch.shape[:2]
            rows.append(
                (self._next + i, p.id, *p.size, thumb, w, h, swatch, sw, sh, *means[i].tolist(), int(hashes[i]))
            )
            self._thumbs.write(p.thumb.tobytes())
            self._swatches.write(p.swatch.astype("<u2").tobytes())
            thumb += p.thumb.size
            swatch += p.swatch.size
        for file in (self._thumbs, self._swatches):
            file.flush()
            os.fsync(file.fileno())
        return rows, (thumb, swatch)


@contextmanager
def open_store(library: Path, *, complete: bool = True) -> Iterator[Store]:
    """The library at `library` for its one writer; made if it does not exist.

    Arrays shorter than the database says are refused unless `complete` is False (then nothing may be appended).

    Raises
    ------
    LibraryError
        If someone else is writing it, it cannot be written, it is damaged, or a new one would write over files there.
    """
    try:
        library.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise LibraryError(f"cannot make the library {library} ({fault.strerror}); choose another directory") from None
    # A library's database is older than its arrays, so arrays without one are somebody else's.
    if (foreign := _arrays(library)) and not (library / DATABASE).exists():
        raise LibraryError(f"{foreign[0]} is in the way of a new library; choose another directory")
    with writer_lock(library), writing(library) as connection:
        state = read_state(connection)
        sweep(library, state.generation)
        with (
            _array(thumbs_path(library, state.generation), state.thumbs, complete) as thumbs,
            _array(swatches_path(library, state.generation), 2 * state.swatches, complete) as swatches,
        ):
            yield Store(library, connection, thumbs, swatches)


def sweep(library: Path, generation: int) -> None:
    """Remove the arrays of other generations, left by a `prune` that was killed or whose readers held them open."""
    keep = {thumbs_path(library, generation), swatches_path(library, generation)}
    for path in _arrays(library):
        if path not in keep:
            try:
                path.unlink(missing_ok=True)
            except PermissionError:  # Windows, while a reader has it mapped
                continue


def _arrays(library: Path) -> list[Path]:
    """What has the name of an array of some generation; nothing else in the directory is a library's."""
    try:
        return sorted(path for path in library.iterdir() if _ARRAY.fullmatch(path.name))
    except OSError:  # a folder that may be entered but not listed
        return []


@contextmanager
def _array(path: Path, committed: int, complete: bool) -> Iterator[IO[bytes]]:
    with open(path, "r+b" if path.exists() else "w+b") as file:
        length = file.seek(0, os.SEEK_END)
        if complete and length < committed:
            raise LibraryError(
                f"{path} is shorter than its library says; mend it: musivum library prune {path.parent}, then index"
            )
        file.truncate(min(length, committed))
        yield file


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise

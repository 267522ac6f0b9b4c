"""The files of a library: one SQLite database and two append-only arrays.

The database is the truth. It counts the elements of each array that are committed; whatever lies behind them was left
by a writer that was killed, and the next writer overwrites it. `prune` writes new arrays under the next generation's
names, and the commit that counts the generation up is what puts them in force.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from musivum.errors import LibraryError

VERSION = 1
DATABASE = "library.sqlite"
BUILTIN = "builtin:"
GENERATED = "generated:"
NO_FILE = (BUILTIN, GENERATED)
"""How the paths of tiles that never were files begin."""

_APPLICATION = 0x6D757369

_SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE state (generation INTEGER NOT NULL, thumbs INTEGER NOT NULL, swatches INTEGER NOT NULL, judge TEXT);
INSERT INTO state VALUES (0, 0, 0, '');
CREATE TABLE tiles (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, width INTEGER NOT NULL, height INTEGER NOT NULL,
    thumb INTEGER NOT NULL, thumb_width INTEGER NOT NULL, thumb_height INTEGER NOT NULL,
    swatch INTEGER NOT NULL, swatch_width INTEGER NOT NULL, swatch_height INTEGER NOT NULL,
    lightness REAL NOT NULL, a REAL NOT NULL, b REAL NOT NULL, hash INTEGER NOT NULL
);
CREATE TABLE files (
    path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, digest TEXT, format TEXT,
    tile INTEGER REFERENCES tiles (row), reason TEXT, present INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX files_by_tile ON files (tile);
PRAGMA application_id = {_APPLICATION};
PRAGMA user_version = {VERSION};
COMMIT;
"""


class State(NamedTuple):
    """What the database says about the arrays: elements committed, and the files' generation."""

    generation: int
    thumbs: int
    swatches: int
    judge: str


def thumbs_path(library: Path, generation: int) -> Path:
    return library / ("thumbs.bin" if generation == 0 else f"thumbs-{generation}.bin")


def swatches_path(library: Path, generation: int) -> Path:
    return library / ("swatches.bin" if generation == 0 else f"swatches-{generation}.bin")


def path_to_sql(path: str) -> str | bytes:
    """Paths are text, except the few whose bytes are not UTF-8, which stay bytes."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return os.fsencode(path)
    return path


def path_from_sql(value: str | bytes) -> str:
    return os.fsdecode(value)


def read_state(connection: sqlite3.Connection) -> State:
    return State(*connection.execute("SELECT generation, thumbs, swatches, judge FROM state").fetchone())


@contextmanager
def reading(library: Path) -> Iterator[sqlite3.Connection]:
    """A connection that sees the last commit, all through one transaction, and cannot write.

    Raises
    ------
    LibraryError
        If there is no library, it is of a newer format, or its database is damaged.
    """
    database = library / DATABASE
    if not database.is_file():
        raise LibraryError(f"no library at {library}; make one with: musivum index PHOTOS --library {library}")
    connection: sqlite3.Connection | None = None
    try:
        try:
            connection = _connect(database, "mode=ro")
            connection.execute("BEGIN")
            check_version(connection, library)
        except sqlite3.OperationalError:
            # A directory we may not write to: SQLite can make no shared memory there, and needs none without a log.
            if database.with_name(DATABASE + "-wal").exists():
                raise
            if connection is not None:
                connection.close()
            connection = _connect(database, "immutable=1")
            connection.execute("BEGIN")
            check_version(connection, library)
        yield connection
    except sqlite3.Error as fault:
        raise _damaged(library, fault) from fault
    finally:
        if connection is not None:
            connection.close()


@contextmanager
def writing(library: Path) -> Iterator[sqlite3.Connection]:
    """A connection for the one writer (who holds the lock); makes the database if there is none."""
    connection: sqlite3.Connection | None = None
    try:
        connection = _connect(library / DATABASE, "mode=rwc")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
            if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                raise LibraryError(f"{library / DATABASE} is not a musivum library; choose another directory")
            connection.executescript(_SCHEMA)
        check_version(connection, library)
        yield connection
    except sqlite3.Error as fault:
        raise _damaged(library, fault) from fault
    finally:
        if connection is not None:
            connection.close()


def check_version(connection: sqlite3.Connection, library: Path) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise LibraryError(
            f"the library {library} has format {version}, this musivum reads up to {VERSION}; update musivum"
        )
    if version < 1 or connection.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION:
        raise LibraryError(f"{library / DATABASE} is not a musivum library; choose another directory")


def _connect(database: Path, how: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{database.absolute().as_uri()}?{how}", uri=True, isolation_level=None, timeout=10)


def _damaged(library: Path, fault: sqlite3.Error) -> LibraryError:
    return LibraryError(f"the library {library} cannot be read ({fault}); delete it and index the photos again")

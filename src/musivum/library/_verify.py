"""Does a library still hold what it says?"""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from musivum.errors import LibraryError
from musivum.geometry import Size
from musivum.library._contents import files
from musivum.library._format import NO_FILE, State, read_state, reading, swatches_path, thumbs_path
from musivum.library._ingest import tile_id
from musivum.library._swatch import swatch_of
from musivum.progress import Progress, silent

_ROUNDING = 4


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What `verify` found.

    Attributes
    ----------
    tiles : int
        Tiles looked at, those without a file included.
    damaged : tuple of str
        Ids of tiles whose pixels lie outside the arrays, do not have that id, or whose swatch is not theirs; `prune`
        drops them and the next `index` reads their files again.
    missing, changed : tuple of str
        Files that are not there, or not as they were indexed, refused ones aside; the next `index` sees to them.
    ok : bool
        Whether all is as it should be.
    """

    tiles: int
    damaged: tuple[str, ...]
    missing: tuple[str, ...]
    changed: tuple[str, ...]
    ok: bool


def verify(directory: str | os.PathLike[str], *, progress: Progress = silent) -> VerifyReport:
    """Check every tile's pixels against its id and its swatch against its pixels, and look for every file.

    Changes nothing and needs no lock.

    Raises
    ------
    LibraryError
        If there is no library or its database is damaged.
    """
    library = Path(os.path.abspath(directory))
    with reading(library) as connection:
        tiles = connection.execute("SELECT count(*) FROM tiles").fetchone()[0]
        damaged = damaged_tiles(library, connection, read_state(connection), progress)
    missing, changed = [], []
    for record in files(library):
        # Of a file that was refused only `index` can say whether it would be refused again.
        if not record.present or record.reason is not None or record.path.startswith(NO_FILE):
            continue
        try:
            status = os.stat(record.path)
        except OSError:
            missing.append(record.path)
            continue
        if (status.st_size, status.st_mtime_ns) != (record.size, record.mtime_ns):
            changed.append(record.path)
    return VerifyReport(
        tiles, tuple(sorted(damaged)), tuple(missing), tuple(changed), not (damaged or missing or changed)
    )


def damaged_tiles(library: Path, connection: sqlite3.Connection, state: State, progress: Progress) -> list[str]:
    """Ids of the tiles whose thumbnail or swatch is not what it should be."""
    thumbs = _elements(thumbs_path(library, state.generation), np.dtype(np.uint8), state.thumbs)
    swatches = _elements(swatches_path(library, state.generation), np.dtype("<u2"), state.swatches)
    rows = connection.execute(
        "SELECT id, width, height, thumb, thumb_width, thumb_height, swatch, swatch_width, swatch_height FROM tiles"
    ).fetchall()
    damaged = []
    for done, (id, width, height, *place) in enumerate(rows, 1):
        thumb, swatch = _picture(thumbs, *place[:3]), _picture(swatches, *place[3:])
        if (
            thumb is None
            or swatch is None
            or tile_id(Size(width, height), thumb) != id
            or not _alike(swatch_of(thumb), swatch)
        ):
            damaged.append(id)
        progress("verifying", done, len(rows))
    return damaged


def _alike(swatch: npt.NDArray[np.uint16], stored: npt.NDArray[np.unsignedinteger]) -> bool:
    # Sums taken in another order, by another NumPy, round differently.
    return swatch.shape == stored.shape and bool(np.all(np.abs(swatch.astype(np.int32) - stored) <= _ROUNDING))


def _elements(path: Path, dtype: np.dtype[np.unsignedinteger], count: int) -> npt.NDArray[np.unsignedinteger]:
    try:
        there = min(count, path.stat().st_size // dtype.itemsize)
    except OSError as fault:
        raise LibraryError(f"{path} cannot be read ({fault.strerror}); delete the library and index again") from None
    return np.memmap(path, dtype, "r", shape=(there,)) if there else np.empty(0, dtype)


def _picture(
    elements: npt.NDArray[np.unsignedinteger], start: int, width: int, height: int
) -> npt.NDArray[np.unsignedinteger] | None:
    stop = start + width * height * 3
    return (
        None
        if start < 0 or min(width, height) < 1 or stop > len(elements)
        else elements[start:stop].reshape(height, width, 3)
    )

"""What a library holds, for a person to look at."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from musivum.library._format import NO_FILE, VERSION, path_from_sql, read_state, reading
from musivum.library._library import open_library
from musivum.library._near import DISTANCE, near_duplicates

_DRAWN = " OR ".join(f"substr(path, 1, {len(start)}) = '{start}'" for start in NO_FILE)
_COUNTS = f"""
SELECT count(DISTINCT tile) FILTER (WHERE present), count(DISTINCT tile) FILTER (WHERE present AND NOT ({_DRAWN})),
       count(tile) FILTER (WHERE present AND NOT ({_DRAWN})), count(reason) FILTER (WHERE present),
       count(*) FILTER (WHERE NOT present)
FROM files
"""


@dataclass(frozen=True, slots=True)
class LibraryInfo:
    """A library in numbers.

    Attributes
    ----------
    path : str
        Its directory.
    format : int
        Version of the format on disk.
    tiles, photos, drawn : int
        Tiles to choose from: those that a file holds, and those that musivum drew.
    files, duplicates, skipped, gone : int
        Files that hold a photo; those beyond the first of each photo; those refused; those no longer there.
    bytes : int
        Size of the directory's files, kept vectors included.
    digest : str
        Names this sequence of tiles.
    """

    path: str
    format: int
    tiles: int
    photos: int
    drawn: int
    files: int
    duplicates: int
    skipped: int
    gone: int
    bytes: int
    digest: str


class FileRecord(NamedTuple):
    """A file that the library knows: `tile` (an id), `width`, `height` and `format`, or the `reason` it was refused.

    `present` is False for files that were gone when they were last looked for.
    """

    path: str
    size: int
    mtime_ns: int
    digest: str | None
    tile: str | None
    width: int | None
    height: int | None
    format: str | None
    reason: str | None
    present: bool


def info(directory: str | os.PathLike[str]) -> LibraryInfo:
    """Count what the library holds; LibraryError where there is none."""
    library = open_library(directory)
    with reading(library.path) as connection:
        read_state(connection)
        tiles, photos, files, skipped, gone = connection.execute(_COUNTS).fetchone()
    return LibraryInfo(
        path=str(library.path),
        format=VERSION,
        tiles=tiles,
        photos=photos,
        drawn=tiles - photos,
        files=files,
        duplicates=files - photos,
        skipped=skipped,
        gone=gone,
        bytes=sum(file.stat().st_size for file in library.path.rglob("*") if file.is_file()),
        digest=library.digest,
    )


def files(directory: str | os.PathLike[str]) -> tuple[FileRecord, ...]:
    """Every file the library knows, by path; LibraryError where there is none."""
    with reading(Path(os.path.abspath(directory))) as connection:
        rows = connection.execute(
            "SELECT path, size, mtime_ns, digest, id, width, height, format, reason, present"
            " FROM files LEFT JOIN tiles ON files.tile = tiles.row ORDER BY path"
        ).fetchall()
    return tuple(FileRecord._make((path_from_sql(row[0]), *row[1:9], bool(row[9]))) for row in rows)


def duplicates(directory: str | os.PathLike[str], *, distance: int = DISTANCE) -> tuple[tuple[str, ...], ...]:
    """Groups of files that hold the same picture, or nearly: the largest picture's file first in each."""
    library = open_library(directory)
    stands = near_duplicates(library.hashes, distance=distance, sizes=library.sizes, means=library.means)
    holders: dict[str, list[str]] = {}
    for record in files(directory):
        if record.present and record.tile is not None:
            holders.setdefault(record.tile, []).append(record.path)
    groups: dict[int, list[str]] = {}
    order = np.lexsort((np.arange(len(library)), stands != np.arange(len(library))))
    for row in order.tolist():
        groups.setdefault(int(stands[row]), []).extend(holders.get(library.ids[row], [library.sources[row]]))
    return tuple(sorted(tuple(group) for group in groups.values() if len(group) > 1))

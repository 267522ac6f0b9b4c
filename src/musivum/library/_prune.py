"""Giving back the space of pictures that are gone."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from musivum.errors import LibraryError
from musivum.library._format import DATABASE, State, swatches_path, thumbs_path
from musivum.library._store import Store, open_store, sweep, transaction
from musivum.library._vectors import prune_vectors
from musivum.library._verify import damaged_tiles
from musivum.progress import Progress, silent


@dataclass(frozen=True, slots=True)
class PruneReport:
    """What `prune` dropped.

    Attributes
    ----------
    files, tiles, damaged : int
        Files that are gone, tiles without a file, and damaged tiles, whose files the next `index` reads again.
    bytes : int
        Bytes given back, those of vectors included.
    """

    files: int
    tiles: int
    damaged: int
    bytes: int


def prune(directory: str | os.PathLike[str], *, progress: Progress = silent) -> PruneReport:
    """Drop the files that are gone, the tiles nobody holds and damaged tiles, and close the gaps.

    The pixels that stay are copied to new arrays, and one commit puts them in force; killed before it, the old library
    stands, killed after it, the new one. Readers go on with the arrays they have open. Kept vectors of tiles that the
    library does not hold are dropped too.

    Raises
    ------
    LibraryError
        If there is no library, or someone is writing it.
    """
    library = Path(os.path.abspath(directory))
    if not (library / DATABASE).is_file():
        raise LibraryError(f"no library at {library}; make one with: musivum index PHOTOS --library {library}")
    with open_store(library, complete=False) as store:
        damaged = set(damaged_tiles(library, store.connection, store.state, progress))
        gone = store.connection.execute("SELECT count(*) FROM files WHERE NOT present").fetchone()[0]
        held = {row for (row,) in store.connection.execute("SELECT DISTINCT tile FROM files WHERE present")}
        rows = store.connection.execute(
            "SELECT row, id, thumb, thumb_width * thumb_height * 3, swatch, swatch_width * swatch_height * 3"
            " FROM tiles ORDER BY row"
        ).fetchall()
        keep = [row for row in rows if row[0] in held and row[1] not in damaged]
        before = store.state
        if gone or len(keep) < len(rows):
            _swap(store, keep, [row[0] for row in rows if row[0] not in held or row[1] in damaged])
        after = store.state
        vectors = prune_vectors(library, [row[1] for row in keep])
    return PruneReport(
        files=gone,
        tiles=len(rows) - len(keep) - len(damaged),
        damaged=len(damaged),
        bytes=before.thumbs - after.thumbs + 2 * (before.swatches - after.swatches) + vectors,
    )


def _swap(store: Store, keep: list[tuple[int, str, int, int, int, int]], drop: list[int]) -> None:
    old, new = store.state.generation, store.state.generation + 1
    thumbs = _copy(thumbs_path(store.path, old), thumbs_path(store.path, new), [(r[2], r[3]) for r in keep], 1)
    swatches = _copy(swatches_path(store.path, old), swatches_path(store.path, new), [(r[4], r[5]) for r in keep], 2)
    places = [(t, s, row[0]) for t, s, row in zip(thumbs, swatches, keep, strict=False)]
    dropped = [(row,) for row in drop]
    with transaction(store.connection) as execute:
        execute.execute("DELETE FROM files WHERE NOT present")
        execute.executemany("UPDATE files SET tile = NULL, digest = NULL, mtime_ns = -1 WHERE tile = ?", dropped)
        execute.executemany("DELETE FROM tiles WHERE row = ?", dropped)
        execute.executemany("UPDATE tiles SET thumb = ?, swatch = ? WHERE row = ?", places)
        execute.execute("UPDATE state SET generation = ?, thumbs = ?, swatches = ?", (new, thumbs[-1], swatches[-1]))
    store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.state = State(new, thumbs[-1], swatches[-1], store.state.judge)
    sweep(store.path, new)


def _copy(source: Path, target: Path, pieces: list[tuple[int, int]], width: int) -> list[int]:
    """Copy (start, count) elements of `width` bytes one after another; where each begins now, and the end."""
    begins = [0]
    with open(source, "rb") as old, open(target, "wb") as new:
        for start, count in pieces:
            old.seek(start * width)
            new.write(old.read(count * width))
            begins.append(begins[-1] + count)
        new.flush()
        os.fsync(new.fileno())
    return begins

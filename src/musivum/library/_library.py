"""A library as its readers see it: the tiles that have a file, in a fixed order."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.errors import LibraryError
from musivum.geometry import Size
from musivum.library._format import path_from_sql, read_state, reading, swatches_path, thumbs_path

_QUERY = """
SELECT id, width, height, thumb, thumb_width, thumb_height, swatch, swatch_width, swatch_height,
       lightness, a, b, hash, min(path), size, mtime_ns
FROM tiles JOIN files ON files.tile = tiles.row WHERE files.present GROUP BY tiles.row ORDER BY id
"""
# SQLite takes the columns beside a lone min() from the row that has it.
_QUERY_GONE = """
SELECT id, width, height, thumb, thumb_width, thumb_height, swatch, swatch_width, swatch_height,
       lightness, a, b, hash, coalesce(min(path), ''), coalesce(size, -1), coalesce(mtime_ns, -1)
FROM tiles LEFT JOIN files ON files.tile = tiles.row
WHERE files.present
   OR tiles.row NOT IN (SELECT tile FROM files WHERE present AND tile IS NOT NULL)
GROUP BY tiles.row ORDER BY id
"""


class Tile(NamedTuple):
    """One tile: its id, a file that holds it, its full upright size, its mean colour in OKLab."""

    id: str
    source: str
    size: Size
    mean: tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """Pictures of different sizes, one after another in one memory map.

    Attributes
    ----------
    data : ndarray, 1-D
        The elements, read-only.
    offsets : ndarray of shape (n,), int64
        Where each picture begins, in elements.
    sizes : ndarray of shape (n, 2), int32
        Width and height.
    """

    data: npt.NDArray[Any]
    offsets: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.offsets)

    def __getitem__(self, i: int) -> npt.NDArray[Any]:
        """Picture i as a view (h, w, 3)."""
        width, height = self.sizes[i].tolist()
        start = int(self.offsets[i])
        return self.data[start : start + width * height * 3].reshape(height, width, 3)

    def select(self, rows: npt.NDArray[np.int64]) -> Packed:
        return Packed(self.data, self.offsets[rows], self.sizes[rows])


@dataclass(frozen=True, eq=False)
class Library:
    """The active tiles of a library at the moment it was opened; later writers do not disturb it.

    Tiles are those with at least one file, exact duplicates once, ordered by id, so the same photos make the same
    library whatever their names and the history of indexing.

    Attributes
    ----------
    path : Path
        The directory.
    ids : tuple of str
        32 hex digits each, distinct.
    sizes : ndarray of shape (n, 2), int32
        Width and height of the upright originals.
    means : ndarray of shape (n, 3), float32
        OKLab of the mean in linear light.
    hashes : ndarray of shape (n,), uint64
        Perceptual hashes.
    sources : tuple of str
        Absolute path of one file of each tile; begins with "builtin:" or "generated:" where there is none.
    thumbs, swatches : Packed
        Whole pictures as sRGB uint8 (short side up to 128, long side up to 1024), and their area averages in linear
        light as uint16, 0..65535 (short side up to 32).
    stamps : ndarray of shape (n, 2), int64
        Size in bytes and modification time in nanoseconds of the files of `sources` when they were indexed.
    """

    path: Path
    ids: tuple[str, ...]
    sizes: npt.NDArray[np.int32]
    means: npt.NDArray[np.float32]
    hashes: npt.NDArray[np.uint64]
    sources: tuple[str, ...]
    thumbs: Packed
    swatches: Packed
    stamps: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def digest(self) -> str:
        """32 hex digits that name this sequence of tiles."""
        return hashlib.blake2b("".join(self.ids).encode(), digest_size=16).hexdigest()

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {id: row for row, id in enumerate(self.ids)}

    def row(self, id: str) -> int:
        """Row of the tile with this id; KeyError where there is none."""
        return self._rows[id]

    def tile(self, i: int) -> Tile:
        """Tile of row i."""
        lightness, a, b = self.means[i].tolist()
        width, height = self.sizes[i].tolist()
        return Tile(self.ids[i], self.sources[i], Size(width, height), (lightness, a, b))

    def select(self, rows: npt.ArrayLike) -> Library:
        """The library of these rows in this order; pixels are shared."""
        chosen = np.asarray(rows)
        if chosen.dtype == bool:
            chosen = np.flatnonzero(chosen)
        chosen = chosen.astype(np.int64)
        return Library(
            self.path,
            tuple(self.ids[i] for i in chosen),
            self.sizes[chosen],
            self.means[chosen],
            self.hashes[chosen],
            tuple(self.sources[i] for i in chosen),
            self.thumbs.select(chosen),
            self.swatches.select(chosen),
            self.stamps[chosen],
        )


def open_library(directory: str | os.PathLike[str], *, gone: bool = False) -> Library:
    """Open a library for reading, also while it is being written.

    With `gone`, the tiles whose files are gone or changed are there too, until `prune` drops them: a plan made before
    needs them. Their source is the path last known, or "".

    Raises
    ------
    LibraryError
        If there is none, its format is newer, or it is damaged.
    """
    path = Path(os.path.abspath(directory))
    while True:
        with reading(path) as connection:
            state = read_state(connection)
            rows = connection.execute(_QUERY_GONE if gone else _QUERY).fetchall()
        try:
            thumbs = _map(thumbs_path(path, state.generation), np.dtype(np.uint8), state.thumbs)
            swatches = _map(swatches_path(path, state.generation), np.dtype("<u2"), state.swatches)
            break
        except FileNotFoundError as fault:
            # `prune` may have put new arrays in force between our reading of the database and of them.
            with reading(path) as connection:
                if read_state(connection).generation == state.generation:
                    raise LibraryError(
                        f"{fault.filename} is missing; delete the library {path} and index the photos again"
                    ) from None
    columns = list(zip(*rows, strict=True)) if rows else [()] * 16
    try:
        places = np.array(columns[1:9], np.int64)
    except (OverflowError, TypeError, ValueError):
        raise _misplaced(path) from None
    if not (_inside(places[2:5], len(thumbs)) & _inside(places[5:8], len(swatches)) & _are_sides(places[:2])).all():
        raise _misplaced(path)
    return Library(
        path,
        tuple(columns[0]),
        _table(columns[1:3], np.int32),
        _table(columns[9:12], np.float32),
        np.array(columns[12], np.int64).view(np.uint64),
        tuple(path_from_sql(source) for source in columns[13]),
        Packed(thumbs, np.array(columns[3], np.int64), _table(columns[4:6], np.int32)),
        Packed(swatches, np.array(columns[6], np.int64), _table(columns[7:9], np.int32)),
        _table(columns[14:16], np.int64),
    )


def _are_sides(sides: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    return np.asarray(((sides >= 1) & (sides <= np.iinfo(np.int32).max)).all(axis=0))


def _inside(places: npt.NDArray[np.int64], elements: int) -> npt.NDArray[np.bool_]:
    """Whether pictures at (offset, width, height) lie inside an array of so many elements; kernels do not ask again."""
    offset, width, height = places
    room = (elements - np.clip(offset, 0, elements)) // (3 * np.clip(height, 1, np.iinfo(np.int32).max))
    return np.asarray((offset >= 0) & _are_sides(places[1:]) & (width <= room))


def _misplaced(path: Path) -> LibraryError:
    return LibraryError(
        f"the library {path} counts pixels that it does not hold; mend it: musivum library prune {path}, then index"
    )


def _table(columns: list[Any], dtype: type[np.generic]) -> npt.NDArray[Any]:
    return np.ascontiguousarray(np.array(columns, dtype).reshape(len(columns), -1).T)


def _map(path: Path, dtype: np.dtype[Any], count: int) -> npt.NDArray[Any]:
    if path.stat().st_size < count * dtype.itemsize:
        raise LibraryError(
            f"{path} is shorter than its library says; mend it: musivum library prune {path.parent}, then index"
        )
    if count == 0:
        return np.empty(0, dtype)
    # A plain array over the map: slicing a memmap object costs ten times as much.
    return np.asarray(np.memmap(path, dtype, "r", shape=(count,)))

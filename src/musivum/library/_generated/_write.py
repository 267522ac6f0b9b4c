"""Drawn tiles into a library, among photos or alone."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np

from musivum.geometry import Size
from musivum.library._format import GENERATED
from musivum.library._generated._family import Family, Pixels, label
from musivum.library._hash import grey_of
from musivum.library._ingest import Picture, picture_of, tile_id
from musivum.library._store import FileRow, open_store
from musivum.library._swatch import swatch_of
from musivum.progress import Progress, silent

_BATCH = 256


class Drawn(NamedTuple):
    """What became of one family: how many of its tiles are new, how many were there already."""

    family: str
    added: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class GenerateReport:
    """What a run of `generate` drew.

    Attributes
    ----------
    families : tuple of Drawn
        Family by family, in the order asked for.
    tiles : int
        Tiles in the library, photos included.
    """

    families: tuple[Drawn, ...]
    tiles: int


def generate(
    families: Sequence[tuple[Family, int]], library_dir: str | os.PathLike[str], *, progress: Progress = silent
) -> GenerateReport:
    """Draw the first so many tiles of each family into a library; makes the library if there is none.

    A tile is known by its family and parameters: what is there already is not drawn again, so a larger count adds only
    the difference. Work is committed every 256 tiles; a run that is killed loses no more than that, and the next one
    completes it.

    Parameters
    ----------
    families : sequence of (Family, int)
        Families and how many tiles of each, at most as many as it has.
    library_dir : path
        The library.
    progress : Progress
        Told the stage "drawing".

    Raises
    ------
    LibraryError
        If the library is being written or cannot be.
    """
    total, done = sum(count for _, count in families), 0
    report = []
    with open_store(Path(os.path.abspath(library_dir))) as store:
        there = {path for path, known in store.known().items() if known.present and known.tile is not None}
        for family, count in families:
            batch: list[FileRow] = []
            unchanged = 0
            for parameters in islice(family.tiles, count):
                path = f"{GENERATED}{family.name}/{label(parameters)}"
                if path in there:
                    unchanged += 1
                else:
                    pixels = family.draw(**parameters)
                    batch.append(FileRow(path, pixels.nbytes, 0, format="generated", picture=_picture(pixels)))
                done += 1
                if len(batch) >= _BATCH:
                    store.commit(batch)
                    batch = []
                progress("drawing", done, total)
            if batch:
                store.commit(batch)
            report.append(Drawn(family.name, count - unchanged, unchanged))
        tiles = store.connection.execute("SELECT count(DISTINCT tile) FROM files WHERE present").fetchone()[0]
    return GenerateReport(tuple(report), tiles)


def _picture(pixels: Pixels) -> Picture:
    size = Size(pixels.shape[1], pixels.shape[0])
    if pixels.ndim == 3:
        return picture_of(pixels, size)
    grey = pixels[..., None]
    thumb, swatch = np.repeat(grey, 3, axis=2), np.repeat(swatch_of(grey), 3, axis=2)
    return Picture(tile_id(size, thumb), size, thumb, swatch, grey_of(swatch))

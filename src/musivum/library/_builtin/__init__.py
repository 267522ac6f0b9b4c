"""The library that comes with musivum: drawn once, kept in the user's cache."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from musivum.errors import LibraryError
from musivum.geometry import Size
from musivum.library._builtin._generate import generate_tiles
from musivum.library._format import BUILTIN, DATABASE, VERSION
from musivum.library._ingest import picture_of
from musivum.library._store import FileRow, open_store
from musivum.progress import Progress, silent

__all__ = ["builtin_library", "generate_tiles"]

_EDITION = 1
"""Counted up whenever the pictures change."""


def builtin_library(progress: Progress = silent) -> Path:
    """Directory of the built-in library, drawn into the user's cache on the first call.

    It appears complete or not at all; of two processes that draw it at once, one wins and both return it.

    Raises
    ------
    LibraryError
        If the cache cannot be written.
    """
    from platformdirs import user_cache_dir

    place = Path(user_cache_dir("musivum", appauthor=False)) / f"builtin-{VERSION}.{_EDITION}"
    if (place / DATABASE).is_file():
        return place
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".builtin-", dir=place.parent))
    except OSError as fault:
        raise LibraryError(f"cannot write {place.parent} ({fault.strerror}); name a library instead") from None
    try:
        _draw(draft, progress)
        try:
            os.rename(draft, place)
        except OSError:
            if not (place / DATABASE).is_file():
                raise LibraryError(f"{place} is in the way of the built-in library; delete it") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return place


def _draw(directory: Path, progress: Progress) -> None:
    tiles = list(generate_tiles())
    rows = []
    for done, (name, pixels) in enumerate(tiles, 1):
        picture = picture_of(pixels, Size(pixels.shape[1], pixels.shape[0]))
        rows.append(FileRow(BUILTIN + name, pixels.nbytes, 0, format="generated", picture=picture))
        progress("drawing the built-in library", done, len(tiles))
    with open_store(directory) as store:
        store.commit(rows)

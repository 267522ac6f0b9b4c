"""Verbs about libraries; they load no more than reading photos needs."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from musivum.errors import OptionError
from musivum.library import (
    FileRecord,
    IndexReport,
    Library,
    LibraryInfo,
    PruneReport,
    VerifyReport,
    builtin_library,
    duplicates,
    files,
    info,
    open_library,
    prune,
    verify,
)
from musivum.library import index as index_library
from musivum.progress import Progress, silent
from musivum.raster import Limits
from musivum.threads import check_workers

AnyPath = str | os.PathLike[str]


def user_path(path: AnyPath) -> Path:
    """`path` with ``~`` spelt out; OptionError where it is empty or names a person whom the system does not know."""
    if not os.fspath(path):
        raise OptionError("a path is empty: name a file or a folder")
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise OptionError(f"{path}: there is no such home folder; write ./{path} if it is a name here") from None


def index(
    photos: Sequence[AnyPath],
    library: AnyPath,
    *,
    max_pixels: int = Limits().pixels,
    max_bytes: int = Limits().bytes,
    workers: int | None = None,
    progress: Progress = silent,
) -> IndexReport:
    """Bring a library up to date with photos, making it if there is none.

    Parameters
    ----------
    photos
        Folders (with all that is in them), files, or patterns such as ``~/Pictures/2024-*``.
    library
        Folder of the library.
    max_pixels, max_bytes
        Larger pictures and larger files are skipped.
    workers
        Threads; by default one a processor.

    Raises
    ------
    LibraryError
        If a path does not exist, or the library is being written, damaged or of another version.
    """
    if not photos:
        raise OptionError("no photos were named: give folders, files or patterns")
    if max_pixels < 1 or max_bytes < 1:
        raise OptionError("the limits on pixels and bytes must be at least 1")
    check_workers(workers)
    paths = [user_path(photo) for photo in photos]
    return index_library(
        paths, user_path(library), progress=progress, workers=workers, limits=Limits(max_pixels, max_bytes)
    )


def library_of_photos(
    photos: Sequence[AnyPath], *, workers: int | None = None, progress: Progress = silent
) -> tuple[Path, IndexReport]:
    """A library in the user's cache that holds these folders, up to date; the same folders find it again."""
    from platformdirs import user_cache_path

    paths = sorted({str(user_path(photo).absolute()) for photo in photos})
    if not paths:
        raise OptionError("no photos were named: give folders, files or patterns")
    name = hashlib.blake2b("\0".join(paths).encode(errors="surrogateescape"), digest_size=8).hexdigest()
    library = user_cache_path("musivum", appauthor=False) / "libraries" / name
    return library, index(paths, library, workers=workers, progress=progress)


def open_tiles(library: AnyPath | None, *, progress: Progress = silent) -> Library:
    """Open a library that has tiles, the built-in one when none is named.

    Raises
    ------
    LibraryError
        If there is no library, or it cannot be read.
    OptionError
        If it is empty.
    """
    opened = open_library(builtin_library(progress) if library is None else user_path(library))
    if not len(opened):
        raise OptionError(f"the library {opened.path} holds no photos: musivum index PHOTOS --library {opened.path}")
    return opened


def library_info(library: AnyPath) -> LibraryInfo:
    """Count what a library holds.

    Raises
    ------
    LibraryError
        If there is no library, or it cannot be read.
    """
    return info(user_path(library))


def library_files(library: AnyPath) -> tuple[FileRecord, ...]:
    """List every file that a library knows, by path: the photos, the skipped ones, the ones that are gone.

    Raises
    ------
    LibraryError
        If there is no library, or it cannot be read.
    """
    return files(user_path(library))


def library_duplicates(library: AnyPath) -> tuple[tuple[str, ...], ...]:
    """Group the files that hold the same picture, or nearly, the largest picture first in each group.

    Raises
    ------
    LibraryError
        If there is no library, or it cannot be read.
    """
    return duplicates(user_path(library))


def library_verify(library: AnyPath, *, progress: Progress = silent) -> VerifyReport:
    """Compare a library with its own records; nothing is changed.

    Raises
    ------
    LibraryError
        If there is no library, or it cannot be read.
    """
    return verify(user_path(library), progress=progress)


def library_prune(library: AnyPath, *, progress: Progress = silent) -> PruneReport:
    """Forget photos that are gone and give back their space.

    Raises
    ------
    LibraryError
        If there is no library, it cannot be read, or it is being written.
    """
    return prune(user_path(library), progress=progress)

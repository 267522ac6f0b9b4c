"""Folders, files and globs to a sorted list of files."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterable
from typing import NamedTuple

from musivum.errors import LibraryError
from musivum.library._format import DATABASE


class Found(NamedTuple):
    """A file to look at, as it was when it was found."""

    path: str
    size: int
    mtime_ns: int


class Skipped(NamedTuple):
    """A file that is not in the library, and why."""

    path: str
    reason: str


class Scan(NamedTuple):
    """What `scan` saw, ordered by path, and the folders and files it answers for."""

    files: tuple[Found, ...]
    skipped: tuple[Skipped, ...]
    roots: tuple[str, ...]

    def covers(self, path: str) -> bool:
        """Whether `path` lies under one of the roots."""
        return any(path == root or path.startswith(os.path.join(root, "")) for root in self.roots)


def scan(paths: Iterable[str | os.PathLike[str]], *, leave_out: str | os.PathLike[str] | None = None) -> Scan:
    """Find the files under `paths`: folders (walked recursively), files, or glob patterns.

    Links are followed and each folder is entered once, however many links lead there, by its own path if that lies
    under a root. Hidden files and folders are skipped unless they are named, and so are folders that are libraries.
    `leave_out` is a folder not to enter.

    Raises
    ------
    LibraryError
        If a path does not exist or a pattern matches nothing.
    """
    roots, starts = [], []
    for path in sorted({os.path.abspath(p) for p in paths}):
        if os.path.lexists(path):
            roots.append(path)
            starts.append(path)
            continue
        matches = glob.glob(path, recursive=True) if glob.has_magic(path) else []
        if not matches:
            raise LibraryError(f"no such file or folder: {path}; the library is left as it was")
        roots.append(_fixed_part(path))
        starts.extend(sorted(matches))

    files: dict[str, Found] = {}
    skipped: dict[str, str] = {}
    entered: set[tuple[int, int]] = set()
    if leave_out is not None and os.path.isdir(leave_out):
        entered.add(_identity(os.stat(leave_out)))
    todo, links = starts[::-1], list[str]()
    while todo or links:
        # Links wait until the folders themselves are done, so that a file keeps its own path.
        path = todo.pop() if todo else links.pop(0)
        try:
            status = os.stat(path)
            if stat.S_ISDIR(status.st_mode):
                if _identity(status) not in entered:
                    entered.add(_identity(status))
                    _list(path, files, skipped, todo, links)
            elif stat.S_ISREG(status.st_mode):
                files[path] = Found(path, status.st_size, status.st_mtime_ns)
            else:
                skipped[path] = "not a regular file"
        except OSError as fault:
            skipped[path] = "a link that leads nowhere" if os.path.islink(path) else _reason(fault)
    return Scan(
        tuple(files[path] for path in sorted(files)),
        tuple(Skipped(path, skipped[path]) for path in sorted(skipped)),
        tuple(roots),
    )


def _list(folder: str, files: dict[str, Found], skipped: dict[str, str], todo: list[str], links: list[str]) -> None:
    if os.path.isfile(os.path.join(folder, DATABASE)):
        skipped[folder] = "a musivum library"
        return
    subfolders = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                skipped[entry.path] = "hidden"
            elif entry.is_symlink():
                links.append(entry.path)
            elif entry.is_dir(follow_symlinks=False):
                subfolders.append(entry.path)
            elif entry.is_file(follow_symlinks=False):
                status = entry.stat(follow_symlinks=False)
                files[entry.path] = Found(entry.path, status.st_size, status.st_mtime_ns)
            else:
                skipped[entry.path] = "not a regular file"
    todo.extend(sorted(subfolders, reverse=True))
    links.sort()


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _fixed_part(pattern: str) -> str:
    """The deepest folder that every match of an absolute `pattern` lies in."""
    head = pattern
    while glob.has_magic(head):
        head = os.path.dirname(head)
    return head


def _reason(fault: OSError) -> str:
    return (fault.strerror or str(fault)).lower()

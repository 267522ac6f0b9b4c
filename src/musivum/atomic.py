"""Files and folders that appear whole: written under a temporary name beside their own, then renamed."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import get_ident

from musivum.errors import OptionError

_MARK = ".musivum"
"""The file in folders that were written here, which may therefore be replaced."""

_HOST = hashlib.blake2b(platform.node().encode(), digest_size=4).hexdigest()
_DRAFT = re.compile(rf"\.musivum\.{_HOST}\.(\d+)\.\d+\.tmp")  # short: a name may have 255 bytes


def check_place(path: Path) -> None:
    """Raise OptionError unless a file can be put there: call it before the work, not after."""
    if path.is_dir():
        raise OptionError(f"cannot write {path}: that is a folder; give the name of a file in it")
    _check_parent(path)


def check_folder(path: Path) -> None:
    """Raise OptionError unless a folder can be put there: in place of nothing, or of one that was written so before."""
    if os.path.lexists(path) and not path.is_dir():
        raise OptionError(f"cannot write the folder {path}: that is a file; give another name")
    if path.is_dir() and not (path / _MARK).exists() and any(path.iterdir()):
        raise OptionError(f"cannot write the folder {path}: it holds other things; name a new or empty one")
    if path.is_dir() and Path.cwd().is_relative_to(path.resolve()):
        raise OptionError(f"cannot write the folder {path}: you are in it; name one inside it")
    _check_parent(path)


def _check_parent(path: Path) -> None:
    if not path.parent.is_dir():
        raise OptionError(f"cannot write {path}: there is no folder {path.parent}")
    if not os.access(path.parent, os.W_OK):
        raise OptionError(f"cannot write {path}: nothing may be written in the folder {path.parent}; choose another")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path to write, which takes the place of `path` when the block ends well and is gone otherwise.

    Readers see the old file or the whole new one, whenever the writer is killed; what a killed writer left behind goes
    when the next one writes in that folder.
    """
    temporary = _draft(path)
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def replacing_folder(path: Path, entry: Path | None = None) -> Iterator[Path]:
    """Give a new folder to fill, which takes the place of `path` when the block ends well and is gone otherwise.

    Parameters
    ----------
    entry
        A file that refers to the folder. It is removed before the folders change places, so that it never refers to
        half of one; write it anew after the block.

    Raises
    ------
    OptionError
        If `path` holds what was not written so.
    """
    check_folder(path)
    temporary = _draft(path)
    replaced = temporary.with_name(temporary.name.replace(".tmp", "0.tmp"))
    temporary.mkdir()
    try:
        (temporary / _MARK).write_text("Written by musivum, which replaces the folder when it writes it again.\n")
        yield temporary
        if entry is not None:
            entry.unlink(missing_ok=True)
        if path.is_dir():
            path.replace(replaced)
        temporary.replace(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(replaced, ignore_errors=True)


def _draft(path: Path) -> Path:
    """A name beside `path` for this thread, after what killed writers left there is gone."""
    folder = path.parent
    try:
        left = [(entry, _DRAFT.fullmatch(entry.name)) for entry in os.scandir(folder) if entry.name.startswith(_MARK)]
    except OSError:
        left = []
    for entry, match in left:
        if match and not _alive(int(match[1])):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                Path(entry.path).unlink(missing_ok=True)
    return folder / f".musivum.{_HOST}.{os.getpid()}.{get_ident()}.tmp"


def _alive(process: int) -> bool:
    """Whether a process of this machine runs, or may run."""
    if sys.platform == "win32":  # where signal 0 ends a process
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True

"""Files and folders that appear whole: written under a temporary name beside their own, then renamed."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from musivum.errors import OptionError

_MARK = ".musivum"
"""The file in folders that were written here; it was written last and holds their number of files and their name."""

_SETTLED = 2 * 10**9  # nanoseconds by which the clocks of file systems are coarse


def _process_space() -> str:
    """A name for the machine, or the container, whose processes' numbers this process sees."""
    parts = [platform.node()]
    with suppress(OSError):
        parts.append(Path("/etc/machine-id").read_text())
    with suppress(OSError):
        parts.append(str(os.stat("/proc/self/ns/pid").st_ino))
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=4).hexdigest()


_SPACE = _process_space()
_DRAFT = re.compile(rf"\.musivum\.{_SPACE}\.(\d+)\.\d+\.(tmp|old)")  # short: a name may have 255 bytes
_NUMBERS = count()
_ELSEWHERE = "; choose another name or folder"


def check_place(path: Path) -> None:
    """Raise OptionError unless a file can be put there: call it before the work, not after."""
    with writing(path, _ELSEWHERE):
        if path.is_dir():
            raise OptionError(f"cannot write {path}: that is a folder; give the name of a file in it")
        _check_parent(path)


def check_folder(path: Path) -> None:
    """Raise OptionError unless a folder can be put there: in place of nothing, or of one that was written so before."""
    with writing(path, _ELSEWHERE):
        if os.path.lexists(path) and not path.is_dir():
            raise OptionError(f"cannot write the folder {path}: that is a file; give another name")
        if path.is_dir():
            if any(path.iterdir()) and not (path / _MARK).exists():
                raise OptionError(f"cannot write the folder {path}: it holds other things; name a new or empty one")
            if not _untouched(path):
                raise OptionError(
                    f"cannot write the folder {path}: something in it was changed or added since it was written; "
                    "move that away, or name another folder"
                )
            if Path.cwd().is_relative_to(path.resolve()):
                raise OptionError(f"cannot write the folder {path}: you are in it; name one inside it")
        _check_parent(path)


def _check_parent(path: Path) -> None:
    if not path.parent.is_dir():
        raise OptionError(f"cannot write {path}: there is no folder {path.parent}")
    if not os.access(path.parent, os.W_OK):
        raise OptionError(f"cannot write {path}: nothing may be written in the folder {path.parent}; choose another")


@contextmanager
def writing(path: Path, advice: str = "") -> Iterator[None]:
    """Turn what the system refuses, such as more than a disk holds, into an OptionError about a file or folder."""
    try:
        yield
    except OSError as fault:
        raise OptionError(f"cannot write {path}: {fault.strerror or fault}{advice}") from fault


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path to write, which takes the place of `path` when the block ends well and is gone otherwise.

    Readers see the old file or the whole new one, whenever the writer is killed; what a killed writer left behind goes
    when the next one writes in that folder. Where `path` is a symbolic link, what it leads to is replaced.
    """
    path = path.resolve()
    temporary = _draft(path, "tmp")
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
    path = path.resolve()
    temporary, replaced = _draft(path, "tmp"), _draft(path, "old")
    temporary.mkdir()
    try:
        yield temporary
        (temporary / _MARK).write_bytes(os.fsencode(f"{len(_files(temporary))}\n{path.name}"))
        if entry is not None:
            entry.unlink(missing_ok=True)
        if path.is_dir():
            path.replace(replaced)
        try:
            temporary.replace(path)
        except BaseException:
            if replaced.is_dir():
                replaced.replace(path)
            raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(replaced, ignore_errors=True)


def _files(folder: Path) -> list[str]:
    return [os.path.join(where, name) for where, _, names in os.walk(folder) for name in names]


def _untouched(folder: Path) -> bool:
    """Whether a folder that was written here, or is empty, holds what was written, and nothing was changed since."""
    mark = folder / _MARK
    if not mark.exists():
        return True
    number, _, _ = mark.read_bytes().partition(b"\n")
    latest = mark.stat().st_mtime_ns + _SETTLED
    times = [os.stat(file).st_mtime_ns for file in _files(folder)]
    return number == str(len(times) - 1).encode() and max(times) <= latest


def _draft(path: Path, kind: str) -> Path:
    """A new name beside `path`, after what killed writers left there is gone."""
    with suppress(OSError):
        for draft in path.parent.iterdir():
            match = _DRAFT.fullmatch(draft.name)
            if match and not _alive(int(match[1])):
                with suppress(OSError):
                    _tidy(draft, kept=match[2] == "old")
    return path.parent / f".musivum.{_SPACE}.{os.getpid()}.{next(_NUMBERS)}.{kind}"


def _tidy(draft: Path, *, kept: bool) -> None:
    """Remove a draft; an old folder whose successor never came gets its name back."""
    if kept:
        name = os.fsdecode((draft / _MARK).read_bytes().partition(b"\n")[2])
        if name == os.path.basename(name) and not os.path.lexists(draft.with_name(name)):
            draft.rename(draft.with_name(name))
            return
    if draft.is_dir() and not draft.is_symlink():
        shutil.rmtree(draft, ignore_errors=True)
    else:
        draft.unlink()


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

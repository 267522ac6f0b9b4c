"""Files that appear whole: written under a temporary name beside their own, then renamed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import get_ident

from musivum.errors import OptionError


def check_place(path: Path) -> None:
    """Raise OptionError unless a file can be put there: call it before the work, not after."""
    if path.is_dir():
        raise OptionError(f"cannot write {path}: that is a folder; give the name of a file in it")
    if not path.parent.is_dir():
        raise OptionError(f"cannot write {path}: there is no folder {path.parent}")
    if not os.access(path.parent, os.W_OK):
        raise OptionError(f"cannot write {path}: nothing may be written in the folder {path.parent}; choose another")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path to write, which takes the place of `path` when the block ends well and is gone otherwise.

    Readers see the old file or the whole new one, whenever the writer is killed.
    """
    temporary = path.with_name(f".musivum.{os.getpid()}.{get_ident()}.tmp")  # short: a name may have 255 bytes
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)

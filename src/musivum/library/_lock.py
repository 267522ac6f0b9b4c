"""One writer at a time."""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from musivum.errors import LibraryError

_LOCK = "writer.lock"
_WHO = "writer.json"


@contextmanager
def writer_lock(library: Path) -> Iterator[None]:
    """Hold the library's lock; the operating system drops it when the process ends, however it ends.

    Raises
    ------
    LibraryError
        If another process or thread holds it; the text says which.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(library / _LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise LibraryError(f"the library {library} is being written by {_holder(library)}; try again later") from None
    except OSError as fault:
        raise LibraryError(
            f"the library {library} cannot be locked ({fault.strerror}); check its permissions"
        ) from None
    try:
        (library / _WHO).write_text(json.dumps({"pid": os.getpid(), "host": socket.gethostname()}))
        yield
    finally:
        (library / _WHO).unlink(missing_ok=True)
        lock.release()


def _holder(library: Path) -> str:
    try:
        who = json.loads((library / _WHO).read_text())
        return f"process {who['pid']} on {who['host']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"

"""How many threads to use."""

from __future__ import annotations

import os

from musivum.errors import OptionError

_MOST = 1024


def check_workers(workers: int | None) -> None:
    """Raise OptionError unless so many threads can be had."""
    if workers is not None and not 1 <= workers <= _MOST:
        raise OptionError(f"workers is {workers}: it must be between 1 and {_MOST}")


def thread_count(workers: int | None) -> int:
    """The threads that were asked for, or one for each processor that this process may use."""
    if workers is not None:
        return workers
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1

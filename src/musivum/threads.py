"""How many threads to use, and work in them whose results keep their order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from musivum.errors import OptionError

Item = TypeVar("Item")
Result = TypeVar("Result")

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


def in_order(
    function: Callable[[Item], Result], items: Iterable[Item], workers: int, *, ahead: int | None = None
) -> Iterator[Result]:
    """Results of a function for each of many items, in their order, from several threads.

    Items are taken as results are handed out, so neither they nor the results need fit in memory at once; all of them
    are taken before the last result.

    Parameters
    ----------
    ahead
        How many items, at least 1, are taken whose results are not yet handed out; by default one more than threads.
    """
    ahead = workers + 1 if ahead is None else ahead
    with ThreadPoolExecutor(workers, thread_name_prefix="musivum") as pool:
        pending: deque[Future[Result]] = deque()
        try:
            for item in items:
                pending.append(pool.submit(function, item))
                if len(pending) > ahead:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()

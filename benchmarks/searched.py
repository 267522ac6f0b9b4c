"""The coarse search of the fractal engine: counted, timed on its own threads, and beside it the bare product."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from unittest import mock

import numpy as np


class Searched:
    """Poses compared, multiplications and additions in their products, and CPU seconds of the search."""

    def __init__(self) -> None:
        self.poses = self.flops = self.columns = 0
        self.seconds = 0.0
        self.lock = threading.Lock()


@contextmanager
def watched() -> Iterator[Searched]:
    """Count and time every search of the engine, each on the thread it runs on."""
    from musivum.search import RadiusSearch

    told, search = Searched(), RadiusSearch.__call__

    def timed(self: Any, queries: Any, *rest: Any, **more: Any) -> Any:
        start = time.thread_time()
        found = search(self, queries, *rest, **more)
        seconds = time.thread_time() - start
        with told.lock:
            told.seconds += seconds
            told.poses += len(queries) * self.rows
            told.columns = len(self.columns)
            told.flops += 2 * len(queries) * self.rows * told.columns
        return found

    with mock.patch.object(RadiusSearch, "__call__", timed):
        yield told


def product_rate(rows: int, columns: int, others: int, seconds: float = 0.5) -> float:
    """Multiplications and additions per CPU-second of products (rows, columns) by (columns, others).

    Every processor does its own at once, each on one thread, as the search does: two processors may share a core.
    """
    from threadpoolctl import threadpool_limits

    rng = np.random.default_rng(0)
    a, b = (rng.standard_normal(shape, np.float32) for shape in ((rows, columns), (columns, others)))
    threads = os.cpu_count() or 1

    def work(_: int) -> float:
        out, done = np.empty((rows, others), np.float32), 0
        start = time.thread_time()
        while time.thread_time() < start + seconds:
            np.matmul(a, b, out=out)
            done += 1
        return done / (time.thread_time() - start)

    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(threads) as pool:
        return 2 * rows * columns * others * sum(pool.map(work, range(threads))) / threads

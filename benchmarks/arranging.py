"""Arrangements made and judged: by musivum's methods, by baselines and by chance."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from baseline_shells import EMPTY, shells

Vectors = npt.NDArray[np.float32]
Order = npt.NDArray[np.int64]

FLAS = os.environ.get("MUSIVUM_FLAS", sys.executable)
"""An interpreter that has vc-flas."""

_JUDGED = 256  # vectors whose neighbours are judged among more than 4,096
_LONG = 2.0  # seconds: a sort that takes longer is timed once
_TIMES = 3


class Task(NamedTuple):
    """Vectors (n, d) to be put on a full grid, edges meeting or not, and their colours (n, 3) in OKLab."""

    vectors: Vectors
    colours: Vectors
    rows: int
    columns: int
    wrap: bool = False


class Outcome(NamedTuple):
    """Which vector is in which cell (rows, columns), -1 for none, and seconds that it took."""

    order: Order
    cpu: float = 0.0
    wall: float = 0.0


class Judged(NamedTuple):
    """DPQ_16 and DPQ_2 of what was placed, mean distance of neighbours in OKLab, vectors without a place; seconds."""

    dpq_16: float
    dpq_2: float
    neighbours: float
    dropped: int
    cpu: float
    wall: float


Contender = Callable[[Task], Outcome]


def by_method(name: str, effort: str = "normal") -> Contender:
    """One of musivum's methods."""

    def contender(task: Task) -> Outcome:
        from musivum.engines.arrange import arrange_vectors

        return _timed(
            lambda: arrange_vectors(
                task.vectors, columns=task.columns, rows=task.rows, method=name, effort=effort, wrap=task.wrap
            )
        )

    return contender


def by_original(task: Task) -> Outcome:
    """The original's shells, on a square of its own."""
    return _timed(lambda: shells(task.vectors))


def by_flas(decay: float = 0.93, swaps: int = 9) -> Contender:
    """The authors' package, by default with its own settings."""

    def contender(task: Task) -> Outcome:
        script, times = str(Path(__file__).with_name("baseline_flas.py")), _TIMES if len(task.vectors) < 5000 else 1
        with tempfile.TemporaryDirectory() as folder:
            source, out = str(Path(folder, "vectors.npy")), str(Path(folder, "order.npy"))
            np.save(source, task.vectors)
            numbers = (task.rows, task.columns, int(task.wrap), decay, swaps, times)
            done = subprocess.run(
                [FLAS, script, source, out, *map(str, numbers)], check=True, capture_output=True, text=True, timeout=600
            )
            cpu, wall = zip(*(map(float, line.split()) for line in done.stdout.splitlines()), strict=True)
            return Outcome(np.load(out).astype(np.int64), median(cpu), median(wall))

    return contender


def has_flas() -> bool:
    """Whether the interpreter named by MUSIVUM_FLAS, or this one, has vc-flas."""
    return subprocess.run([FLAS, "-c", "import vc_flas"], capture_output=True, check=False).returncode == 0


def by_chance(task: Task) -> Outcome:
    """Any order."""
    return Outcome(np.random.default_rng(1).permutation(len(task.vectors)).reshape(task.rows, task.columns))


def judge(task: Task, outcome: Outcome) -> Judged:
    """Judge what was placed."""
    from musivum.engines.arrange import distance_preservation_quality, neighbour_distances

    placed = outcome.order != EMPTY
    which = outcome.order[placed]
    rows, columns = outcome.order.shape
    dpq_16, dpq_2 = distance_preservation_quality(
        task.vectors[which],
        np.argwhere(placed),
        p=(16, 2),
        period=(rows, columns) if task.wrap else None,
        sample=_JUDGED if len(which) > 4096 else None,
    )
    number = np.where(placed, np.cumsum(placed).reshape(placed.shape) - 1, EMPTY)
    beside = [(number, np.roll(number, -1, axis)) for axis in (0, 1)]
    if not task.wrap:
        beside = [(number[:-1], number[1:]), (number[:, :-1], number[:, 1:])]
    pairs = np.concatenate([np.stack([one.ravel(), other.ravel()], axis=1) for one, other in beside])
    pairs = pairs[(pairs != EMPTY).all(axis=1)]
    apart = float(neighbour_distances(task.colours[which], pairs).mean())
    dropped = len(task.vectors) - len(np.unique(which))
    return Judged(dpq_16, dpq_2, apart, dropped, outcome.cpu, outcome.wall)


def _timed(arrange: Callable[[], Order]) -> Outcome:
    """The arrangement and the median seconds of a few runs, of one if it is long."""
    seconds: list[tuple[float, float]] = []
    while len(seconds) < (_TIMES if not seconds or seconds[0][1] < _LONG else 1):
        cpu, wall = time.process_time(), time.perf_counter()
        order = arrange()
        seconds.append((time.process_time() - cpu, time.perf_counter() - wall))
    cpus, walls = zip(*seconds, strict=True)
    return Outcome(order, median(cpus), median(walls))

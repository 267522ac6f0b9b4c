"""What a command says: progress on a terminal's stderr, words or one JSON object on stdout."""

from __future__ import annotations

import json as json_format
import math
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from threading import Lock, Timer
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from musivum.cli._text import one_line
from musivum.progress import Progress, silent

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

_PATIENCE = 1.0  # seconds of work before a bar appears


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """How much a command says.

    Parameters
    ----------
    quiet
        No progress and no remarks; errors still appear.
    json
        Print the outcome as one JSON object.
    """

    quiet: Annotated[bool, Parameter(negative=(), show_default=False)] = False
    json: Annotated[bool, Parameter(negative=(), show_default=False)] = False

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """A progress callable that draws a bar on a terminal once the work has lasted a second."""
        if self.quiet or not sys.stderr.isatty():
            yield silent
            return
        bars = _Bars()
        try:
            yield bars
        finally:
            bars.close()

    def answer(self, outcome: object, words: Iterable[str], *, asked: bool = False) -> None:
        """Print the outcome: JSON if that was chosen, else the words.

        Parameters
        ----------
        asked
            Whether the words are what the command is for, so that ``--quiet`` keeps them.
        """
        if self.json:
            print(json_format.dumps(plain(outcome), allow_nan=False))
        elif asked or not self.quiet:
            for line in words:
                print(one_line(line))


TALK = Talk()


def plain(value: Any) -> Any:
    """A value as JSON can hold it: dataclasses and named tuples as objects, numbers that are not finite as null."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if hasattr(value, "_asdict"):
        return plain(value._asdict())
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    return str(value)


class _Bars:
    """One line on stderr for the stage at work; rich is loaded only when it is due.

    A timer brings the line up, because the first stage may be silent for longer than a person's patience: on a new
    machine it waits for its kernels to be compiled.
    """

    def __init__(self) -> None:
        self._latest: tuple[str, int, int] | None = None
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        self._stage = ""
        self._start = time.monotonic()
        self._due = False
        self._closed = False
        self._lock = Lock()
        self._timer = Timer(_PATIENCE, self._show)
        self._timer.daemon = True
        self._timer.start()

    def __call__(self, stage: str, done: int, total: int) -> None:
        with self._lock:
            self._latest = (stage, done, total)
            self._due = self._due or time.monotonic() - self._start >= _PATIENCE
            if self._due:
                self._draw()

    def _show(self) -> None:
        with self._lock:
            self._due = not self._closed
            if self._due and self._latest is not None:
                self._draw()

    def _draw(self) -> None:
        assert self._latest is not None
        stage, done, total = self._latest
        if self._bar is None:
            self._bar = _new_bar()
            self._bar.start()
        name = stage.partition(":")[0]
        if self._task is None or name != self._stage:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._task = self._bar.add_task(one_line(stage), total=total)
            self._stage = name
        self._bar.update(self._task, description=one_line(stage), completed=done, total=total)

    def close(self) -> None:
        self._timer.cancel()
        with self._lock:
            self._due, self._closed = False, True
            if self._bar is not None:
                self._bar.stop()


def _new_bar() -> Bar:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)

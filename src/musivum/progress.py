"""Progress as an argument: long functions call it, the handles (command line, studio) draw it."""

from typing import Protocol


class Progress(Protocol):
    """Called as ``progress(stage, done, total)``; `done` rises to `total` within one stage."""

    def __call__(self, stage: str, done: int, total: int) -> None: ...


def silent(stage: str, done: int, total: int) -> None:
    """Progress that tells nobody."""

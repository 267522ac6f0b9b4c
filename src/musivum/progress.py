"""Progress as an argument: long functions call it, the handles (command line, studio) draw it."""

from typing import Protocol


class Progress(Protocol):
    """Called as ``progress(stage, done, total)``; `done` rises to `total` within one stage.

    What follows a colon in a stage's name is news of it, such as ``level 3 of 11: 812 photos``, and may change with
    every call.
    """

    def __call__(self, stage: str, done: int, total: int) -> None: ...


def silent(stage: str, done: int, total: int) -> None:
    """Progress that tells nobody."""

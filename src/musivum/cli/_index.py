"""``musivum index``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from musivum.cli._talk import TALK, Talk
from musivum.cli._text import count

if TYPE_CHECKING:
    from musivum.library import IndexReport

_SHOWN = 5

app = App(
    name="index",
    help_epilogue="""Files that have not changed are not read again, so run it whenever photos were
added, moved or deleted.

Examples:
  musivum index ~/Pictures --library photos
  musivum index ~/Pictures/2024 ~/Pictures/2025 "scans/*.tif" --library photos""",
    help_format="plaintext",
)


@app.default
def index(
    photos: Annotated[list[Path], Parameter(json_list=False)],
    /,
    *,
    library: Annotated[Path, Parameter(alias="-l")],
    max_pixels: int = 200_000_000,
    max_bytes: int = 512 * 2**20,
    workers: int | None = None,
    talk: Annotated[Talk, Parameter(name="*")] = TALK,
) -> None:
    """Read photos into a library.

    Parameters
    ----------
    photos
        Folders (with all that is in them), files, or patterns in quotes.
    library
        Folder of the library; made if there is none.
    max_pixels
        Skip pictures with more pixels.
    max_bytes
        Skip files with more bytes.
    workers
        Threads; by default as many as there are processors.
    """
    from musivum import api

    with talk.progress() as progress:
        report = api.index(
            photos, library, max_pixels=max_pixels, max_bytes=max_bytes, workers=workers, progress=progress
        )
    talk.answer(report, _words(report, library))


def _words(report: IndexReport, library: Path) -> Iterator[str]:
    changes = [
        f"{number:,} {what}"
        for what, number in (
            ("added", report.added),
            ("changed", report.changed),
            ("moved", report.moved),
            ("removed", report.removed),
        )
        if number
    ]
    yield f"{library}: {count(report.tiles, 'photo')} ({', '.join(changes) or 'nothing new'})"
    yield from doubled_words(report)
    yield from skipped_words(report, library)


def doubled_words(report: IndexReport) -> Iterator[str]:
    """What a person is told of files that hold the same photo; nothing where there are none."""
    if report.duplicates:
        yield f"{count(report.duplicates, 'file')} more hold a photo that is there already"


def skipped_words(report: IndexReport, library: Path) -> Iterator[str]:
    """What a person is told of the files that were left out; nothing where there are none."""
    hidden = sum(skipped.reason == "hidden" for skipped in report.skipped)
    told = [skipped for skipped in report.skipped if skipped.reason != "hidden"]
    if hidden:
        yield f"{count(hidden, 'hidden file or folder', 'hidden files and folders')} left out"
    if told:
        yield f"{count(len(told), 'file')} skipped:"
        for skipped in told[:_SHOWN]:
            yield f"  {skipped.path}: {skipped.reason}"
        if len(told) > _SHOWN:
            yield f"  and {len(told) - _SHOWN:,} more: musivum library list {library} --skipped"

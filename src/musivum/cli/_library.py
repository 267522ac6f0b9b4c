"""``musivum library``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from musivum import api
from musivum.cli._talk import TALK, Talk, plain
from musivum.cli._text import count, table
from musivum.errors import OptionError

app = App(
    name="library",
    help_epilogue="""Examples:
  musivum library info photos
  musivum library list photos --skipped""",
    help_format="plaintext",
)


def _verb(name: str, examples: str) -> App:
    command = App(name=name, help_epilogue=f"Examples:\n{examples}", help_format="plaintext")
    app.command(command)
    return command


@_verb("info", "  musivum library info photos").default
def info(library: Path, /, *, talk: Annotated[Talk, Parameter(name="*")] = TALK) -> None:
    """Tell what a library holds.

    Parameters
    ----------
    library
        The library's folder.
    """
    told = api.library_info(library)
    talk.answer(told, _figures(told), asked=True)


@_verb(
    "list",
    "  musivum library list photos\n"
    "  musivum library list photos --skipped\n"
    "  musivum library list photos --duplicates --json",
).default
def list_files(
    library: Path,
    /,
    *,
    skipped: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    duplicates: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    talk: Annotated[Talk, Parameter(name="*")] = TALK,
) -> None:
    """List the files of a library.

    Parameters
    ----------
    library
        The library's folder.
    skipped
        List the files that were skipped instead, and why.
    duplicates
        List the photos that look the same instead, in groups.
    """
    if skipped and duplicates:
        raise OptionError("skipped and duplicates are two lists: ask for one at a time")
    if duplicates:
        groups = api.library_duplicates(library)
        talk.answer({"duplicates": groups}, _group_lines(groups), asked=True)
    elif skipped:
        left_out = api.library_skipped(library)
        words = [f"{file.path}: {file.reason}" for file in left_out]
        talk.answer({"skipped": left_out}, words, asked=True)
    else:
        files = api.library_files(library)
        talk.answer({"files": files}, [f"{file.path}  {file.width} x {file.height}" for file in files], asked=True)


@_verb("verify", "  musivum library verify photos").default
def verify(library: Path, /, *, talk: Annotated[Talk, Parameter(name="*")] = TALK) -> None:
    """Compare a library with its own records; changes nothing.

    Parameters
    ----------
    library
        The library's folder.
    """
    told = api.library_verify(library)
    talk.answer(told, _figures(told), asked=True)


@_verb("prune", "  musivum library prune photos").default
def prune(library: Path, /, *, talk: Annotated[Talk, Parameter(name="*")] = TALK) -> None:
    """Give back the space of photos that are gone.

    Parameters
    ----------
    library
        The library's folder.
    """
    told = api.library_prune(library)
    talk.answer(told, _figures(told))


def _figures(told: object) -> list[str]:
    values: dict[str, Any] = plain(told)
    return table(
        [
            (name.replace("_", " "), f"{value:,}" if isinstance(value, int) else str(value))
            for name, value in values.items()
        ]
    )


def _group_lines(groups: tuple[tuple[str, ...], ...]) -> Iterator[str]:
    for group in groups:
        yield f"{count(len(group), 'photo')} that look the same:"
        yield from (f"  {path}" for path in group)
    if not groups:
        yield "no two photos look the same"

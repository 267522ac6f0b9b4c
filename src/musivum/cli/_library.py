"""``musivum library``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from musivum import api
from musivum.cli._talk import TALK, Talk
from musivum.cli._text import count, table
from musivum.errors import OptionError

if TYPE_CHECKING:
    from musivum.library import FileRecord, LibraryInfo, VerifyReport

_HELP = {
    "info": "  musivum library info photos",
    "list": """  musivum library list photos
  musivum library list photos --skipped
  musivum library list photos --duplicates --json""",
    "verify": "  musivum library verify photos",
    "prune": "  musivum library prune photos",
    "about": "  musivum library about photos beach.jpg",
    "generate": "  musivum library generate gradients gratings --library patterns",
    "calibrate": "  musivum library calibrate photos",
}

app = App(name="library", help_epilogue="Examples:\n" + "\n".join(_HELP.values()), help_format="plaintext")
app.command("musivum.cli._about:app", name="about", help="List the photos that are most like example pictures.")
app.command(
    "musivum.cli._calibrate:app",
    name="calibrate",
    help="Learn what the filters of --retrieval match-pdf are worth.",
)
app.command("musivum.cli._generate:app", name="generate", help="Draw tiles into a library instead of reading photos.")


def _command(name: str) -> App:
    command = App(name=name, help_epilogue=f"Examples:\n{_HELP[name]}", help_format="plaintext")
    app.command(command)
    return command


@_command("info").default
def info(library: Path, /, *, talk: Annotated[Talk, Parameter(name="*")] = TALK) -> None:
    """Count what a library holds.

    Parameters
    ----------
    library
        The library's folder.
    """
    told = api.library_info(library)
    talk.answer(told, _info_lines(told), asked=True)


def _info_lines(told: LibraryInfo) -> list[str]:
    return table(
        [
            ("library", told.path),
            ("photos", f"{told.photos:,}"),
            ("drawn", f"{count(told.drawn, 'tile')}"),
            ("files", f"{told.files:,}, of which {told.duplicates:,} hold a photo that another file holds too"),
            ("skipped", f"{told.skipped:,}"),
            ("gone", f"{told.gone:,}"),
            ("size", f"{told.bytes / 1e6:,.1f} MB, format {told.format}"),
            ("digest", told.digest),
        ]
    )


@_command("list").default
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
        raise OptionError("--skipped and --duplicates are two lists: ask for one at a time")
    if duplicates:
        groups = api.library_duplicates(library)
        talk.answer({"duplicates": groups}, _group_lines(groups), asked=True)
        return
    files = [file for file in api.library_files(library) if file.present and (file.reason is not None) == skipped]
    talk.answer({"skipped" if skipped else "files": files}, _file_lines(files), asked=True)


def _file_lines(files: Iterable[FileRecord]) -> Iterator[str]:
    for file in files:
        yield f"{file.path}: {file.reason or f'{file.width} x {file.height}'}"


def _group_lines(groups: tuple[tuple[str, ...], ...]) -> Iterator[str]:
    for group in groups:
        yield f"{count(len(group), 'file')} that look the same:"
        yield from (f"  {path}" for path in group)
    if not groups:
        yield "no two files look the same"


@_command("verify").default
def verify(library: Path, /, *, talk: Annotated[Talk, Parameter(name="*")] = TALK) -> int:
    """Compare a library with its own records; changes nothing.

    Parameters
    ----------
    library
        The library's folder.
    """
    with talk.progress() as progress:
        told = api.library_verify(library, progress=progress)
    talk.answer(told, _verify_lines(told, library), asked=not told.ok)
    return 0 if told.ok else 1


def _verify_lines(told: VerifyReport, library: Path) -> Iterator[str]:
    if told.ok:
        yield f"{library}: all is well with {count(told.tiles, 'photo')}"
    for what, names in (("missing", told.missing), ("changed", told.changed), ("damaged", told.damaged)):
        yield from (f"{what}: {name}" for name in names)
    if told.damaged:
        yield f"to mend it: musivum library prune {library}, then musivum index, or generate for drawn tiles"
    elif not told.ok:
        yield "to bring it up to date: musivum index"


@_command("prune").default
def prune(library: Path, /, *, talk: Annotated[Talk, Parameter(name="*")] = TALK) -> None:
    """Forget the files that are gone, and give back their space.

    Parameters
    ----------
    library
        The library's folder.
    """
    with talk.progress() as progress:
        told = api.library_prune(library, progress=progress)
    forgotten = f"{count(told.files, 'file')} and {count(told.tiles, 'photo')} forgotten"
    talk.answer(told, [f"{library}: {forgotten}, {told.bytes / 1e6:,.1f} MB given back"])

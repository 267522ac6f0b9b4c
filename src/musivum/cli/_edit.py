"""``musivum edit``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from musivum import api
from musivum.cli._talk import TALK, Talk
from musivum.cli._text import count

_SHOWN = 40  # changes; JSON has all

app = App(
    name="edit",
    help_epilogue="""Places are counted from 1, in painting order or as COLUMN,ROW, as in the
table that musivum report PLAN -o photos.csv writes. Nothing but these
places changes. A swap is undone by another swap.

Examples:
  musivum edit face.mosaic --ban uncle.jpg --dry-run
  musivum edit face.mosaic --ban "holiday/*" --resolve -o without.mosaic
  musivum edit face.mosaic --pin 12,7=baby.jpg --swap 118=2
  musivum edit collage.mosaic --pin 1,1=baby.jpg -o other.mosaic""",
    help_format="plaintext",
)


@app.default
def edit(
    plan: Path,
    /,
    *,
    output: Annotated[Path | None, Parameter(alias="-o")] = None,
    ban: Annotated[tuple[str, ...], Parameter(negative=(), show_default=False, json_list=False)] = (),
    pin: Annotated[tuple[str, ...], Parameter(negative=(), show_default=False, json_list=False)] = (),
    swap: Annotated[tuple[str, ...], Parameter(negative=(), show_default=False, json_list=False)] = (),
    resolve: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    dry_run: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    library: Annotated[Path | None, Parameter(alias="-l")] = None,
    workers: int | None = None,
    talk: Annotated[Talk, Parameter(name="*")] = TALK,
) -> None:
    """Change single photos of a mosaic or collage without making it again.

    Parameters
    ----------
    plan
        The plan, as musivum grid, fractal or arrange wrote it.
    output
        Plan to write; by default the same, in place.
    ban
        Photo that must go, or a pattern; may be repeated. Its places get their next best photo.
    pin
        CELL=PHOTO: photo that must come there; may be repeated. In a collage the two photos change places.
    swap
        PLACEMENT=ALTERNATE: next best photo that takes the place, by its rank (1 is the next best) or name; may be
        repeated.
    resolve
        Search the library for places whose photo is banned, and for those that repeat one more than the limits allow.
    dry_run
        Only tell what would change.
    library
        Library of photos, if it is no longer where it was when the plan was made.
    workers
        Threads; by default as many as there are processors.
    """
    with talk.progress() as progress:
        edited = api.edit(
            plan,
            output,
            ban=ban,
            pin=pin,
            swap=swap,
            resolve=resolve,
            library=library,
            dry_run=dry_run,
            workers=workers,
            progress=progress,
        )
    outcome = {
        "plan": edited.plan_path,
        "changes": edited.changes,
        "unchanged": edited.unchanged,
        "forgotten": edited.forgotten,
        "remarks": edited.remarks,
    }
    talk.answer(outcome, _words(edited, dry_run), asked=dry_run)


def _words(edited: api.Edited, dry_run: bool) -> Iterator[str]:
    changes = edited.changes
    yield from _lines([_row(change) for change in changes[:_SHOWN]])
    if len(changes) > _SHOWN:
        yield f"... and {len(changes) - _SHOWN:,} more, which --json lists, too"
    yield from edited.remarks
    told = f"{count(len(changes), 'placement')} changed, {edited.unchanged:,} unchanged"
    if not changes:
        told = f"nothing to change: {count(edited.unchanged, 'placement')} as before"
    if edited.forgotten:
        told += f"; photos that are banned are gone from the alternates of {count(edited.forgotten, 'place')}"
    if edited.plan_path is not None:
        yield f"{edited.plan_path}: {told}"
    else:
        yield f"{told}; nothing was written" if dry_run else told


def _row(change: api.Change) -> tuple[str, ...]:
    cell = "" if change.column is None else f"{change.column},{change.row}"
    error = ""
    if change.error_before is not None and change.error_after is not None:
        error = f"error {change.error_before:.3f} -> {change.error_after:.3f}"
    names = (Path(change.before).name, "nothing" if change.after is None else Path(change.after).name)
    return f"{change.placement}", cell, change.reason, f"{names[0]} -> {names[1]}", error


def _lines(rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        number, *texts = row
        padded = [f"{text:<{width}}" for text, width in zip(texts, widths[1:], strict=True) if width]
        yield "  ".join([f"{number:>{widths[0]}}", *padded]).rstrip()

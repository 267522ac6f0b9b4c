"""The verb that edits a plan: it changes what it must and tells what that is."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.api._editing._cells import NamedCells
from musivum.api._editing._editors import EDITORS, Case
from musivum.api._editing._mosaic import Outcome
from musivum.api._editing._record import banned_before, fitted_numbers, with_edit
from musivum.api._editing._wishes import Wishes, find_wishes, read_wishes
from musivum.api._library import AnyPath, user_path
from musivum.api._names import PhotoNames
from musivum.api._outputs import check_plan_path, check_spares
from musivum.api._render import library_of_plan
from musivum.atomic import check_place
from musivum.errors import OptionError, PlanError
from musivum.library import Library, open_library
from musivum.plan import Plan, load_plan, save_plan
from musivum.progress import Progress, silent
from musivum.threads import check_workers


class Change(NamedTuple):
    """Another photo in one place.

    Attributes
    ----------
    placement
        Its number, from 1, in painting order, before the edit.
    column, row
        Its cell, from 1, where there are cells.
    reason
        swapped, pinned, banned, or displaced: since its photo was needed elsewhere, or too near.
    before, after
        The files of the photos; None for a place that is empty now.
    error_before, error_after
        What the engine minimised; None where there is no target.
    """

    placement: int
    column: int | None
    row: int | None
    reason: str
    before: str
    after: str | None
    error_before: float | None
    error_after: float | None


class Edited(NamedTuple):
    """A plan that was edited.

    Attributes
    ----------
    plan
        As it is now.
    plan_path
        The file that was written, None if none was.
    changes
        By placements.
    unchanged
        How many placements show what they showed.
    forgotten
        How many places lost a banned photo from their alternates.
    remarks
        What the person should know.
    """

    plan: Plan
    plan_path: Path | None
    changes: tuple[Change, ...]
    unchanged: int
    forgotten: int
    remarks: tuple[str, ...]


def edit(
    plan: AnyPath,
    output: AnyPath | None = None,
    *,
    ban: str | Sequence[str] = (),
    pin: str | Sequence[str] = (),
    swap: str | Sequence[str] = (),
    resolve: bool = False,
    library: AnyPath | None = None,
    dry_run: bool = False,
    workers: int | None = None,
    progress: Progress = silent,
) -> Edited:
    """Edit a plan; what is not concerned stays as it is, to the byte.

    Photos are named by the end of their paths, as `PhotoNames` tells; placements by their numbers from 1 in painting
    order, or as ``COLUMN,ROW``. A single wish of a kind may be a string.

    Parameters
    ----------
    plan
        The plan file.
    output
        Plan file to write; by default the same, in one step.
    ban
        Photos, or patterns, that go from all places and alternates. Their places get the best alternate that the
        limits on repetition allow; in a collage they stay empty.
    pin
        ``CELL=PHOTO``: the photo comes there, whatever its error; in a collage in exchange for the one that is there.
    swap
        ``PLACEMENT=ALTERNATE``: the alternate of that rank, from 1, or name takes the place.
    resolve
        Search the library for places without a good alternate, and for those whose photos repeat more than the limits
        allow since this edit, or without another wish at all; in a collage, for places that are empty.
    library
        Where the photos are; by default where the plan found them.
    dry_run
        Write nothing.
    workers
        Threads; the outcome does not depend on it.

    Raises
    ------
    PlanError
        If the plan cannot be read, or its library is gone or lacks a photo.
    OptionError
        If a wish cannot be understood or fulfilled, or the plan cannot be written, since somebody else edited it for
        one.
    """
    check_workers(workers)
    ban, pin, swap = ((wish,) if isinstance(wish, str) else tuple(wish) for wish in (ban, pin, swap))
    asked = read_wishes(ban, pin, swap, resolve)
    plan_path = user_path(plan)
    path = plan_path if output is None else user_path(output)
    state = _state(plan_path)
    loaded = load_plan(plan_path)
    editor = EDITORS.get(str(loaded.recipe.get("engine")))
    if editor is None:
        raise PlanError(
            f"{plan_path} does not say which engine made it; make it again with one of {', '.join(EDITORS)}"
        )
    tiles = library_of_plan(loaded, library)
    if not dry_run:
        if output is not None:
            check_plan_path(path)
        check_place(path)
        check_spares([path], tiles)
    _check_tiles(loaded, tiles)
    cells = NamedCells(loaded)
    wishes = find_wishes(asked, loaded, tiles, cells)
    outcome = editor(Case(loaded, tiles, wishes, _welcome(loaded, tiles, wishes), workers, progress))
    changes = _changes(loaded, outcome, cells)
    forgotten = _forgotten(loaded, wishes)
    new_bans = wishes.banned - banned_before(loaded)
    made = outcome.plan
    if made is not loaded or new_bans:
        made = with_edit(made, _entry(loaded, outcome, wishes, {"ban": ban, "pin": pin, "swap": swap}))
    written = not dry_run and (made is not loaded or path != plan_path)
    if written:
        if os.path.realpath(path) == os.path.realpath(plan_path) and _state(plan_path) != state:
            raise OptionError(f"{path} was changed by somebody else meanwhile, so nothing was written: edit it again")
        save_plan(made, path)
    remarks = outcome.remarks
    if resolve and changes and loaded.recipe.get("about"):
        remarks = (*remarks, "the whole library was searched, not only photos like the examples")
    if new_bans and not (changes or forgotten):
        remarks = (*remarks, "what is banned was neither shown nor an alternate; later searches leave it out")
    unchanged = len(loaded.placements) - len(changes)
    return Edited(made, path if written else None, changes, unchanged, forgotten, remarks)


def _state(path: Path) -> tuple[int, int, int] | None:
    """What differs once a file is written anew; None if there is none."""
    try:
        told = path.stat()
    except OSError:
        return None
    return told.st_ino, told.st_size, told.st_mtime_ns


def _check_tiles(plan: Plan, library: Library) -> None:
    known = set(library.ids)
    lost = [source for id, source in zip(plan.tiles.ids, plan.tiles.sources, strict=True) if id not in known]
    if lost:
        raise PlanError(
            f"the library {library.path} lacks {len(lost)} of the plan's {len(plan.tiles)} photos, {lost[0]} for one; "
            "index those again, or name another library with --library"
        )


def _welcome(plan: Plan, library: Library, wishes: Wishes) -> npt.NDArray[np.bool_]:
    """Photos (n,) of the library that a search may bring in: those that have a file and that nobody banned."""
    there = set(open_library(library.path).ids) - wishes.banned - banned_before(plan)
    welcome = np.array([id in there for id in library.ids], np.bool_)
    told = plan.recipe.get("ban")  # of collages, which name what they leave out
    if isinstance(told, list) and told:
        names = PhotoNames(library)
        welcome[[row for name in told if isinstance(name, str) for row in names.called(name)]] = False
    return welcome


def _changes(plan: Plan, outcome: Outcome, cells: NamedCells) -> tuple[Change, ...]:
    now = {place: i for i, place in enumerate(outcome.origin.tolist())}
    found, after = [], outcome.plan
    for place, reason in outcome.reasons.items():
        i, (column, row) = now.get(place), cells.cell(place) or (None, None)
        found.append(
            Change(
                placement=place + 1,
                column=column,
                row=row,
                reason=reason,
                before=plan.tiles.sources[plan.placements.tile[place]],
                after=None if i is None else after.tiles.sources[after.placements.tile[i]],
                error_before=float(plan.placements.error[place]) if plan.target else None,
                error_after=float(after.placements.error[i]) if plan.target and i is not None else None,
            )
        )
    return tuple(found)


def _forgotten(plan: Plan, wishes: Wishes) -> int:
    gone = np.array([id in wishes.banned for id in plan.tiles.ids], np.bool_)
    near = plan.alternates.tile
    return int(((near >= 0) & gone[near] & (near != plan.placements.tile[:, None])).any(axis=1).sum())


def _entry(plan: Plan, outcome: Outcome, wishes: Wishes, texts: dict[str, Sequence[str]]) -> dict[str, Any]:
    """What the recipe keeps of an edit."""
    now = {place: i for i, place in enumerate(outcome.origin.tolist())}
    changes, after = [], outcome.plan
    there = set(after.tiles.ids)
    for place, reason in outcome.reasons.items():
        i, id = now.get(place), plan.tiles.ids[plan.placements.tile[place]]
        change: dict[str, Any] = {
            "placement": place + 1,
            "reason": reason,
            "from": id,
            "to": None if i is None else after.tiles.ids[after.placements.tile[i]],
        }
        if id in there and plan.alternates.tile.shape[1]:
            change["fitted"] = fitted_numbers(plan.placements, place)
        changes.append(change)
    asked = {kind: list(wishes) for kind, wishes in texts.items() if wishes}
    banned = sorted(wishes.banned)
    return {**asked, "resolve": wishes.resolve, "changes": changes, **({"banned": banned} if banned else {})}

"""What a plan's recipe keeps of edits, so that it tells how it came to be and a swap can be undone exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.errors import PlanError
from musivum.plan import FITTED, Placements, Plan

_FIRM = ("pinned", "swapped")

Entry = dict[str, Any]


def edits_of(plan: Plan) -> list[Entry]:
    """The edits that a plan went through, in order."""
    told = plan.recipe.get("edits")
    return [edit for edit in told if isinstance(edit, dict)] if isinstance(told, list) else []


def banned_before(plan: Plan) -> set[str]:
    """Ids of tiles that edits banned, and that none brought back by name since."""
    banned: set[str] = set()
    for edit in edits_of(plan):
        told = edit.get("banned")
        banned |= {id for id in told if isinstance(id, str)} if isinstance(told, list) else set()
        banned -= {str(change.get("to")) for change in _changes(edit) if change.get("reason") in _FIRM}
    return banned


def firm_places(plan: Plan) -> npt.NDArray[np.bool_]:
    """Which placements (n,) show what a person put there by name."""
    firm = np.zeros(len(plan.placements), np.bool_)
    shown = [plan.tiles.ids[tile] for tile in plan.placements.tile]
    for edit in edits_of(plan):
        for change in _changes(edit):
            place = change["placement"] - 1
            if change.get("reason") in _FIRM and 0 <= place < len(firm):
                firm[place] = shown[place] == change.get("to")
    return firm


def as_before(plan: Plan, place: npt.NDArray[np.int64], photos: Placements) -> Placements:
    """Photos (m) that are to come into places (m,), with the numbers that were fitted to those that were there before.

    Raises
    ------
    PlanError
        If the recipe tells numbers that are none.
    """
    known = {
        (change["placement"] - 1, change["from"]): change["fitted"]
        for edit in edits_of(plan)
        for change in _changes(edit)
        if "fitted" in change
    }
    columns = {name: getattr(photos, name).copy() for name in FITTED}
    for i, (at, tile) in enumerate(zip(place.tolist(), photos.tile.tolist(), strict=True)):
        fitted = known.get((at, plan.tiles.ids[tile]))
        if fitted is None:
            continue
        try:
            for name, column in columns.items():
                with np.errstate(over="ignore"):
                    column[i] = np.array(fitted[name], np.float32).reshape(column.shape[1:])
                if not np.isfinite(column[i]).all():
                    raise ValueError(f"{name} is beyond all measure")
        except (KeyError, TypeError, ValueError, OverflowError) as fault:
            raise PlanError(
                "the plan's recipe tells of edits in a way that makes no sense; make the plan again"
            ) from fault
    return replace(photos, **columns)


def fitted_numbers(placements: Placements, i: int) -> dict[str, Any]:
    """What was fitted to the photo of placement i, exactly."""
    return {name: getattr(placements, name)[i].tolist() for name in FITTED}


def with_edit(plan: Plan, edit: Entry) -> Plan:
    """The plan with one more edit in its recipe."""
    return replace(plan, recipe=plan.recipe | {"edits": [*edits_of(plan), edit]})


def _changes(edit: Entry) -> Iterator[Entry]:
    told = edit.get("changes")
    for change in told if isinstance(told, list) else ():
        if isinstance(change, dict) and type(change.get("placement")) is int and isinstance(change.get("from"), str):
            yield change

"""Edits of collages, where every photo is once: photos change places, and those that are banned leave theirs free."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from musivum.api._editing._mosaic import Outcome
from musivum.api._editing._wishes import Wishes
from musivum.errors import OptionError
from musivum.library import Library
from musivum.plan import Captions, Plan, bounds, caption_text, mentioned, put, without

if TYPE_CHECKING:
    from musivum.engines.arrange import ArrangeResolver

Rows = npt.NDArray[np.int64]


def edit_collage(
    before: Plan, library: Library, wishes: Wishes, resolver: ArrangeResolver, welcome: npt.NDArray[np.bool_]
) -> Outcome:
    """Carry out wishes: a pinned photo changes places with the one that is there; a banned one leaves its place free.

    Parameters
    ----------
    welcome
        (tiles,) photos of the library that may come into free places, where searching is allowed.

    Raises
    ------
    OptionError
        If a photo is to be in two places, or none would be left.
    """
    shown = np.array([library.row(before.tiles.ids[tile]) for tile in before.placements.tile], np.int64)
    after = shown.copy()
    reasons: dict[int, str] = {}
    _check_once(wishes, library)
    for place, photo in wishes.pins.items():
        reasons |= dict.fromkeys(_move(after, place, photo, bounds(before.placements)), "displaced")
    reasons |= dict.fromkeys(wishes.pins, "pinned")
    banned = np.array([id in wishes.banned for id in library.ids], np.bool_)
    free = np.flatnonzero(banned[after])
    reasons |= dict.fromkeys(free.tolist(), "banned")
    remarks = []
    if wishes.resolve:
        spare = np.setdiff1d(np.flatnonzero(welcome), after)
        filled, free = free[: len(spare)], free[len(spare) :]
        if len(filled):
            after[filled] = resolver.alike(after[filled], spare)
        if len(free):
            remarks.append(f"{_free(len(free))}, for want of photos that are not on the picture yet")
    elif len(free):
        remarks.append(f"{_free(len(free))}; with --resolve, photos that are not on the picture yet come there")
    if len(free) == len(after):
        raise OptionError("all photos of the collage are banned: leave some of them")
    changed = np.setdiff1d(np.flatnonzero(after != shown), free)
    plan = put(before, changed, resolver.placed(changed, after[changed]), keep=True) if len(changed) else before
    origin = np.setdiff1d(np.arange(len(after)), free)
    if len(changed) or len(free):
        plan = mentioned(without(plan, free)) if len(free) else mentioned(plan)
        plan = replace(
            plan,
            captions=_captions(before, plan, origin),
            statistics=_told(before, library, shown, after, origin, banned),
        )
    moved = {place: reasons[place] for place in sorted(reasons) if after[place] != shown[place] or banned[after[place]]}
    return Outcome(plan, origin, moved, tuple(remarks))


def _check_once(wishes: Wishes, library: Library) -> None:
    for photo, times in Counter(wishes.pins.values()).items():
        if times > 1:
            raise OptionError(f"{library.sources[photo]} is pinned {times} times: a collage shows it once")


def _move(after: Rows, place: int, photo: int, boxes: npt.NDArray[np.float64]) -> list[int]:
    """Bring a photo to a place, in exchange for what is there; where it was before, if it was anywhere."""
    if after[place] == photo:
        return []
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    others = np.flatnonzero(after == photo)
    nearest = others[np.square(middles[others] - middles[place]).sum(axis=1).argsort(kind="stable")[:1]]
    after[nearest], after[place] = after[place], photo
    return list(map(int, nearest))


def _captions(before: Plan, plan: Plan, origin: Rows) -> Captions:
    """Captions that go with their photos; photos that are new have one if captions are names."""
    old = before.captions
    if not len(old):
        return old
    boxes = bounds(before.placements)
    bottoms = np.stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]], axis=1)
    tops = np.stack([(old.box[:, 0] + old.box[:, 2]) / 2, old.box[:, 1]], axis=1)
    place_of = [int(np.square(bottoms - top).sum(axis=1).argmin()) for top in tops]
    text_of = {before.tiles.ids[before.placements.tile[i]]: old.text[c] for c, i in enumerate(place_of)}
    box_of = {i: old.box[c] for c, i in enumerate(place_of)}
    band, names = float((old.box[:, 3] - old.box[:, 1]).max()), before.recipe.get("captions") == "names"
    known, texts, lines = set(before.tiles.ids), [], []
    for i, tile in zip(origin.tolist(), plan.placements.tile.tolist(), strict=True):
        text = text_of.get(plan.tiles.ids[tile], "")
        if names and plan.tiles.ids[tile] not in known:
            text = caption_text(PurePosixPath(plan.tiles.sources[tile].replace("\\", "/")).stem)
        if text:
            texts.append(text)
            below = [boxes[i, 0], boxes[i, 3], boxes[i, 2], boxes[i, 3] + band]
            lines.append(box_of.get(i, np.array(below)))
    return replace(old, text=tuple(texts), box=np.array(lines).reshape(-1, 4))


def _told(
    before: Plan, library: Library, shown: Rows, after: Rows, origin: Rows, banned: npt.NDArray[np.bool_]
) -> dict[str, object]:
    """Statistics that are true of the collage as it is now."""
    told, now = dict(before.statistics), after[origin]
    left_out, hero = told.get("left_out"), told.get("hero")
    here = {library.sources[row] for row in now.tolist()}
    if isinstance(left_out, list):
        pushed = [library.sources[row] for row in np.setdiff1d(shown, now).tolist() if not banned[row]]
        told["left_out"] = [source for source in left_out if isinstance(source, str) and source not in here] + pushed
    if "repeats" in told:
        told["repeats"] = len(now) - len(here)
    if hero is not None:
        place = [i for i in origin.tolist() if library.sources[shown[i]] == hero]
        told["hero"] = library.sources[after[place[0]]] if place else None
    return told


def _free(count: int) -> str:
    return "1 place stays empty" if count == 1 else f"{count:,} places stay empty"

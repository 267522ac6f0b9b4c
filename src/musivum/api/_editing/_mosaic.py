"""Edits of mosaics, whose places have alternates and limits on repetition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from musivum.api._editing._record import as_before, firm_places
from musivum.api._editing._wishes import Wishes
from musivum.errors import OptionError
from musivum.library import Library
from musivum.plan import Finds, Placements, Plan, Repeats, breaking, exchange, forget, mentioned, offered, put, uses_of

Rows = npt.NDArray[np.int64]

_SHOWN = 8
_LIMITS = "the mosaic's limits on repetition"


class Resolver(Protocol):
    """What an engine knows of the places of a plan."""

    @property
    def repeats(self) -> Repeats: ...

    def fitted(self, plan: Plan, place: Rows, photos: Placements) -> Placements: ...

    def pinned(self, place: Rows, photo: Rows) -> Finds: ...

    def searched(self, plan: Plan, place: Rows) -> Finds: ...


class Outcome(NamedTuple):
    """A plan that was edited.

    Attributes
    ----------
    plan
        As it is now.
    origin
        (n,) for each of its placements the place where it was before.
    reasons
        Of the places, counted as before, whose photo is another one now.
    remarks
        What the person should know.
    """

    plan: Plan
    origin: Rows
    reasons: dict[int, str]
    remarks: tuple[str, ...]


def edit_mosaic(before: Plan, library: Library, wishes: Wishes, resolver: Resolver) -> Outcome:
    """Carry out wishes: swaps and pins first, then bans, then the search for what is left.

    Raises
    ------
    OptionError
        If a place has no alternate left and nothing may be searched.
    """
    plan, reasons = before, dict.fromkeys(wishes.swaps, "swapped")
    plan = _exchanged(plan, wishes.swaps, resolver)
    plan, pinned = _pinned(plan, library, wishes, resolver)
    reasons |= dict.fromkeys(pinned, "pinned")
    plan, banned, left = _rid(plan, wishes, resolver)
    reasons |= dict.fromkeys(banned, "banned")
    firm = firm_places(plan)
    firm[[*wishes.swaps, *wishes.pins]] = True
    broken, stuck = _broken(plan, resolver.repeats, firm), _stuck(plan, resolver.repeats, firm)
    if wishes.swaps or wishes.pins or wishes.banned:  # then only what these broke is theirs to mend
        had = firm_places(before)
        broken = np.setdiff1d(broken, _broken(before, resolver.repeats, had))
        stuck = np.setdiff1d(stuck, _stuck(before, resolver.repeats, had))
    remarks = []
    if len(stuck):
        remarks.append(f"what was put there by name breaks {_LIMITS} itself in {_places(stuck)}, and stays")
    if wishes.resolve:
        reasons |= dict.fromkeys(np.setdiff1d(broken, left).tolist(), "displaced")
        left = np.union1d(left, broken)
        if len(left):
            plan = put(plan, left, resolver.searched(plan, left), keep=False)
            still = _broken(plan, resolver.repeats, ~np.isin(np.arange(len(firm)), left))
            if len(still):
                remarks.append(f"{_LIMITS} do not hold for {_places(still)}, for want of other photos")
    elif len(left):
        raise OptionError(
            f"no alternate that is not banned and that {_LIMITS} allow is left for {_places(left)}: "
            "--resolve searches the library"
        )
    elif len(broken):
        remarks.append(f"{_LIMITS} no longer hold for {_places(broken)}: --resolve finds other photos")
    plan = plan if plan is before else mentioned(plan)
    changed = [place for place in sorted(reasons) if _photo(before, place) != _photo(plan, place)]
    if changed:
        plan = _told(plan, _broken(plan, resolver.repeats, np.zeros_like(firm)))
    return Outcome(plan, np.arange(len(plan.placements)), {place: reasons[place] for place in changed}, tuple(remarks))


def _exchanged(plan: Plan, columns: Mapping[int, int], resolver: Resolver) -> Plan:
    """Alternates in places, in the colours that they need there."""
    if not columns:
        return plan

    def fitted(place: Rows, photos: Placements) -> Placements:
        return as_before(plan, place, resolver.fitted(plan, place, photos))

    place = np.array(list(columns), np.int64)
    return exchange(plan, place, np.array(list(columns.values()), np.int64), fitted)


def _pinned(plan: Plan, library: Library, wishes: Wishes, resolver: Resolver) -> tuple[Plan, list[int]]:
    """Photos in the places that were named, and which places these are; alternates need no search."""
    near, known, wanted = {}, offered(plan), {}
    for place, photo in wishes.pins.items():
        id = library.ids[photo]
        there = [c for c in np.flatnonzero(known[place]) if plan.tiles.ids[plan.alternates.tile[place, c]] == id]
        if there:
            near[place] = int(there[0])
        elif _photo(plan, place) != id:
            wanted[place] = photo
    plan = _exchanged(plan, near, resolver)
    if wanted:
        places = np.array(list(wanted), np.int64)
        plan = put(plan, places, resolver.pinned(places, np.array(list(wanted.values()), np.int64)), keep=True)
    return plan, [*near, *wanted]


def _rid(plan: Plan, wishes: Wishes, resolver: Resolver) -> tuple[Plan, list[int], Rows]:
    """The plan without banned tiles among its alternates, which take their places where nothing will be searched.

    Returns
    -------
    The plan, the places that showed such a tile, and those of them that show it still.
    """
    gone = np.array([id in wishes.banned for id in plan.tiles.ids], np.bool_)
    plan = forget(plan, gone)
    shown = plan.placements.tile.astype(np.int64)
    theirs = np.flatnonzero(gone[shown])
    if not len(theirs) or wishes.resolve:
        return plan, theirs.tolist(), theirs
    shown[theirs] = -1
    uses, known, columns = uses_of(shown), offered(plan), {}
    for place in theirs[np.argsort(resolver.repeats.order[theirs])].tolist():
        for column in np.flatnonzero(known[place]).tolist():
            tile = int(plan.alternates.tile[place, column])
            others = uses.get(tile, np.empty(0, np.int64))
            if resolver.repeats.fits(place, others):
                columns[place], uses[tile] = column, np.append(others, place)
                break
    plan = forget(_exchanged(plan, columns, resolver), gone)
    return plan, theirs.tolist(), np.setdiff1d(theirs, list(columns))


def _broken(plan: Plan, repeats: Repeats, firm: npt.NDArray[np.bool_]) -> Rows:
    return breaking(repeats, plan.placements.tile, plan.placements.error, firm)


def _stuck(plan: Plan, repeats: Repeats, firm: npt.NDArray[np.bool_]) -> Rows:
    """Firm places that break the limits among themselves, so that no search can mend it."""
    alone = np.where(firm, plan.placements.tile, -1 - np.arange(len(firm)))
    return np.intersect1d(breaking(repeats, alone, plan.placements.error, np.zeros_like(firm)), np.flatnonzero(firm))


def _told(plan: Plan, broken: Rows) -> Plan:
    """The plan with statistics that are true of it still."""
    told = {name: value for name, value in plan.statistics.items() if name not in ("cost", "bound")}
    if "clashes" in told:
        told["clashes"] = len(broken)
    return replace(plan, statistics=told)


def _photo(plan: Plan, place: int) -> str:
    return plan.tiles.ids[int(plan.placements.tile[place])]


def _places(places: Iterable[int]) -> str:
    """``3 placements (118, 240, 301)``."""
    numbers = [str(place + 1) for place in places]
    more = f" and {len(numbers) - _SHOWN:,} more" if len(numbers) > _SHOWN else ""
    return f"{len(numbers):,} placement{'s' * (len(numbers) > 1)} ({', '.join(numbers[:_SHOWN])}{more})"

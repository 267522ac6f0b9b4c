"""Photos of a plan exchanged for others: what is not named stays as it is, to the byte."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.plan._alternates import ALTERNATE_COLUMNS, Alternates
from musivum.plan._columns import BoolArray
from musivum.plan._instead import instead
from musivum.plan._placements import PLACEMENT_COLUMNS, Placements, TileTable
from musivum.plan._plan import Plan

Rows = npt.NDArray[np.int64]

FITTED = ("multiply", "gain", "slope", "follow")
"""Columns of placements that were fitted to the photo shown and that alternates do not have."""


class Finds(NamedTuple):
    """Photos that were found for m places, with a table of tiles of their own.

    Attributes
    ----------
    tiles
        Those that the others mention.
    placements
        (m) the photos, each just where the one lies that it replaces.
    alternates
        (m, a) those that came next, where they are known.
    """

    tiles: TileTable
    placements: Placements
    alternates: Alternates


def offered(plan: Plan) -> BoolArray:
    """Which of the plan's alternates (n, a) are there and are no photo that is chosen in the same place already."""
    near = plan.alternates
    return np.asarray((near.tile >= 0) & (near.tile != plan.placements.tile[:, None]), np.bool_)


def exchange(
    plan: Plan, place: Rows, column: Rows, fitted: Callable[[Rows, Placements], Placements] | None = None
) -> Plan:
    """Show in distinct places (m,) the alternates of columns (m,), each with its error.

    The photo that each replaces becomes an alternate there, ranked by its error, so that another exchange brings it
    back.

    Parameters
    ----------
    fitted
        Places (m,) and what they are to show (m) -> the same with `FITTED` columns of its own. Alternates have none:
        by default gain, slope and follow are neutral and the factors those of the photo that leaves.
    """
    shown = instead(plan.placements, plan.alternates, place, column)
    shown = replace(shown, error=plan.alternates.error[place, column])
    return show(plan, place, shown if fitted is None else fitted(place, shown))


def show(plan: Plan, place: Rows, photos: Placements) -> Plan:
    """Show other photos (m) in distinct places (m,), where they must lie as those do that they replace.

    Alternates stay, but that the photo that leaves is among them in place of the one that comes, of a free entry, or
    of the last.
    """
    return _shown(plan, place, photos, _with_former(plan, place, photos.tile))


def put(plan: Plan, place: Rows, found: Finds, *, keep: bool) -> Plan:
    """Show what was found for distinct places (m,), and mention its tiles.

    Parameters
    ----------
    keep
        Whether the places keep their alternates, with the photo that leaves; else what was found brings its own.
    """
    tiles, rows = _joined(plan.tiles, found.tiles)
    plan = replace(plan, tiles=tiles)
    photos = replace(found.placements, tile=rows[found.placements.tile].astype(np.int32))
    if keep:
        return show(plan, place, photos)
    near = _fitting(found.alternates, plan.alternates.tile.shape[1])
    return _shown(
        plan, place, photos, replace(near, tile=np.where(near.tile < 0, -1, rows[near.tile]).astype(np.int32))
    )


def forget(plan: Plan, gone: BoolArray) -> Plan:
    """Take tiles, marked in (t,), from all alternates; those that remain keep their order."""
    near = plan.alternates
    drop = (near.tile >= 0) & gone[near.tile]
    place = np.flatnonzero(drop.any(axis=1))
    if not len(place):
        return plan
    rest = near.select(place)
    tile = np.where(drop[place], -1, rest.tile)
    rest = replace(rest, tile=tile, error=np.where(tile < 0, np.float32(np.inf), rest.error))
    return replace(plan, alternates=_written(near, place, _ordered(rest, tile < 0)))


def without(plan: Plan, place: Rows) -> Plan:
    """Leave out the placements of places (m,); those after them move up."""
    return plan.select(np.setdiff1d(np.arange(len(plan.placements)), place))


def mentioned(plan: Plan) -> Plan:
    """The plan with those tiles only that a placement or an alternate shows, in the same order."""
    used = np.zeros(len(plan.tiles), np.bool_)
    used[plan.placements.tile] = True
    used[plan.alternates.tile[plan.alternates.tile >= 0]] = True
    if used.all():
        return plan
    row, kept, table = np.cumsum(used) - 1, np.flatnonzero(used), plan.tiles
    near = plan.alternates.tile
    return replace(
        plan,
        tiles=TileTable(tuple(table.ids[i] for i in kept), tuple(table.sources[i] for i in kept), table.sizes[kept]),
        placements=replace(plan.placements, tile=row[plan.placements.tile].astype(np.int32)),
        alternates=replace(plan.alternates, tile=np.where(near < 0, -1, row[near]).astype(np.int32)),
    )


def _shown(plan: Plan, place: Rows, photos: Placements, near: Alternates) -> Plan:
    """The plan with other photos (m) and their alternates (m, a) in places (m,)."""
    columns = {name: getattr(plan.placements, name).copy() for name in PLACEMENT_COLUMNS}
    for name, column in columns.items():
        column[place] = getattr(photos, name)
    return replace(plan, placements=Placements(**columns), alternates=_written(plan.alternates, place, near))


def _with_former(plan: Plan, place: Rows, coming: npt.NDArray[np.int32]) -> Alternates:
    """Alternates (m, a) of places with the photos that leave among them."""
    near = plan.alternates.select(place)
    count, kept = near.tile.shape
    if not kept:
        return near
    leaving = plan.placements.tile[place][:, None]
    last = np.arange(kept) == kept - 1
    rank = np.select([near.tile == leaving, near.tile == coming[:, None], near.tile < 0, last[None]], [4, 3, 2, 1], 0)
    columns = {name: getattr(near, name).copy() for name in ALTERNATE_COLUMNS}
    at = np.arange(count), rank.argmax(axis=1)
    for name, column in columns.items():
        column[at] = getattr(plan.placements, name)[place]
    return _ordered(Alternates(**columns), columns["tile"] < 0)


def _ordered(near: Alternates, free: BoolArray) -> Alternates:
    """The entries of each place by their errors, the free ones last."""
    order = np.lexsort((near.error, free), axis=1)
    rows = np.arange(len(order))[:, None]
    return Alternates(**{name: getattr(near, name)[rows, order] for name in ALTERNATE_COLUMNS})


def _written(near: Alternates, place: Rows, rows: Alternates) -> Alternates:
    columns = {name: getattr(near, name).copy() for name in ALTERNATE_COLUMNS}
    for name, column in columns.items():
        column[place] = getattr(rows, name)
    return Alternates(**columns)


def _fitting(near: Alternates, kept: int) -> Alternates:
    """Alternates (m, a) cut or padded to so many of each place."""
    count, have = near.tile.shape
    cut = {name: getattr(near, name)[:, :kept] for name in ALTERNATE_COLUMNS}
    free = {"tile": -1, "error": np.inf}
    for name, column in cut.items():
        pad = np.full((count, max(0, kept - have), *column.shape[2:]), free.get(name, 0), column.dtype)
        cut[name] = np.concatenate([column, pad], axis=1)
    return Alternates(**cut)


def _joined(table: TileTable, other: TileTable) -> tuple[TileTable, npt.NDArray[np.int64]]:
    """The first table, with those tiles of the other that it lacks at its end, and the rows (t,) of the other in it."""
    known = {id: row for row, id in enumerate(table.ids)}
    new = [i for i, id in enumerate(other.ids) if id not in known]
    known |= {other.ids[i]: len(table) + rank for rank, i in enumerate(new)}
    rows = np.array([known[id] for id in other.ids], np.int64)
    if not new:
        return table, rows
    return TileTable(
        (*table.ids, *(other.ids[i] for i in new)),
        (*table.sources, *(other.sources[i] for i in new)),
        np.concatenate([table.sizes, other.sizes[new]]),
    ), rows

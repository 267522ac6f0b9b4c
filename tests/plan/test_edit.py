"""Photos of a plan exchanged for others, and limits on repetition, against their slow definitions."""

from dataclasses import fields, replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musivum.errors import PlanError
from musivum.plan import (
    FITTED,
    Alternates,
    Finds,
    Placements,
    Plan,
    Repeats,
    TileTable,
    breaking,
    exchange,
    forget,
    mentioned,
    offered,
    put,
    unlimited,
    uses_of,
    without,
)
from musivum.plan._alternates import ALTERNATE_COLUMNS
from musivum.plan._placements import PLACEMENT_COLUMNS
from render.mosaics import Size, cells

TILES = 6


def a_plan(seed, columns=4, rows=3, kept=3):
    """Random photos with distinct random alternates, some places with fewer, the chosen one among them or not."""
    rng = np.random.default_rng(seed)
    size = Size(10 * columns, 8 * rows)
    boxes = cells(size, columns, rows)
    n = len(boxes)
    sizes = rng.integers(20, 60, (TILES, 2))
    table = TileTable(tuple(f"{i:032x}" for i in range(TILES)), tuple(f"{i}.jpg" for i in range(TILES)), sizes)
    tile = rng.integers(0, TILES, n)
    crop = np.tile([0.0, 0, 10, 8], (n, 1)) + rng.random((n, 1))
    scale = np.ones(n)
    placed = Placements.plain(tile, crop, np.stack([scale, 0 * scale, *(boxes[:, :2] - crop[:, :2]).T], axis=1))
    placed = replace(
        placed,
        error=rng.random(n),
        **{name: 1 + rng.random(getattr(placed, name).shape) for name in ("mean", "shift", *FITTED)},
    )
    near = np.stack([rng.permutation(TILES)[:kept] for _ in range(n)]).reshape(n, kept)
    near = _first(np.where(rng.random((n, kept)) < 0.15, -1, near))
    error = np.where(near < 0, np.inf, np.sort(rng.random((n, kept)), axis=1))
    alternates = Alternates.centred(near, error, placed, table)
    alternates = replace(alternates, mean=rng.random((n, kept, 3)), shift=rng.random((n, kept, 3)))
    return Plan(size, (0, 0, 0), "box", 0.5, 0, 0, table, placed, alternates, b"", {}, {})


def _first(near):
    """The entries of each row that are there, moved to its front."""
    return np.take_along_axis(near, np.argsort(near < 0, axis=1, kind="stable"), axis=1)


def rows_of(plan, place):
    """Everything the plan holds of one place, as bytes."""
    return [getattr(plan.placements, name)[place].tobytes() for name in PLACEMENT_COLUMNS] + [
        getattr(plan.alternates, name)[place].tobytes() for name in ALTERNATE_COLUMNS
    ]


def some_swaps(plan, seed):
    """Some places, each with a column that is offered."""
    rng = np.random.default_rng(seed)
    free = [place for place in range(len(plan.placements)) if offered(plan)[place].any()]
    places = np.array([place for place in free if rng.random() < 0.5], np.int64)
    return places, np.array([rng.choice(np.flatnonzero(offered(plan)[place])) for place in places], np.int64)


@settings(max_examples=40)
@given(seed=st.integers(0, 10**6), kept=st.integers(0, 4))
def test_an_exchange_touches_its_places_only_and_the_next_one_undoes_it(seed, kept):
    plan = a_plan(seed, kept=kept)
    place, column = some_swaps(plan, seed)
    once = exchange(plan, place, column)
    assert (once.placements.tile[place] == plan.alternates.tile[place, column]).all()
    assert (once.placements.error[place] == plan.alternates.error[place, column]).all()
    for other in np.setdiff1d(np.arange(len(plan.placements)), place):
        assert rows_of(once, other) == rows_of(plan, other)
    there = [once.alternates.tile[p].tolist().index(plan.placements.tile[p]) for p in place]
    finite = np.where(np.isinf(once.alternates.error), 9, once.alternates.error)
    assert (np.diff(finite, axis=1) >= 0).all() and ((once.alternates.tile < 0) == (finite == 9)).all()

    def restored(where, photos):
        return replace(photos, **{name: getattr(plan.placements, name)[where] for name in FITTED})

    twice = exchange(once, place, np.array(there, np.int64), restored)
    for at in place:
        before, after = rows_of(plan, at), rows_of(twice, at)
        assert before[: len(PLACEMENT_COLUMNS)] == after[: len(PLACEMENT_COLUMNS)]
        if plan.placements.tile[at] not in plan.alternates.tile[at]:  # else its own entry may have had another crop
            known = plan.alternates.tile[at] >= 0
            for name in ALTERNATE_COLUMNS:
                assert (getattr(plan.alternates, name)[at][known] == getattr(twice.alternates, name)[at][known]).all()


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6), banned=st.sets(st.integers(0, TILES - 1)))
def test_forgotten_tiles_are_alternates_nowhere_and_the_others_keep_their_order(seed, banned):
    plan = a_plan(seed)
    gone = np.isin(np.arange(TILES), list(banned))
    left = forget(plan, gone)
    for before, after, place in zip(plan.alternates.tile, left.alternates.tile, range(99), strict=False):
        kept = [t for t in before.tolist() if t >= 0 and not gone[t]]
        assert after.tolist() == kept + [-1] * (len(before) - len(kept))
        if not any(gone[t] for t in before if t >= 0):
            assert rows_of(left, place) == rows_of(plan, place)
    if not banned:
        assert left is plan


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6), keep=st.booleans())
def test_what_was_found_is_shown_and_its_tiles_are_mentioned(seed, keep):
    plan = a_plan(seed)
    rng = np.random.default_rng(seed)
    place = rng.permutation(len(plan.placements))[:3]
    source = a_plan(seed + 1, kept=2)
    ids = (*plan.tiles.ids[3:], *(f"{99 + i:032x}" for i in range(3)))
    tiles = TileTable(ids, ids, np.concatenate([plan.tiles.sizes[3:], source.tiles.sizes[3:]]))
    found = Finds(
        tiles,
        replace(
            source.placements.select(place),
            transform=plan.placements.transform[place],
            crop=plan.placements.crop[place],
        ),
        Alternates.centred(
            np.array([[0, 5], [4, -1], [3, 1]]),
            np.array([[1, 2], [1, np.inf], [2, 3]]),
            plan.placements.select(place),
            tiles,
        ),
    )
    made = put(plan, place, found, keep=keep)
    assert made.tiles.ids == (*plan.tiles.ids, *tiles.ids[3:])
    assert [made.tiles.ids[t] for t in made.placements.tile[place]] == [tiles.ids[t] for t in found.placements.tile]
    former = plan.placements.tile[place]
    for at, was, own in zip(place, former, range(3), strict=True):
        near = [made.tiles.ids[t] for t in made.alternates.tile[at] if t >= 0]
        if keep:
            assert plan.tiles.ids[was] in near and len(near) == len(set(near))
        else:
            assert near == [tiles.ids[t] for t in found.alternates.tile[own] if t >= 0]
    for other in np.setdiff1d(np.arange(len(plan.placements)), place):
        assert rows_of(made, other) == rows_of(plan, other)

    lean = mentioned(made)
    used = {made.tiles.ids[t] for t in [*made.placements.tile, *made.alternates.tile[made.alternates.tile >= 0]]}
    assert lean.tiles.ids == tuple(id for id in made.tiles.ids if id in used)
    names = [[plan.tiles.ids[t] if t >= 0 else "" for t in plan.alternates.tile.ravel()] for plan in (made, lean)]
    assert names[0] == names[1] and mentioned(lean) is lean
    assert len(made.tiles.sources) == len(made.tiles.sizes) == len(made.tiles)
    sources = dict(zip(made.tiles.ids, made.tiles.sources, strict=True))
    assert all(sources[id] == source for id, source in zip(lean.tiles.ids, lean.tiles.sources, strict=True))


def test_a_photo_that_lies_elsewhere_is_refused():
    plan = a_plan(0)
    place = np.flatnonzero((plan.alternates.tile >= 0).any(axis=1))[:1]
    moved = plan.placements.select(place)
    moved = replace(moved, transform=moved.transform + np.array([0, 0, 5.0, 0]))
    with pytest.raises(PlanError, match="do not cover"):
        put(plan, place, Finds(plan.tiles, moved, Alternates.none(1)), keep=True)


def test_places_are_left_out():
    plan = a_plan(1)
    left = without(plan, np.array([0, 5]))
    assert len(left.placements) == len(plan.placements) - 2
    assert rows_of(left, 4) == rows_of(plan, 6)


def random_repeats(rng, n):
    """Limits by chance: near is a distance on a line, most grows in an order of its own."""
    at, order = rng.random(n), rng.permutation(n)
    most = np.sort(rng.integers(1, 4, n))[order]
    return Repeats(most, order, lambda one, other: np.abs(at[one] - at[other]) < 0.1)


def holds(repeats, places):
    """By definition: no two of these places are near, and none is one too many among those before it."""
    pairs = combinations(places, 2)
    apart = not any(repeats.near(np.array([a]), np.array([b]))[0] for a, b in pairs)
    return apart and all(sum(repeats.order[b] <= repeats.order[a] for b in places) <= repeats.most[a] for a in places)


@settings(max_examples=60)
@given(seed=st.integers(0, 10**6), n=st.integers(1, 14))
def test_breaking_places_are_few_and_the_limits_hold_without_them(seed, n):
    rng = np.random.default_rng(seed)
    repeats, tile, error = random_repeats(rng, n), rng.integers(0, 3, n), rng.random(n)
    firm = rng.random(n) < 0.2
    found = breaking(repeats, tile, error, firm)
    assert not firm[found].any() and (np.diff(found) > 0).all()
    for places in uses_of(tile).values():
        staying = [p for p in places.tolist() if p not in found]
        if not firm[places].any():
            assert holds(repeats, staying)
            if holds(repeats, places.tolist()):
                assert len(staying) == len(places)
        for place in staying:
            others = np.array([p for p in staying if p != place], np.int64)
            if holds(repeats, others.tolist()):
                assert repeats.fits(place, others) == holds(repeats, staying)


def test_without_limits_nothing_breaks():
    tile = np.zeros(5, np.int64)
    assert not len(breaking(unlimited(5), tile, np.zeros(5), np.zeros(5, bool)))


def test_the_columns_that_were_fitted_are_those_that_alternates_lack():
    own = {field.name for field in fields(Alternates)}
    assert set(FITTED) == set(PLACEMENT_COLUMNS) - own - {"opacity", "feather"}

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
from plan.random_plans import TILES, a_plan, random_repeats, rows_of


def some_swaps(plan, seed):
    """Some places, each with a column that is offered."""
    rng = np.random.default_rng(seed)
    free = [place for place in range(len(plan.placements)) if offered(plan)[place].any()]
    places = np.array([place for place in free if rng.random() < 0.5], np.int64)
    return places, np.array([rng.choice(np.flatnonzero(offered(plan)[place])) for place in places], np.int64)


@settings(max_examples=25)
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


@settings(max_examples=20)
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


@settings(max_examples=20)
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


def holds(repeats, places):
    """By definition: no two of these places are near, and none is one too many among those before it."""
    pairs = combinations(places, 2)
    apart = not any(repeats.near(np.array([a]), np.array([b]))[0] for a, b in pairs)
    return apart and all(sum(repeats.order[b] <= repeats.order[a] for b in places) <= repeats.most[a] for a in places)


@settings(max_examples=40)
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


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6), n=st.integers(1, 14), copies=st.integers(1, 3))
def test_those_of_least_error_stay(seed, n, copies):
    rng = np.random.default_rng(seed)
    tile, error = rng.integers(0, 3, n), rng.permutation(n) / n
    limits = unlimited(n)._replace(most=np.full(n, copies))
    found = breaking(limits, tile, error, np.zeros(n, np.bool_))
    assert found.tolist() == [i for i in range(n) if (error[tile == tile[i]] < error[i]).sum() >= copies]


@pytest.mark.parametrize("n", [0, 5])
def test_without_limits_nothing_breaks(n):
    assert not len(breaking(unlimited(n), np.zeros(n, np.int64), np.zeros(n), np.zeros(n, bool)))


def test_uses_are_the_places_of_each_tile():
    uses = uses_of(np.array([4, 2, 4, -1]))
    assert {tile: places.tolist() for tile, places in uses.items()} == {-1: [3], 2: [1], 4: [0, 2]}
    assert uses_of(np.empty(0, np.int64)) == {}


def test_the_columns_that_were_fitted_are_those_that_alternates_lack():
    own = {field.name for field in fields(Alternates)}
    assert set(FITTED) == set(PLACEMENT_COLUMNS) - own - {"opacity", "feather"}

"""Edits of small plans by chance: what is banned is gone, limits hold, and nothing else moves."""

from types import SimpleNamespace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from musivum.api._editing._mosaic import edit_mosaic
from musivum.api._editing._wishes import Wishes
from musivum.errors import OptionError
from musivum.plan import Alternates, Finds, breaking, offered
from plan.random_plans import TILES, a_plan, random_repeats, rows_of


class Shelf:
    """Finds photos by trying all tiles of the plan in their order: the first one that the limits allow."""

    def __init__(self, plan, repeats, banned):
        self.plan, self.repeats = plan, repeats
        self.welcome = [tile for tile in range(TILES) if plan.tiles.ids[tile] not in banned]
        self.asked = []

    def fitted(self, plan, place, photos):
        return photos

    def _lies(self, place, tile):
        shown = self.plan.placements.select(place)
        near = Alternates.centred(np.array(tile)[:, None], np.zeros((len(place), 1)), shown, self.plan.tiles)
        columns = {name: getattr(near, name)[:, 0] for name in ("tile", "crop", "transform", "mirror")}
        return type(shown).plain(**columns)

    def pinned(self, place, photo):
        return Finds(self.plan.tiles, self._lies(place, photo), Alternates.none(len(place)))

    def searched(self, plan, place):
        self.asked.append(place)
        ids = list(self.plan.tiles.ids)
        shown = np.array([ids.index(plan.tiles.ids[tile]) for tile in plan.placements.tile])
        shown[place] = -1
        for at in place:
            fits = [t for t in self.welcome if self.repeats.fits(at, np.flatnonzero(shown == t))]
            shown[at] = (fits or self.welcome)[0]
        return Finds(self.plan.tiles, self._lies(place, shown[place]), Alternates.none(len(place)))


def ids_shown(plan):
    return [plan.tiles.ids[tile] for tile in plan.placements.tile]


def broken(plan, repeats):
    return set(breaking(repeats, plan.placements.tile, plan.placements.error, np.zeros(len(plan.placements), bool)))


@settings(max_examples=30)
@given(
    seed=st.integers(0, 10**6), banned=st.sets(st.integers(0, TILES - 1), min_size=1, max_size=2), resolve=st.booleans()
)
def test_what_is_banned_is_gone_and_the_limits_hold(seed, banned, resolve):
    plan, rng = a_plan(seed), np.random.default_rng(seed)
    n = len(plan.placements)
    repeats = random_repeats(rng, n)._replace(most=np.full(n, rng.integers(2, 9)))
    gone = frozenset(plan.tiles.ids[tile] for tile in banned)
    shelf = Shelf(plan, repeats, gone)
    theirs = [i for i, id in enumerate(ids_shown(plan)) if id in gone]
    library = SimpleNamespace(ids=plan.tiles.ids)
    try:
        made, origin, reasons, remarks = edit_mosaic(plan, library, Wishes(gone, {}, {}, resolve), shelf)
    except OptionError as fault:
        assert not resolve and "--resolve" in str(fault)
        return
    assert not gone & set(made.tiles.ids)
    assert set(reasons) == set(theirs) and origin.tolist() == list(range(n))
    assert bool(shelf.asked) == (resolve and bool(theirs))
    if not remarks:  # else the shelf had nothing that the limits allow
        assert broken(made, repeats) <= broken(plan, repeats)
    for i in range(n):
        if i not in reasons:
            before, after = plan.alternates.tile[i], made.alternates.tile[i]
            kept = [plan.tiles.ids[t] for t in before if t >= 0 and plan.tiles.ids[t] not in gone]
            assert [made.tiles.ids[t] for t in after if t >= 0] == kept
            assert ids_shown(plan)[i] == ids_shown(made)[i]
            if len(kept) == (before >= 0).sum():
                assert rows_of(plan, i)[1:13] == rows_of(made, i)[1:13]
        elif not resolve:
            assert ids_shown(made)[i] in [plan.tiles.ids[t] for t in plan.alternates.tile[i][offered(plan)[i]]]


@settings(max_examples=25)
@given(seed=st.integers(0, 10**6), photo=st.integers(0, TILES - 1), resolve=st.booleans())
def test_a_pin_stays_and_what_it_crowds_gives_way_only_to_a_search(seed, photo, resolve):
    plan, rng = a_plan(seed), np.random.default_rng(seed)
    n = len(plan.placements)
    place = int(rng.integers(n))
    repeats = random_repeats(rng, n)
    shelf = Shelf(plan, repeats, set())
    library = SimpleNamespace(ids=plan.tiles.ids)
    made, _, reasons, remarks = edit_mosaic(plan, library, Wishes(frozenset(), {place: photo}, {}, resolve), shelf)
    assert ids_shown(made)[place] == plan.tiles.ids[photo]
    others = {i for i in range(n) if ids_shown(made)[i] != ids_shown(plan)[i]} - {place}
    assert set(reasons) - {place} == others and all(reasons[i] == "displaced" for i in others)
    if not resolve:
        assert not others
    elif not remarks:
        firm = np.arange(n) == place
        assert set(breaking(repeats, made.placements.tile, made.placements.error, firm)) <= broken(plan, repeats)
    assert place not in np.concatenate([np.empty(0, int), *shelf.asked])

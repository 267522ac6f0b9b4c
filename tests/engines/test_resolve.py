"""Photos found for single places of a plan: as the engine would choose them, in the same place, within the limits."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from musivum.engines.arrange import ArrangeOptions, ArrangeResolver, Paper, plan_arrange
from musivum.engines.fractal import FractalOptions, FractalResolver, plan_fractal
from musivum.engines.grid import GridOptions, GridResolver, plan_grid
from musivum.engines.grid._crops import candidate_crops
from musivum.engines.grid._dictionary import crop_patches
from musivum.engines.grid._metric import metric
from musivum.errors import PlanError
from musivum.features import color_grid, kept_saliency, linear_samples, patches
from musivum.plan import bounds, breaking, put
from musivum.plan._placements import PLACEMENT_COLUMNS

NO_LIMITS = {"copies": 0, "spacing": 0.0}
GRIDS = [
    {},
    {"mirror": True, "turns": True, "aspect": "3:2"},
    {"offset": "hexagon"},
    {"adaptive": 1, "colour": "gain"},
    {"colour": "fit", "metric": "absdot"},
    {"features": "grid8 + gradient*0.5", "rerank": 8},
]


def whole(plan, target):
    """The plan with a target that no JPEG has touched, so that what is found is found from the same pixels."""
    stream = io.BytesIO()
    Image.fromarray(target).save(stream, "PNG")
    return replace(plan, target=stream.getvalue())


def all_of(library):
    return np.ones(len(library), np.bool_)


def none():
    return np.empty(0, np.int64)


def names(plan, placements=None):
    tiles = plan.tiles
    return [tiles.ids[tile] for tile in (plan.placements if placements is None else placements).tile]


@pytest.fixture(scope="module", params=GRIDS, ids=lambda extra: " ".join(map(str, extra.values())) or "default")
def free(request, photos, target):
    """A grid without limits, and what finds photos for it."""
    plan = whole(plan_grid(target, photos, GridOptions(columns=12, **NO_LIMITS, **request.param)), target)
    return plan, GridResolver(plan, photos, all_of(photos), np.arange(len(photos)))


def test_a_search_for_all_cells_without_limits_finds_the_plan_again(free):
    plan, resolver = free
    place = np.random.default_rng(0).permutation(len(plan.placements))
    found = resolver.searched(plan, place)
    assert names(found) == [names(plan)[i] for i in place]
    for name in set(PLACEMENT_COLUMNS) - {"tile"}:
        np.testing.assert_array_equal(getattr(found.placements, name), getattr(plan.placements, name)[place], name)
    np.testing.assert_array_equal(found.alternates.error, plan.alternates.error[place])


def test_a_photo_that_is_pinned_where_it_is_lies_and_looks_as_it_did(free):
    plan, resolver = free
    place = np.arange(0, len(plan.placements), 5)
    photo = np.array([resolver.library.row(names(plan)[i]) for i in place])
    found = resolver.pinned(place, photo)
    assert names(found) == [names(plan)[i] for i in place]
    for name in set(PLACEMENT_COLUMNS) - {"tile"}:
        np.testing.assert_array_equal(getattr(found.placements, name), getattr(plan.placements, name)[place], name)


def test_the_colours_that_are_fitted_to_a_photo_are_those_of_the_engine(free):
    plan, resolver = free
    place = np.arange(3, len(plan.placements), 7)
    shown = plan.placements.select(place)
    plain = {name: np.full_like(getattr(shown, name), 0.25) for name in ("multiply", "gain", "slope", "follow")}
    fitted = resolver.fitted(plan, place, replace(shown, **plain))
    used = {"tint": {"gain", "slope"}, "gain": {"multiply"}, "fit": {"gain", "slope", "follow"}}
    for name in plain:
        had, has = getattr(shown, name), getattr(fitted, name)
        if name in used[plan.recipe["options"]["colour"]]:  # of the trimmed crop, so not to the last bit
            assert np.median(np.abs(has - had)) < 0.004 and np.mean(np.abs(has - had)) < 0.05, name
        else:
            assert (has == 0.25).all(), name


def test_a_pin_takes_the_crop_of_least_error_by_definition(photos, target):
    options = GridOptions(columns=9, compress="none", mirror=True, tint=0.5)
    plan = whole(plan_grid(target, photos, options), target)
    photo, place = 17, 40
    found = GridResolver(plan, photos, all_of(photos), np.array([photo])).pinned(np.array([place]), np.array([photo]))

    box = bounds(plan.placements)[place]
    cell = patches(linear_samples(target), box[None], 8)
    boxes = bounds(plan.placements)
    sides = boxes[:, 2:] - boxes[:, :2]
    aspect = sides[:, 0].sum() / sides[:, 1].sum()
    crops = candidate_crops(photos.sizes, aspect, most=24, zoom=0.5, mirror=True, turns=False)
    rows = np.flatnonzero(crops.tile == photo)
    weigh = metric(tint=0.5, shift_price=1, chroma=2, structure=0.3)
    apart = np.linalg.norm((color_grid(crop_patches(photos, crops, rows, 8)) - color_grid(cell)) @ weigh, axis=1)
    errors = apart * (1 + 0.15 * (1 - kept_saliency(photos.swatches, crops.tile[rows], crops.boxes[rows])))
    best = rows[errors.argmin()]
    assert found.placements.error[0] == pytest.approx(errors.min(), rel=1e-4)
    assert found.placements.mirror[0] == crops.mirror[best]
    middle = (crops.boxes[best][:2] + crops.boxes[best][2:]) / 2 * photos.sizes[photo]
    crop = found.placements.crop[0]
    np.testing.assert_allclose((crop[:2] + crop[2:]) / 2, middle, atol=1)


@pytest.mark.parametrize("extra", [{}, {"offset": "brick", "spacing": 3.0}, {"adaptive": 1}], ids=str)
def test_a_search_for_some_cells_keeps_the_limits_with_all_others(photos, target, extra):
    options = GridOptions(columns=14, **{"copies": 3, **extra})
    plan = plan_grid(target, photos, options)
    assert not plan.statistics["clashes"]
    banned = np.bincount(plan.placements.tile).argsort()[-2:]
    place = np.flatnonzero(np.isin(plan.placements.tile, banned))
    welcome = np.array([id not in {plan.tiles.ids[t] for t in banned} for id in photos.ids])
    resolver = GridResolver(plan, photos, welcome, none())
    firm = np.zeros(len(plan.placements), np.bool_)
    assert not len(breaking(resolver.repeats, plan.placements.tile, plan.placements.error, firm))
    made = put(plan, place, resolver.searched(plan, place), keep=False)
    assert not {plan.tiles.ids[t] for t in banned} & set(names(made))
    assert not len(breaking(resolver.repeats, made.placements.tile, made.placements.error, firm))
    np.testing.assert_allclose(bounds(made.placements), bounds(plan.placements), atol=1e-6)


def test_where_photos_are_too_few_they_are_used_more_often(photos, target):
    few = photos.select(np.arange(20))
    plan = plan_grid(target, few, GridOptions(columns=10, copies=7, spacing=1))
    place = np.flatnonzero(plan.placements.tile == plan.placements.tile[0])
    welcome = np.array([id != names(plan)[0] for id in few.ids])
    made = put(plan, place, GridResolver(plan, few, welcome, none()).searched(plan, place), keep=False)
    assert names(plan)[0] not in names(made)
    assert np.bincount(made.placements.tile).max() == 7


def test_cells_of_another_recipe_are_refused(photos, target):
    plan = plan_grid(target, photos, GridOptions(columns=9))
    told = plan.recipe["options"]
    for options, complaint in (
        ({**told, "columns": 8}, "not those"),
        ({**told, "zoom": "x"}, "no valid"),
        (None, "no valid"),
    ):
        strange = replace(plan, recipe=plan.recipe | {"options": options})
        with pytest.raises(PlanError, match=complaint):
            _ = GridResolver(strange, photos, all_of(photos), none()).repeats


FREE_FORMS = [{}, {"shape": "photo", "angles": "15", "feather": 0.2}, {"angles": "none", "copies": "1,2,4"}]


@pytest.fixture(scope="module", params=FREE_FORMS, ids=lambda extra: " ".join(map(str, extra.values())) or "default")
def form(request, photos, target):
    """A free-form mosaic, and what finds photos for it."""
    few = photos.select(np.arange(40))
    plan = whole(plan_fractal(target, few, FractalOptions(smallest=0.24, **request.param)), target)
    return plan, FractalResolver(plan, few, all_of(few), np.arange(len(few)))


def test_free_form_limits_are_those_that_the_plan_was_made_under(form):
    plan, resolver = form
    firm = np.zeros(len(plan.placements), np.bool_)
    assert not len(breaking(resolver.repeats, plan.placements.tile, plan.placements.error, firm))
    once = resolver.repeats._replace(most=np.ones(len(firm), np.int64))
    assert len(breaking(once, plan.placements.tile, plan.placements.error, firm)) == len(firm) - len(set(names(plan)))


def test_free_form_photos_are_judged_as_the_engine_judged_them(form):
    plan, resolver = form
    place = np.arange(0, len(plan.placements), 3)
    photo = np.array([resolver.library.row(names(plan)[i]) for i in place])
    found = resolver.pinned(place, photo)
    assert names(found) == [names(plan)[i] for i in place]
    error, had = found.placements.error, plan.placements.error[place]
    assert (error <= had + 0.01).all() and np.median(np.abs(error - had)) < 0.003
    lies_alike = bounds(found.placements), bounds(plan.placements.select(place))
    np.testing.assert_allclose(*lies_alike, atol=1e-6)
    np.testing.assert_array_equal(found.placements.feather, plan.placements.feather[place])
    reach = {"any": 180, "15": 15, "none": 0}[plan.recipe["options"]["angles"]]
    assert np.abs(np.degrees(found.placements.transform[:, 1])).max() <= reach + 1e-6


def test_a_free_form_search_finds_what_is_no_worse_within_the_limits(form):
    plan, resolver = form
    place = np.arange(1, len(plan.placements), 4)
    found = resolver.searched(plan, place)
    made = put(plan, place, found, keep=False)
    firm = np.zeros(len(plan.placements), np.bool_)
    assert not len(breaking(resolver.repeats, made.placements.tile, made.placements.error, firm))
    np.testing.assert_allclose(bounds(made.placements), bounds(plan.placements), atol=1e-6)
    assert made.placements.error[place].mean() <= 1.1 * plan.placements.error[place].mean()
    alone = [resolver.searched(plan, place[i : i + 1]).placements.error[0] for i in range(0, len(place), 6)]
    assert np.median(alone - plan.placements.error[place[::6]]) <= 1e-3


def test_a_photo_of_another_shape_can_be_pinned(photos, target):
    options = FractalOptions(smallest=0.35, shape="photo", angles="none", fill="match", detail=0)
    photos = photos.select(np.arange(12))
    plan = plan_fractal(target, photos, options)
    place = np.arange(2)
    for photo in range(4):  # upright, wide, square and wider ones
        resolver = FractalResolver(plan, photos, all_of(photos), np.array([photo]))
        made = put(plan, place, resolver.pinned(place, np.full(2, photo)), keep=True)
        assert [made.tiles.ids[t] for t in made.placements.tile[place]] == [photos.ids[photo]] * 2
        np.testing.assert_allclose(bounds(made.placements), bounds(plan.placements), atol=1e-6)


def test_a_collage_puts_photos_into_whole_cells_as_the_engine_does(photos):
    few = photos.select(np.arange(24))
    for extra in ({}, {"whole": True, "gap": "6"}, {"whole": True, "cell": "3:2"}, {"layout": "rows"}):
        plan = plan_arrange(few, ArrangeOptions(columns=6, effort="fast", **extra), paper=Paper(600, None))
        resolver = ArrangeResolver(plan, few)
        place = np.arange(len(plan.placements))
        photo = np.array([few.row(id) for id in names(plan)])
        found = resolver.placed(place, photo)
        np.testing.assert_allclose(found.placements.crop, plan.placements.crop, atol=1.5)
        np.testing.assert_allclose(bounds(found.placements), bounds(plan.placements), atol=1.01)


def test_spare_photos_come_in_by_their_likeness(photos):
    plan = plan_arrange(photos, ArrangeOptions(effort="fast"), paper=Paper(600, 600))
    resolver = ArrangeResolver(plan, photos)
    spare = np.array([5, 9, 11, 40])
    found = resolver.alike(np.array([9, 9, 5]), spare)
    assert found[0] == 9 and found[2] == 5 and len(set(found.tolist())) == 3

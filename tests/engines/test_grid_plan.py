"""Whole plans: what goes in comes back, limits hold, workers do not matter."""

import numpy as np
import pytest
from PIL import Image
from threadpoolctl import threadpool_limits

from musivum.color import cielab_from_linear, linear_from_srgb
from musivum.engines.grid import GridOptions, plan_grid
from musivum.errors import LibraryError, OptionError
from musivum.geometry import Size
from musivum.library import index, open_library
from musivum.plan import bounds, load_plan, save_plan
from musivum.render import draw


def test_a_target_is_rebuilt_from_its_own_pieces(tmp_path):
    """11 x 13 pieces of a 143 x 154 picture, some turned over by their names' order, all found where they were."""
    rng = np.random.default_rng(0)
    target = np.kron(rng.integers(30, 226, (39, 33, 3)), np.ones((4, 4, 1)))[:154, :130].astype(np.uint8)
    columns, rows = 10, 11
    folder = tmp_path / "pieces"
    folder.mkdir()
    order = rng.permutation(columns * rows)
    for name, k in enumerate(order):
        j, i = divmod(int(k), columns)
        Image.fromarray(target[j * 14 : (j + 1) * 14, i * 13 : (i + 1) * 13]).save(folder / f"{name:03d}.png")
    index([folder], tmp_path / "lib")
    library = open_library(tmp_path / "lib")
    options = GridOptions(columns=columns, rows=rows, copies=1, tint=0, mirror=False, zoom=1)
    plan = plan_grid(target, library, options)
    names = [int(library.sources[library.row(plan.tiles.ids[t])][-7:-4]) for t in plan.placements.tile]
    assert [int(order[n]) for n in names] == list(range(columns * rows))
    assert (draw(plan, library) == target).all()


def same(one, two):
    return all(
        (getattr(one.placements, name) == getattr(two.placements, name)).all()
        for name in ("tile", "crop", "transform", "mirror", "error", "mean", "gain", "shift", "slope")
    )


@pytest.mark.parametrize("extra", [{}, {"turns": True, "aspect": "3:2"}, {"adaptive": 2}, {"offset": "hexagon"}])
def test_the_plan_is_the_same_with_any_number_of_workers_and_survives_its_file(photos, target, tmp_path, extra):
    options = {"columns": 24, **extra}
    one = plan_grid(target, photos, GridOptions(**options, workers=1))
    four = plan_grid(target, photos, GridOptions(**options, workers=4))
    assert same(one, four)
    save_plan(one, tmp_path / "one.mosaic")
    save_plan(four, tmp_path / "four.mosaic")
    assert (tmp_path / "one.mosaic").read_bytes() == (tmp_path / "four.mosaic").read_bytes()
    assert same(load_plan(tmp_path / "one.mosaic"), one)


def test_the_plan_is_the_same_with_any_number_of_threads_of_blas(photos, target):
    options = GridOptions(columns=14, features="grid16", compress="64", workers=1)
    plans = []
    for threads in (1, 2):
        with threadpool_limits(threads, user_api="blas"):
            plans.append(plan_grid(target, photos, options))
    assert same(*plans)
    assert plans[0].statistics == plans[1].statistics


@pytest.mark.parametrize("aspect", ["1:1", "3:2", "4:3", "2:3", "free"])
@pytest.mark.parametrize("extra", [{}, {"turns": True}, {"offset": "brick"}])
def test_no_photo_is_stretched_and_every_pixel_is_covered(photos, target, aspect, extra):
    plan = plan_grid(target, photos, GridOptions(columns=9, aspect=aspect, **extra))
    placements = plan.placements
    box = bounds(placements)
    crop = placements.crop
    turned = np.abs(np.sin(placements.transform[:, 1])) > 0.5
    shape = np.where(turned[:, None], crop[:, [3, 2]] - crop[:, [1, 0]], crop[:, 2:] - crop[:, :2])
    np.testing.assert_allclose(shape[:, 0] / shape[:, 1], (box[:, 2] - box[:, 0]) / (box[:, 3] - box[:, 1]), rtol=1e-6)
    counts = np.zeros((110 * 4, 140 * 4), int)
    for x0, y0, x1, y1 in (box * 4).round().astype(int):
        counts[max(y0, 0) : y1, max(x0, 0) : x1] += 1
    assert (counts == 1).all()


@pytest.mark.parametrize("extra", [{"turns": True}, {"colour": "fit"}, {"offset": "hexagon", "rerank": 8}])
def test_alternates_are_placed_as_if_they_had_been_chosen(photos, target, extra):
    plan = plan_grid(target, photos, GridOptions(columns=16, copies=3, **extra))
    near, chosen = plan.alternates, plan.placements
    cell, place = np.nonzero(near.tile == chosen.tile[:, None])
    assert 0 < len(cell) < len(chosen)
    for name in ("crop", "transform", "mirror", "mean", "shift"):
        assert (getattr(near, name)[cell, place] == getattr(chosen, name)[cell]).all()
    wanted = chosen.mean + chosen.shift
    np.testing.assert_allclose(near.mean + near.shift, np.repeat(wanted[:, None], 4, axis=1), atol=1e-6)


def uses(plan):
    return np.bincount(plan.placements.tile, minlength=len(plan.tiles))


def test_copies_spacing_and_use_all_hold_in_the_plan(photos, target):
    options = GridOptions(columns=24, rows=18, copies=6, spacing=3, use_all=True)
    plan = plan_grid(target, photos, options)
    assert uses(plan).max() <= 6
    assert (uses(plan)[uses(plan) > 0]).size == len(photos)
    assert plan.statistics["relaxed"] == []
    free = plan_grid(target, photos, GridOptions(columns=24, rows=18, copies=6, spacing=3))
    tile = free.placements.tile.reshape(18, 24)
    for dy in range(3):
        for dx in range(-2, 3):
            if (dy, dx) > (0, 0):
                one = tile[: 18 - dy, max(0, -dx) : 24 - max(0, dx)]
                two = tile[dy:, max(0, dx) : 24 + min(0, dx)]
                assert (one != two).all()


def lab(pixels):
    return cielab_from_linear(linear_from_srgb(pixels))


def error(picture, target):
    return float(np.sqrt(((lab(picture) - lab(target)) ** 2).sum(-1)).mean())


def test_tint_brings_the_picture_nearer_and_none_leaves_the_photos_alone(photos, target):
    errors = []
    for tint in (0.0, 0.5, 1.0):
        plan = plan_grid(target, photos, GridOptions(columns=20, tint=tint))
        errors.append(error(draw(plan, photos), target))
        untouched = draw(plan, photos, tint=0)
        assert (draw(plan, photos) == untouched).all() == (tint == 0)
    assert errors[0] > 1.15 * errors[1] > 1.15 * errors[2]


def test_limits_are_paid_for_and_the_bound_says_how_much(photos, target):
    cost, bound = [], []
    for copies in (0, 6, 4):
        plan = plan_grid(target, photos, GridOptions(columns=24, rows=18, copies=copies, spacing=1))
        cost.append(plan.statistics["cost"])
        bound.append(plan.statistics["bound"])
    assert bound == pytest.approx([bound[0]] * 3)
    assert cost[0] == pytest.approx(bound[0], rel=1e-4)
    assert cost[0] < cost[1] < cost[2]


def test_important_cells_get_the_better_tiles(photos, target):
    mask = np.zeros((10, 10, 3), np.uint8)
    mask[:, 5:] = 255
    options = GridOptions(columns=24, rows=18, copies=4, spacing=1)
    right, left = (plan_grid(target, photos, options, importance=m).placements.error for m in (mask, mask[:, ::-1]))
    on_right = np.tile(np.arange(24) >= 12, 18)
    assert right[on_right].mean() < left[on_right].mean()
    assert right[~on_right].mean() > left[~on_right].mean()


def test_bans_and_favourites_are_respected(photos, target):
    plain = plan_grid(target, photos, GridOptions(columns=20, copies=0))
    most = plain.tiles.ids[int(uses(plain).argmax())]
    weights = np.ones(len(photos))
    weights[photos.row(most)] = 0
    banned = plan_grid(target, photos, GridOptions(columns=20, copies=0), weights=weights)
    assert most not in banned.tiles.ids
    other = next(i for i in range(len(photos)) if photos.ids[i] not in plain.tiles.ids)
    weights[:] = 1
    weights[other] = 50
    favoured = plan_grid(target, photos, GridOptions(columns=20, copies=0), weights=weights)
    assert uses(favoured)[favoured.tiles.ids.index(photos.ids[other])] > 0
    with pytest.raises(LibraryError, match="no photo"):
        plan_grid(target, photos, weights=np.zeros(len(photos)))
    for wrong in (np.ones(3), np.full(len(photos), 1e-50), np.full(len(photos), np.nan), -np.ones(len(photos))):
        with pytest.raises(OptionError, match="weights"):
            plan_grid(target, photos, weights=wrong)


@pytest.mark.parametrize("extra", [{}, {"offset": "brick"}, {"offset": "hexagon"}, {"adaptive": 1}])
def test_one_photo_and_tiny_targets_still_make_a_mosaic(photos, extra):
    single = photos.select(np.array([5]))
    target = np.full((8, 6, 3), 90, np.uint8)
    plan = plan_grid(target, single, GridOptions(columns=2, rows=3, **extra), canvas=Size(60, 80))
    assert set(plan.placements.tile) == {0}
    assert draw(plan, single).shape == (80, 60, 3)
    assert plan.statistics["relaxed"]


def test_dedupe_leaves_one_of_each_picture(tmp_path, target):
    folder = tmp_path / "photos"
    folder.mkdir()
    rng = np.random.default_rng(3)
    picture = Image.fromarray(np.kron(rng.integers(0, 255, (8, 8, 3)), np.ones((16, 16, 1))).astype(np.uint8))
    picture.save(folder / "large.png")
    picture.resize((96, 96), Image.Resampling.BOX).save(folder / "small.jpg", quality=90)
    Image.fromarray(np.kron(rng.integers(0, 255, (8, 8, 3)), np.ones((16, 16, 1))).astype(np.uint8)).save(
        folder / "other.png"
    )
    index([folder], tmp_path / "lib")
    library = open_library(tmp_path / "lib")
    options = {"columns": 6, "copies": 0, "spacing": 1}
    assert plan_grid(target, library, GridOptions(**options)).statistics["eligible"] == 3
    assert plan_grid(target, library, GridOptions(**options, dedupe=True)).statistics["eligible"] == 2

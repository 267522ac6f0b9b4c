"""Crops, the metric and the auction against their definitions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from musivum.color import oklab_from_linear
from musivum.engines.grid import GridOptions
from musivum.engines.grid._assignment import assign
from musivum.engines.grid._crops import candidate_crops
from musivum.engines.grid._limits import Limits, feasible_limits
from musivum.engines.grid._metric import SIDE, metric
from musivum.engines.grid._planes import contrast_gain, fit_planes
from musivum.features import color_grid
from musivum.search import Dictionary


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(1, 900), st.integers(1, 900)), min_size=1, max_size=5),
    st.floats(0.2, 5), st.integers(1, 20), st.floats(0.2, 1), st.booleans(), st.booleans(),
)  # fmt: skip
def test_crops_lie_inside_and_have_the_cells_aspect(sizes, aspect, most, zoom, mirror, turns):
    sizes = np.array(sizes)
    crops = candidate_crops(sizes, aspect, most=most, zoom=zoom, mirror=mirror, turns=turns)
    assert (crops.boxes >= 0).all()
    assert (crops.boxes <= 1).all()
    shape = (crops.boxes[:, 2:] - crops.boxes[:, :2]) * sizes[crops.tile]
    wanted = np.where(crops.turn % 2 == 0, aspect, 1 / aspect)
    np.testing.assert_allclose(shape[:, 0] / shape[:, 1], wanted, rtol=0.01)
    orientations = (2 if mirror else 1) * (4 if turns else 1)
    counts = np.bincount(crops.tile, minlength=len(sizes))
    assert (counts >= orientations).all()
    assert (counts <= most * orientations).all()
    assert (np.diff(crops.tile) >= 0).all()
    assert crops.starts(len(sizes)).tolist() == [0, *np.cumsum(counts)]


def test_a_photo_of_the_cells_aspect_is_tried_whole_first():
    crops = candidate_crops(np.array([[60, 40]]), 1.5, most=16, zoom=0.5, mirror=False, turns=False)
    assert crops.boxes[0].tolist() == [0, 0, 1, 1]
    assert len(crops) > 4


def random_patches(seed, n):
    rng = np.random.default_rng(seed)
    return rng.uniform(0, 1, (n, SIDE, SIDE, 3)).astype(np.float32)


@pytest.mark.parametrize("tint", [0.0, 0.3, 0.8])
def test_the_cost_is_what_the_tint_will_leave_plus_its_price(tint):
    one, two = random_patches(0, 6), random_patches(1, 6)
    price, chroma = 0.7, 1.5
    matrix = metric(tint=tint, shift_price=price, chroma=chroma, structure=0)
    cost = (((color_grid(one) - color_grid(two)) @ matrix) ** 2).sum(1)

    scale = np.array([1, chroma, chroma])
    at = (np.arange(SIDE) + 0.5) / SIDE - 0.5
    p, q = fit_planes(one), fit_planes(two)
    plane = (
        (p.mean - q.mean)[:, None, None]
        + (p.slope - q.slope)[:, None, None, 0] * at[None, None, :, None]
        + (p.slope - q.slope)[:, None, None, 1] * at[None, :, None, None]
    )
    difference = oklab_from_linear(one.astype(np.float64)) - oklab_from_linear(two.astype(np.float64))
    left = difference - tint * plane
    altered = tint * plane
    expected = ((left * scale) ** 2).sum(-1).mean((1, 2)) + price * ((altered * scale) ** 2).sum(-1).mean((1, 2))
    np.testing.assert_allclose(cost, expected, rtol=2e-3)


def test_structure_adds_the_squared_differences_of_gradients():
    one, two = random_patches(2, 3), random_patches(3, 3)
    plain = metric(tint=0, shift_price=1, chroma=1, structure=0)
    edged = metric(tint=0, shift_price=1, chroma=1, structure=2)
    lightness = (color_grid(one) - color_grid(two)).reshape(-1, SIDE, SIDE, 3)[..., 0]
    edges = (np.diff(lightness, axis=1) ** 2).sum((1, 2)) + (np.diff(lightness, axis=2) ** 2).sum((1, 2))
    cost = [(((color_grid(one) - color_grid(two)) @ m) ** 2).sum(1) for m in (plain, edged)]
    np.testing.assert_allclose(cost[1] - cost[0], 4 * edges / SIDE**2, rtol=1e-3)


def test_planes_split_a_patch_into_mean_slope_and_spread():
    given_patches = random_patches(4, 5)
    lab = oklab_from_linear(given_patches.astype(np.float64))
    at = (np.arange(SIDE) + 0.5) / SIDE - 0.5
    design = np.stack([np.ones((SIDE, SIDE)), *np.meshgrid(at, at)], axis=-1).reshape(-1, 3)
    found = fit_planes(given_patches)
    for i in range(5):
        solution, *_ = np.linalg.lstsq(design, lab[i].reshape(-1, 3), rcond=None)
        np.testing.assert_allclose(found.mean[i], solution[0], atol=1e-4)
        np.testing.assert_allclose(found.slope[i], solution[1:], atol=1e-4)
        rest = lab[i].reshape(-1, 3) - design @ solution
        assert found.spread[i] == pytest.approx(np.sqrt((rest**2).sum(1).mean()), rel=1e-3)
    assert (contrast_gain(found, found) == 1).all()


def scene(seed, cells, tiles, flat=False):
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(tiles, 5)).astype(np.float32)
    queries = rng.normal(size=(cells, 5)).astype(np.float32) * (0.02 if flat else 1)
    side = int(np.ceil(np.sqrt(cells)))
    y, x = np.divmod(np.arange(cells), side)
    places = np.stack([x + 0.5, y + 0.5, np.ones(cells), np.ones(cells)], axis=1).astype(np.float32)
    return queries, Dictionary(vectors, np.arange(tiles + 1), np.ones(tiles, np.float32)), places


def total(queries, dictionary, tile_of, weights):
    return float((weights * np.linalg.norm(queries - dictionary.vectors[tile_of], axis=1)).sum())


def optimum(queries, dictionary, copies, weights):
    cost = weights[:, None] * np.linalg.norm(queries[:, None] - dictionary.vectors[None], axis=2)
    rows, columns = linear_sum_assignment(np.repeat(cost, copies, axis=1))
    return float(np.repeat(cost, copies, axis=1)[rows, columns].sum())


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize(("cells", "tiles", "copies"), [(150, 60, 3), (200, 100, 2), (180, 60, 3), (100, 300, 1)])
def test_the_assignment_is_near_the_optimum_under_a_copies_limit(cells, tiles, copies, flat):
    queries, dictionary, places = scene(cells, cells, tiles, flat)
    weights = np.random.default_rng(1).uniform(0.5, 2, cells).astype(np.float32)
    found = assign(queries, dictionary, weights, places, Limits(copies, 1, False))
    assert np.bincount(found.tile_of).max() <= copies
    best = optimum(queries, dictionary, copies, weights)
    assert best - 1e-3 <= total(queries, dictionary, found.tile_of, weights) <= 1.06 * best


def test_short_candidate_lists_starve_nobody(monkeypatch):
    """Every cell wants the same few tiles, and each list names eight of 300."""
    queries, dictionary, places = scene(7, 300, 300, flat=True)
    weights = np.ones(300, np.float32)
    whole = assign(queries, dictionary, weights, places, Limits(1, 1, False))
    monkeypatch.setattr("musivum.engines.grid._assignment._SHORTEST", 8)
    monkeypatch.setattr("musivum.engines.grid._assignment._LISTED", 1)
    short = assign(queries, dictionary, weights, places, Limits(1, 1, False))
    assert sorted(short.tile_of) == list(range(300))
    assert total(queries, dictionary, short.tile_of, weights) <= 1.1 * total(
        queries, dictionary, whole.tile_of, weights
    )


def nearest_repeat(tile_of, side):
    y, x = np.divmod(np.arange(len(tile_of)), side)
    apart = np.maximum(np.abs(x[:, None] - x), np.abs(y[:, None] - y)).astype(float)
    apart[(tile_of[:, None] != tile_of) | np.eye(len(tile_of), dtype=bool)] = np.inf
    return apart.min()


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("spacing", [2, 3, 5])
def test_spacing_and_copies_hold_together(spacing, flat):
    queries, dictionary, places = scene(spacing, 400, 90, flat)
    found = assign(queries, dictionary, np.ones(400, np.float32), places, Limits(7, spacing, False))
    assert np.bincount(found.tile_of).max() <= 7
    assert found.clashes == 0
    assert nearest_repeat(found.tile_of, 20) >= spacing


def test_impossible_spacing_is_kept_where_it_can_be_and_counted():
    queries, dictionary, places = scene(9, 100, 4)
    found = assign(queries, dictionary, np.ones(100, np.float32), places, Limits(25, 4, False))
    assert np.bincount(found.tile_of).tolist() == [25] * 4
    assert 0 < found.clashes <= 100


@pytest.mark.parametrize(("cells", "tiles", "copies"), [(200, 150, 4), (60, 60, 2), (400, 30, 100)])
def test_every_tile_is_used_when_asked(cells, tiles, copies):
    queries, dictionary, places = scene(cells, cells, tiles, flat=True)
    weights = np.ones(cells, np.float32)
    found = assign(queries, dictionary, weights, places, Limits(copies, 1, True))
    counts = np.bincount(found.tile_of, minlength=tiles)
    assert counts.min() >= 1
    assert counts.max() <= copies


def test_using_every_tile_costs_little_more_than_the_optimum():
    """The optimum, by brute force: one mandatory copy of each tile and copies - 1 optional ones."""
    queries, dictionary, places = scene(11, 90, 60)
    weights = np.ones(90, np.float32)
    found = assign(queries, dictionary, weights, places, Limits(3, 1, True))
    cost = np.linalg.norm(queries[:, None] - dictionary.vectors[None], axis=2)
    padded = np.concatenate([cost, np.tile(cost, 2)], axis=1)
    idle = np.concatenate([np.full((90, 60), 1e6), np.zeros((90, 120))], axis=1)
    both = np.concatenate([padded, idle])
    rows, columns = linear_sum_assignment(both)
    best = both[rows, columns].sum()
    assert total(queries, dictionary, found.tile_of, weights) <= 1.15 * best


@pytest.mark.parametrize(
    ("options", "cells", "tiles", "copies", "spacing", "use_all", "relaxed"),
    [
        ({}, 100, 1000, 1, 4, False, 0),
        ({}, 1000, 100, 15, 4, False, 0),
        ({"copies": 2}, 1000, 100, 10, 4, False, 1),
        ({"copies": 0}, 1000, 100, 1000, 4, False, 0),
        ({"spacing": 4}, 100, 10, 15, 2, False, 1),
        ({"spacing": 50, "copies": 1}, 100, 1000, 1, 50, False, 0),
        ({"spacing": 4}, 100, 1, 150, 1, False, 1),
        ({"use_all": True}, 100, 1000, 1, 4, False, 1),
        ({"use_all": True}, 100, 50, 3, 4, True, 0),
    ],
)
def test_limits_give_way_in_order_and_say_so(options, cells, tiles, copies, spacing, use_all, relaxed):
    limits = feasible_limits(GridOptions(**options), cells, tiles)
    assert (limits.copies, limits.spacing, limits.use_all, len(limits.relaxed)) == (copies, spacing, use_all, relaxed)

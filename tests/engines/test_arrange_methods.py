"""What puts photos in order: the contract of all methods, and the parts they are made of against slow definitions."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from musivum.engines.arrange import arrange_vectors, distance_preservation_quality
from musivum.engines.arrange._auction import auction
from musivum.engines.arrange._ground import NOBODY, Ground
from musivum.engines.arrange._hilbert import hilbert_index
from musivum.engines.arrange._methods import METHODS
from musivum.engines.arrange._settings import EFFORTS, Settings
from musivum.engines.arrange._smooth import smooth
from musivum.engines.arrange._windows import windows
from musivum.errors import OptionError

SEEDS = st.integers(0, 2**32 - 1)
QUICK = Settings(EFFORTS["fast"])


def open_ground(rows, columns, wrap=False):
    return Ground(np.ones((rows, columns), bool), np.full((rows, columns), NOBODY), np.arange(rows * columns), wrap)


@st.composite
def grounds(draw):
    """Lattices with holes and with cells that are taken, some by one photo together."""
    rows, columns = draw(st.integers(1, 7)), draw(st.integers(1, 7))
    rng = np.random.default_rng(draw(SEEDS))
    kind = rng.choice(3, (rows, columns), p=[0.7, 0.15, 0.15])
    kind.flat[draw(st.integers(0, rows * columns - 1))] = 0
    free, taken = kind == 0, kind == 1
    fixed = np.full((rows, columns), NOBODY)
    count = int(free.sum())
    fixed[taken] = count + rng.integers(3, size=int(taken.sum()))
    photos = rng.permutation(count)
    return Ground(free, fixed, photos, draw(st.booleans())), rng.normal(size=(count + 3, 4)).astype(np.float32)


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=25)
@given(given_ground=grounds(), seed=st.integers(0, 3))
def test_every_photo_gets_one_cell_whatever_the_ground(method, given_ground, seed):
    ground, vectors = given_ground
    found = METHODS[method](vectors, ground, Settings(EFFORTS["fast"], seed))
    assert sorted(found) == sorted(ground.photos)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "vectors", [np.ones((12, 3)), np.repeat(np.eye(3), 4, axis=0), np.arange(12.0)[:, None] * 1e-20]
)
def test_photos_that_are_all_alike_or_nearly_find_places_too(method, vectors):
    for rows, columns in ((3, 4), (1, 12), (12, 1)):
        found = METHODS[method](vectors.astype(np.float32), open_ground(rows, columns), Settings())
        assert sorted(found) == list(range(12))


@pytest.mark.parametrize("method", METHODS)
def test_the_order_does_not_depend_on_how_many_work_and_another_seed_gives_another(method):
    vectors = np.random.default_rng(5).random((1764, 3)).astype(np.float32)  # so many are sorted in windows
    ground = open_ground(42, 42)
    found = [
        METHODS[method](vectors, ground, QUICK._replace(workers=workers, seed=seed))
        for workers, seed in ((1, 0), (3, 0), (2, 1))
    ]
    np.testing.assert_array_equal(found[0], found[1])
    assert (found[0] != found[2]).any()


@pytest.mark.parametrize("count", [1, 2, 3, 10, 101])
@pytest.mark.parametrize("given_shape", [{}, {"columns": 1}, {"rows": 1}, {"aspect": 4.0, "wrap": True}], ids=str)
def test_vectors_of_any_origin_are_arranged(count, given_shape):
    vectors = np.random.default_rng(count).normal(size=(count, 5))
    arranged = arrange_vectors(vectors, effort="fast", **given_shape)
    assert sorted(arranged[arranged != NOBODY]) == list(range(count))
    assert (arranged[:-1] != NOBODY).all()


@pytest.mark.parametrize(
    ("vectors", "options", "words"),
    [
        ([[1.0, np.nan], [0, 0]], {}, "1 of 2 vectors .* row 0"),
        ([[1.0, 0], [0, np.inf]], {}, "row 1"),
        ([1.0, 2.0], {}, "n rows of d numbers"),
        (np.zeros((0, 3)), {}, "n rows of d numbers"),
        (np.zeros((9, 3)), {"method": "magic"}, "sorted, shells, curve"),
        (np.zeros((9, 3)), {"columns": 2, "rows": 2}, "hold 4 of 9"),
    ],
)
def test_vectors_that_cannot_be_arranged_are_refused_in_one_line(vectors, options, words):
    with pytest.raises(OptionError, match=words) as fault:
        arrange_vectors(vectors, **options)
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize("scale", [1e-300, 1e-30, 1e30, 1e300])
def test_vectors_of_any_size_are_arranged_alike(scale):
    vectors = np.random.default_rng(1).normal(size=(60, 3))
    np.testing.assert_array_equal(arrange_vectors(vectors * scale), arrange_vectors(vectors))


@pytest.mark.parametrize("scale", [1e-3, 1, 1e3])
def test_sorting_recovers_the_order_of_a_shuffled_map(scale):
    rows, columns = 9, 13
    y, x = np.mgrid[0:rows, 0:columns] * scale
    planted = np.stack([x, y], axis=2).reshape(-1, 2).astype(np.float32)
    shuffle = np.random.default_rng(1).permutation(len(planted))
    found = METHODS["sorted"](planted[shuffle], open_ground(rows, columns), Settings(EFFORTS["best"]))
    map = planted[shuffle][found].reshape(rows, columns, 2) / scale
    steps = np.abs(np.diff(map, axis=0)).sum(axis=2).ravel(), np.abs(np.diff(map, axis=1)).sum(axis=2).ravel()
    assert np.mean(np.concatenate(steps)) < 1.15  # 1 is the planted map; shuffled ones have 7


def test_maps_that_are_sorted_in_windows_flow_over_the_whole():
    y, x = np.mgrid[0:42, 0:42] / 41
    planted = np.stack([x, y, np.hypot(x - 0.5, y - 0.5)], axis=2).reshape(-1, 3).astype(np.float32)
    shuffle = np.random.default_rng(1).permutation(len(planted))
    turned = planted[shuffle][METHODS["sorted"](planted[shuffle], open_ground(42, 42), QUICK)]
    found = distance_preservation_quality(turned, np.argwhere(np.ones((42, 42))), p=(16, 2))
    assert found > (0.97, 0.97)


def test_another_seed_is_another_arrangement_of_few_photos_too():
    vectors = np.random.default_rng(5).random((100, 3)).astype(np.float32)
    found = [METHODS["sorted"](vectors, open_ground(10, 10), QUICK._replace(seed=seed)) for seed in (0, 1)]
    assert (found[0] != found[1]).mean() > 0.5


def test_a_wrapped_map_has_no_seam():
    vectors = np.random.default_rng(3).random((196, 3)).astype(np.float32)

    def seam(wrap):
        map = vectors[METHODS["sorted"](vectors, open_ground(14, 14, wrap), Settings())].reshape(14, 14, 3)
        across = np.linalg.norm(map[:, 0] - map[:, -1], axis=1).mean(), np.linalg.norm(map[0] - map[-1], axis=1).mean()
        return np.mean(across) / np.linalg.norm(np.diff(map, axis=1), axis=2).mean()

    assert seam(False) > 2
    assert seam(True) < 1.2


@pytest.mark.parametrize("corner", [(0, 0), (0, 9), (9, 0), (9, 9)])
def test_a_fixed_photo_draws_its_like_into_any_corner(corner):
    vectors = np.random.default_rng(8).random((100, 3)).astype(np.float32)
    pinned = int(vectors.sum(axis=1).argmax())
    fixed = np.full((10, 10), NOBODY)
    fixed[corner] = pinned
    ground = Ground(fixed == NOBODY, fixed, np.setdiff1d(np.arange(100), fixed))
    held = fixed.copy()
    held[ground.free] = METHODS["sorted"](vectors, ground, Settings())
    away = np.linalg.norm(vectors[held] - vectors[pinned], axis=2)
    near = np.hypot(*(np.indices((10, 10)) - np.array(corner)[:, None, None])) < 3
    assert away[near].mean() < 0.6 * away.mean()


def test_shells_begin_with_the_most_alike_and_grow_by_the_rule():
    """Every cell, in the order of the rule, holds the best of the photos that come later."""
    rng = np.random.default_rng(2)
    vectors = rng.normal(size=(25, 4)).astype(np.float32)
    held = METHODS["shells"](vectors, open_ground(5, 5), Settings()).reshape(5, 5)
    centred = vectors - vectors.mean(axis=0)
    likeness = centred @ centred.T
    np.fill_diagonal(likeness, -np.inf)
    assert held[2, 2] == np.sort(likeness, axis=1)[:, -4:].sum(axis=1).argmax()
    ring = [
        [(0, -2), (-2, 0), (0, 2), (2, 0)],
        [(a, b) for a, b in itertools.product((-2, -1, 1, 2), repeat=2) if abs(a) != abs(b)],
        [(-2, -2), (-2, 2), (2, -2), (2, 2)],
    ]
    inner = [[(0, -1), (-1, 0), (0, 1), (1, 0)], [(-1, -1), (-1, 1), (1, -1), (1, 1)]]
    done = {(0, 0)}
    for group in (*inner, *ring):
        later = {held[2 + a, 2 + b] for a in range(-2, 3) for b in range(-2, 3) if (a, b) not in done}
        later -= {held[2 + a, 2 + b] for a, b in group}
        for a, b in group:
            around = [(a + 1, b), (a - 1, b), (a, b + 1), (a, b - 1)]
            wanted = sum(centred[held[2 + r, 2 + c]] for r, c in around if (r, c) in done)
            mine = centred[held[2 + a, 2 + b]] @ wanted
            assert all(mine >= centred[other] @ wanted for other in later)
        done |= set(group)


@settings(max_examples=40)
@given(SEEDS, st.integers(1, 30), st.floats(1e-3, 0.5))
def test_the_auction_comes_within_epsilon_of_the_optimum(seed, n, epsilon):
    rng = np.random.default_rng(seed)
    gain = rng.normal(size=(n, n)).astype(np.float32).round(int(rng.integers(1, 4)))
    price = rng.normal(size=n).astype(np.float32)
    found = auction(gain, price, epsilon)
    assert sorted(found) == list(range(n))
    best = gain[linear_sum_assignment(-gain)].sum()
    assert gain[np.arange(n), found].sum() >= best - n * epsilon - 1e-3


@pytest.mark.parametrize("epsilon", [4e-16, 1e-30])
def test_an_auction_ends_however_small_the_gains_are_beside_the_prices(epsilon):
    rng = np.random.default_rng(1)
    gain = (1e-15 * rng.normal(size=(12, 12))).astype(np.float32)
    price = np.full(12, 1e-7, np.float32)
    assert sorted(auction(gain, price, epsilon)) == list(range(12))


@settings(max_examples=40)
@given(SEEDS, st.integers(1, 6), st.integers(1, 9), st.integers(1, 12), st.booleans())
def test_running_means_are_those_of_the_squares_around(seed, rows, columns, radius, wrap):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(rows, columns, 2)).astype(np.float32)
    weight = rng.integers(0, 3, (rows, columns)).astype(np.float32)
    found = smooth(values, weight, radius, wrap=wrap)
    reach = [min(radius, (length - 1) // 2) if wrap else radius for length in (rows, columns)]
    for row, column in np.ndindex(rows, columns):
        total, sums = 0.0, np.zeros(2)
        for down, right in itertools.product(*(range(-r, r + 1) for r in reach)):
            y, x = row + down, column + right
            if wrap:
                y, x = y % rows, x % columns
            if 0 <= y < rows and 0 <= x < columns:
                total += weight[y, x]
                sums += weight[y, x] * values[y, x]
        np.testing.assert_allclose(found[row, column], sums / total if total else 0, atol=2e-5)


@pytest.mark.parametrize(("axes", "bits"), [(1, 4), (2, 4), (3, 3), (4, 2)])
def test_hilbert_curves_visit_every_point_by_single_steps(axes, bits):
    points = np.array(list(itertools.product(range(2**bits), repeat=axes)))
    index = hilbert_index(points, bits)
    assert sorted(index) == list(range(len(points)))
    assert (np.abs(np.diff(points[np.argsort(index)], axis=0)).sum(axis=1) == 1).all()


@settings(max_examples=40)
@given(SEEDS, st.integers(1, 60), st.integers(1, 60), st.integers(2, 12), st.integers(1, 40), st.booleans())
def test_windows_part_all_cells_into_few(seed, rows, columns, side, radius, wrap):
    rng = np.random.default_rng(seed)
    free = rng.random((rows, columns)) < 0.8
    free[0, 0] = True
    ground = Ground(free, np.full(free.shape, NOBODY), np.arange(int(free.sum())), wrap)
    parts = windows(ground, side, radius, rng)
    assert sorted(np.concatenate(parts)) == list(range(int(free.sum())))
    assert max(map(len, parts)) <= side**2

"""Distance preservation quality: the slow definition, the published number, and what must not change it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musivum.engines.arrange import distance_preservation_quality, neighbour_distances
from musivum.engines.arrange._ground import Ground
from musivum.engines.arrange._methods import METHODS
from musivum.engines.arrange._settings import Settings
from musivum.errors import OptionError


def lattice(rows, columns):
    return np.stack(np.divmod(np.arange(rows * columns), columns)[::-1], axis=1).astype(float)


def defined(vectors, positions, p, period=None):
    """The definition of the paper in plain loops, ties in the plane by likeness."""
    n = len(vectors)
    apart = np.abs(positions[:, None] - positions)
    if period:
        apart = np.minimum(apart, np.asarray(period) - apart)
    apart = (apart**2).sum(axis=2).tolist()
    likeness = np.sqrt(((vectors[:, None] - vectors) ** 2).sum(axis=2)).tolist()
    mean = np.mean([likeness[i][j] for i in range(n) for j in range(n) if i != j])
    gains, most = [], []
    for k in range(1, n):
        planar, best = [], []
        for i in range(n):
            others = [j for j in range(n) if j != i]
            near = sorted(others, key=lambda j: (apart[i][j], likeness[i][j]))
            planar += [likeness[i][j] for j in near[:k]]
            best += sorted(likeness[i][j] for j in others)[:k]
        gains.append(max(mean - np.mean(planar), 0) ** p)
        most.append(max(mean - np.mean(best), 0) ** p)
    return (sum(gains) / sum(most)) ** (1 / p)


@pytest.mark.parametrize("period", [None, (5.0, 4.0)])
@pytest.mark.parametrize("d", [1, 3, 40])
def test_it_is_the_definition(d, period):
    rng = np.random.default_rng(d)
    vectors, positions = rng.random((20, d)) + 7, lattice(4, 5)
    vectors[:7] = vectors[:7].round(0)  # equal ones among them
    vectors = vectors[np.argsort(vectors[:, 0] + 0.3 * rng.random(20))]
    got = distance_preservation_quality(vectors, positions, p=(16, 2), period=period)
    wanted = [defined(vectors, positions, p, period) for p in (16, 2)]
    assert got == pytest.approx(wanted, rel=1e-6)
    assert distance_preservation_quality(vectors, positions, period=period) == got[0]


def test_random_colours_have_the_published_baseline():
    found = [
        distance_preservation_quality(np.random.default_rng(seed).random((1024, 3)), lattice(32, 32))
        for seed in range(4)
    ]
    assert np.mean(found) == pytest.approx(0.35, abs=0.01)


def test_sorted_random_colours_have_the_published_quality():
    colours = np.random.default_rng(1).random((1024, 3)).astype(np.float32)
    ground = Ground(np.ones((32, 32), bool), np.full((32, 32), -1), np.arange(1024))
    order = METHODS["sorted"](colours, ground, Settings())
    nearby, whole = distance_preservation_quality(colours[order], lattice(32, 32), p=(16, 2))
    assert nearby == pytest.approx(0.952, abs=0.006) and whole > 0.8


def test_a_plane_is_perfect_and_a_line_folded_into_it_is_good_nearby():
    turned = lattice(20, 20) @ [[0.6, 0.0, 0.8], [-0.8, 0.0, 0.6]]
    assert distance_preservation_quality(turned, lattice(20, 20), p=(16, 2)) == pytest.approx((1, 1))
    snake = lattice(20, 20)
    snake[:, 0] = np.where(snake[:, 1] % 2, 19 - snake[:, 0], snake[:, 0])
    order = np.arange(400.0)[:, None]
    whole, nearby = distance_preservation_quality(order, snake, p=(2, np.inf))
    assert nearby > 0.95 > 0.8 > whole


def test_opposite_edges_meet():
    turn = 2 * np.pi * lattice(12, 12) / 12
    ring = np.concatenate([np.cos(turn), np.sin(turn)], axis=1)
    wrapped = distance_preservation_quality(ring, lattice(12, 12), p=2, period=(12, 12))
    assert wrapped == pytest.approx(1, abs=0.01)
    assert distance_preservation_quality(ring, lattice(12, 12), p=2) < wrapped - 0.05


def test_blocks_are_the_whole_and_a_sample_is_near_it(monkeypatch):
    rng = np.random.default_rng(5)
    vectors = np.sort(rng.random((900, 1)), axis=0) + 0.05 * rng.random((900, 3))
    whole = distance_preservation_quality(vectors, lattice(30, 30), p=(16, 2))
    monkeypatch.setattr("musivum.engines.arrange._quality._BLOCK", 7 * 900)
    assert distance_preservation_quality(vectors, lattice(30, 30), p=(16, 2)) == pytest.approx(whole, rel=1e-12)
    some = distance_preservation_quality(vectors, lattice(30, 30), p=(16, 2), sample=300)
    assert some == pytest.approx(whole, abs=0.01) and some != whole
    assert some == distance_preservation_quality(vectors, lattice(30, 30), p=(16, 2), sample=300)
    assert some != distance_preservation_quality(vectors, lattice(30, 30), p=(16, 2), sample=300, seed=1)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_few_photos_are_as_good_as_can_be(n):
    assert distance_preservation_quality(np.eye(2)[:n], lattice(1, n), p=(16, 2)) == (1.0, 1.0)


@pytest.mark.parametrize("vectors", [np.full((12, 5), 0.1), np.eye(12), np.zeros((12, 0)), np.full((12, 3), 1e9)])
def test_where_no_order_is_better_it_is_1(vectors):
    assert distance_preservation_quality(vectors, lattice(3, 4)) == 1.0


@pytest.mark.parametrize("scale", [1e-300, 1e-30, 1e30, 1e300])
def test_numbers_may_be_as_large_and_as_small_as_there_are(scale):
    vectors = np.random.default_rng(2).normal(size=(30, 3))
    scaled = distance_preservation_quality(vectors * scale, lattice(5, 6))
    assert scaled == pytest.approx(distance_preservation_quality(vectors, lattice(5, 6)), rel=1e-6)


@pytest.mark.parametrize("n", [2, 30])
def test_as_many_exponents_as_are_given_are_answered_whatever_holds_them(n):
    vectors, places = np.random.default_rng(2).normal(size=(n, 3)), lattice(5, 6)[:n]
    wanted = distance_preservation_quality(vectors, places, p=(2, 16))
    assert distance_preservation_quality(vectors, places, p=np.array([2, 16])) == wanted
    assert distance_preservation_quality(vectors, places, p=[2, 16]) == wanted
    assert distance_preservation_quality(vectors, places, p=np.float64(2)) == wanted[0]
    assert distance_preservation_quality(vectors, places, p=(16,)) == wanted[1:]


@pytest.mark.parametrize(
    ("vectors", "options", "words"),
    [
        (np.full((12, 2), np.nan), {}, "vectors hold numbers that are not finite"),
        (np.eye(12), {"p": 0.5}, "p is 0.5"),
        (np.eye(12), {"p": (2, np.nan)}, "p is nan"),
        (np.eye(12), {"sample": 0}, "sample is 0"),
    ],
)
def test_what_has_no_quality_is_refused(vectors, options, words):
    with pytest.raises(OptionError, match=words):
        distance_preservation_quality(vectors, lattice(3, 4), **options)
    with pytest.raises(OptionError, match="positions hold"):
        distance_preservation_quality(np.eye(12), np.full((12, 2), np.inf))


@given(st.integers(3, 40), st.integers(1, 7), st.integers(1, 5), st.integers(0, 2**32 - 1), st.floats(1e-3, 1e3))
@settings(max_examples=40)
def test_neither_order_nor_scale_nor_place_matter(n, columns, d, seed, scale):
    rng = np.random.default_rng(seed)
    vectors, positions = rng.integers(0, 4, (n, d)).astype(float), lattice(40, columns)[:n]
    got = distance_preservation_quality(vectors, positions, p=(16, 1))
    assert all(0 <= quality <= 1 + 1e-9 for quality in got)
    order = rng.permutation(n)
    moved = distance_preservation_quality(scale * (vectors[order] - 1e7), positions[order] * [-1, 1] + 2.5, p=(16, 1))
    assert moved == pytest.approx(got, rel=1e-5, abs=1e-5)


def test_distances_of_neighbours():
    colours = [(0.5, 0, 0), (0.5, 0.3, 0.4), (1, 0, 0)]
    assert neighbour_distances(colours, [(0, 1), (2, 0)]) == pytest.approx([0.5, 0.5])
    assert neighbour_distances(colours, []).shape == (0,)

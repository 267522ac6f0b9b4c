"""Exact search against its definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musivum.search import Dictionary, nearest_owners, pair_costs


def scene(seed, queries, owners, most_rows, width):
    rng = np.random.default_rng(seed)
    counts = rng.integers(1, most_rows + 1, owners)
    starts = np.concatenate([[0], np.cumsum(counts)])
    m = int(starts[-1])
    dictionary = Dictionary(
        rng.normal(size=(m, width)).astype(np.float32), starts, rng.uniform(0.5, 2, m).astype(np.float32)
    )
    return rng.normal(size=(queries, width)).astype(np.float32), dictionary


def slow_costs(queries, dictionary):
    distances = np.sqrt(((queries[:, None].astype(np.float64) - dictionary.vectors[None]) ** 2).sum(2))
    return np.minimum.reduceat(distances * dictionary.factors, dictionary.starts[:-1], axis=1)


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.integers(1, 20), st.integers(1, 60), st.integers(1, 5), st.integers(1, 70))
def test_the_nearest_owners_are_those_of_the_definition(seed, queries, owners, rows, k):
    q, dictionary = scene(seed, queries, owners, rows, 6)
    found = nearest_owners(q, dictionary, k)
    costs = slow_costs(q, dictionary)
    k = min(k, owners)
    assert found.owners.shape == (queries, k)
    np.testing.assert_allclose(found.distances, np.sort(costs, axis=1)[:, :k], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(np.take_along_axis(costs, found.owners, 1), found.distances, rtol=1e-5, atol=1e-6)
    assert (np.diff(found.distances, axis=1) >= 0).all()
    assert all(len(set(row)) == k for row in found.owners)


@pytest.mark.parametrize("offset", [0.0, 1e3])
def test_the_few_nearest_of_many_rows_are_found_far_from_the_origin_too(offset):
    q, dictionary = scene(7, 40, 9000, 2, 5)
    expected = np.sort(slow_costs(q, dictionary), axis=1)[:, :3]
    moved = Dictionary(dictionary.vectors + np.float32(offset), dictionary.starts, dictionary.factors)
    found = nearest_owners(q + np.float32(offset), moved, 3)
    np.testing.assert_allclose(found.distances, expected, atol=3e-7 * max(offset, 10))


def test_prices_and_weights_enter_the_sum():
    q, dictionary = scene(1, 7, 40, 3, 5)
    rng = np.random.default_rng(2)
    prices, weights = rng.uniform(0, 3, 40).astype(np.float32), rng.uniform(0.5, 2, 7).astype(np.float32)
    found = nearest_owners(q, dictionary, 9, prices=prices, weights=weights)
    total = weights[:, None] * slow_costs(q, dictionary) + prices
    np.testing.assert_allclose(found.distances, np.sort(total, axis=1)[:, :9], rtol=1e-5, atol=1e-6)


def test_an_owner_of_infinite_price_is_never_found():
    q, dictionary = scene(3, 5, 6, 2, 4)
    prices = np.array([0, np.inf, 0, np.inf, 0, 0], np.float32)
    found = nearest_owners(q, dictionary, 6, prices=prices)
    assert not np.isin(found.owners, [1, 3]).any()
    assert (found.owners[:, 4:] == -1).all()
    assert np.isinf(found.distances[:, 4:]).all()


def test_equal_costs_are_ordered_by_owner():
    dictionary = Dictionary(np.zeros((300, 3), np.float32), np.arange(301), np.ones(300, np.float32))
    found = nearest_owners(np.zeros((2, 3), np.float32), dictionary, 5)
    assert found.owners.tolist() == [[0, 1, 2, 3, 4]] * 2


def test_many_blocks_and_workers_change_nothing():
    q, dictionary = scene(4, 300, 5000, 3, 8)
    one, four = (nearest_owners(q, dictionary, 40, workers=w) for w in (1, 4))
    assert (one.owners == four.owners).all()
    assert (one.distances == four.distances).all()
    parts = [nearest_owners(q[i : i + 128], dictionary, 40) for i in (0, 128, 256)]
    assert (np.concatenate([p.owners for p in parts]) == one.owners).all()


@pytest.mark.parametrize("offset", [0.0, 1e3])
def test_pair_costs_find_the_best_row(offset):
    q, dictionary = scene(5, 30, 12, 6, 4)
    dictionary = Dictionary(dictionary.vectors + np.float32(offset), dictionary.starts, dictionary.factors)
    owners = np.arange(30, dtype=np.int32) % 12
    costs, rows = pair_costs(q + np.float32(offset), dictionary, owners)
    expected = slow_costs(q, Dictionary(dictionary.vectors - np.float32(offset), dictionary.starts, dictionary.factors))
    np.testing.assert_allclose(costs, expected[np.arange(30), owners], rtol=1e-2)
    assert (dictionary.starts[owners] <= rows).all()
    assert (rows < dictionary.starts[owners + 1]).all()

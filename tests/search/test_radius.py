"""Search within a radius against its definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musivum.search import RadiusSearch


def slow(queries, rows, limits, k, closed):
    """Nearest open rows whose squared distance is below the limit, in whole numbers: owners and squares."""
    squares = ((queries[:, None].astype(np.int64) - rows[None].astype(np.int64)) ** 2).sum(axis=2).astype(float)
    squares[(squares >= limits[:, None]) | closed] = np.inf
    squares = np.pad(squares, ((0, 0), (0, k)), constant_values=np.inf)
    order = np.argsort(squares, axis=1, kind="stable")[:, :k]
    found = np.take_along_axis(squares, order, axis=1)
    return np.where(np.isinf(found), -1, order), found


@settings(max_examples=25)
@given(
    seed=st.integers(0, 10**6),
    queries=st.integers(0, 12),
    rows=st.sampled_from([1, 2, 63, 64, 65, 130]),
    dimensions=st.integers(1, 5),
    k=st.integers(1, 9),
    span=st.integers(1, 6),
)
def test_the_nearest_within_the_radius_are_those_of_the_definition(seed, queries, rows, dimensions, k, span):
    """Small whole numbers are exact in floats, and many of their distances are equal: the lowest row comes first."""
    rng = np.random.default_rng(seed)
    q = rng.integers(-span, span + 1, (queries, dimensions)).astype(np.float32)
    x = rng.integers(-span, span + 1, (rows, dimensions)).astype(np.float32)
    limits = rng.integers(0, 2 * span**2 + 2, queries).astype(np.float32)
    closed = rng.uniform(size=rows) < rng.choice([0, 0.5, 1])
    found = RadiusSearch.among(x, closed=closed)(q, limits, k)
    owners, squares = slow(q, x, limits, k, closed)
    assert found.owners.tolist() == owners.tolist()
    np.testing.assert_allclose(found.distances, np.sqrt(squares), rtol=1e-6)


def test_a_row_just_at_the_limit_is_not_within_it():
    search = RadiusSearch.among(np.array([[3, 4]], np.float32))
    queries = np.zeros((3, 2), np.float32)
    found = search(queries, np.array([24, 25, 26], np.float32), 1)
    assert found.owners[:, 0].tolist() == [-1, -1, 0]


def test_without_a_limit_all_rows_are_found_but_no_padding():
    rng = np.random.default_rng(0)
    rows, queries = (rng.normal(size=(n, 7)).astype(np.float32) for n in (70, 3))
    search = RadiusSearch.among(rows)
    found = search(queries, np.full(3, np.inf, np.float32), 100)
    assert search.columns.shape[1] == 128
    for owners, distances, query in zip(found.owners, found.distances, queries, strict=True):
        assert sorted(owners[:70]) == list(range(70))
        assert (owners[70:] == -1).all()
        assert np.isinf(distances[70:]).all()
        np.testing.assert_allclose(distances[:70], np.linalg.norm(query - rows[owners[:70]], axis=1), atol=1e-5)


@pytest.mark.parametrize("limit", [1.0, np.inf])
def test_closed_rows_are_never_found_however_near(limit):
    rows = np.zeros((5, 3), np.float32)
    found = RadiusSearch.among(rows, closed=np.array([1, 0, 1, 0, 1], bool))(rows, np.full(5, limit, np.float32), 4)
    assert found.owners.tolist() == [[1, 3, -1, -1]] * 5
    nothing = RadiusSearch.among(rows, closed=np.ones(5, bool))(rows, np.full(5, limit, np.float32), 4)
    assert (nothing.owners == -1).all()
    assert np.isinf(nothing.distances).all()


def test_many_queries_and_rows_come_in_blocks():
    rng = np.random.default_rng(1)
    rows = rng.integers(-9, 10, (2100, 6)).astype(np.float32)
    queries = rng.integers(-9, 10, (520, 6)).astype(np.float32)
    limits = rng.integers(20, 200, 520).astype(np.float32)
    found = RadiusSearch.among(rows)(queries, limits, 5)
    some = np.array([0, 1, 255, 256, 257, 511, 512, 519])
    owners, squares = slow(queries[some], rows, limits[some], 5, np.zeros(2100, bool))
    assert (owners > 1024).any()
    assert found.owners[some].tolist() == owners.tolist()
    np.testing.assert_allclose(found.distances[some], np.sqrt(squares), rtol=1e-6)

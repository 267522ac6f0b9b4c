"""Search among the rows of a list against its definition, and against the search of all rows."""

import numpy as np
import pytest

from musivum.search import nearest_owners, plain_dictionary, search_shortlists


def arranged(seed, places=9, rows=60, dimensions=7, size=20):
    """Queries of several places in turn, lists with rows in any order and gaps."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(rows, dimensions)).astype(np.float32)
    lists = np.sort(rng.integers(0, places, 50))
    queries = rng.normal(size=(50, dimensions)).astype(np.float32)
    shortlists = np.stack([rng.permutation(rows)[:size] for _ in range(places)]).astype(np.int32)
    shortlists[rng.random(shortlists.shape) < 0.2] = -1
    shortlists[3] = -1
    return queries, lists, shortlists, vectors


@pytest.mark.parametrize("k", [1, 6, 25])
def test_the_nearest_on_the_list_are_found(k):
    queries, lists, shortlists, vectors = arranged(k)
    found = search_shortlists(queries, lists, shortlists, vectors, k)
    assert found.owners.shape == found.distances.shape == (50, k)
    for i, query in enumerate(queries):
        costs = np.linalg.norm(vectors.astype(float) - query, axis=1)
        allowed = [row for row in shortlists[lists[i]] if row >= 0]
        expected = sorted(allowed, key=costs.__getitem__)[:k]
        assert found.owners[i].tolist() == expected + [-1] * (k - len(expected))
        np.testing.assert_allclose(found.distances[i, : len(expected)], costs[expected], rtol=1e-5)
        assert np.isinf(found.distances[i, len(expected) :]).all()


def test_lists_of_everything_find_what_the_search_of_all_rows_finds():
    queries, lists, _, vectors = arranged(0)
    vectors[40:] = vectors[:20]  # the lesser row of equals
    everything = np.random.default_rng(1).permuted(np.tile(np.arange(60, dtype=np.int32), (9, 1)), axis=1)
    listed = search_shortlists(queries, lists, everything, vectors, 8)
    whole = nearest_owners(queries, plain_dictionary(vectors), 8)
    np.testing.assert_array_equal(listed.owners, whole.owners)
    np.testing.assert_allclose(listed.distances, whole.distances, rtol=1e-5)


def test_neither_threads_nor_blocks_change_anything(monkeypatch):
    arguments = arranged(2)
    one = search_shortlists(*arguments, 5)
    monkeypatch.setattr("musivum.search._shortlists._QUERIES", 7)
    three = search_shortlists(*arguments, 5, workers=3)
    np.testing.assert_array_equal(one.owners, three.owners)
    np.testing.assert_array_equal(one.distances, three.distances)

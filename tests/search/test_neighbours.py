"""Findings in parts become findings in the whole."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musivum.search import Dictionary, Neighbours, merge, nearest_owners

DISTANCES = st.sampled_from([-2.5, -1.0, -0.0, 0.0, 1e-30, 0.5, 1.0, 3.0, 1e30])
PARTS = st.lists(st.dictionaries(st.integers(0, 12), DISTANCES, max_size=8), min_size=3, max_size=3)


def finding(costs, k):
    """The k best of one query's {owner: distance}."""
    best = sorted((distance + 0.0, owner) for owner, distance in costs.items())[:k]
    return Neighbours(np.array([[o for _, o in best]], np.int32), np.array([[d for d, _ in best]], np.float32))


@given(PARTS, st.integers(1, 10))
def test_merging_is_associative_and_finds_the_best_of_the_union(parts, k):
    a, b, c = (finding(part, k) for part in parts)
    union = {owner: min(p[owner] for p in parts if owner in p) for part in parts for owner in part}
    expected = finding(union, k)
    for merged in (merge(merge(a, b, k), c, k), merge(a, merge(b, c, k), k), merge(merge(c, a, k), b, k)):
        full = merged.owners >= 0
        assert merged.owners[full].tolist() == expected.owners[0].tolist()
        assert merged.distances[full].tolist() == expected.distances[0].tolist()
        assert np.isinf(merged.distances[~full]).all()


@pytest.mark.parametrize("cuts", [(0, 500), (0, 1, 2, 500), (0, 137, 300, 499, 500)])
def test_parts_of_a_dictionary_merge_to_the_whole(cuts):
    rng = np.random.default_rng(0)
    starts = np.concatenate([[0], np.cumsum(rng.integers(1, 5, 500))])
    rows = int(starts[-1])
    dictionary = Dictionary(rng.normal(size=(rows, 7)).astype(np.float32), starts, np.ones(rows, np.float32))
    queries = rng.normal(size=(70, 7)).astype(np.float32)
    merged = Neighbours(np.empty((70, 0), np.int32), np.empty((70, 0), np.float32))
    for first, last in pairwise(cuts):
        merged = merge(merged, nearest_owners(queries, dictionary.part(first, last), 9).shifted(first), 9)
    whole = nearest_owners(queries, dictionary, 9)
    assert (merged.owners == whole.owners).all()
    assert (merged.distances == whole.distances).all()


def test_shifting_leaves_the_padding_alone():
    found = Neighbours(np.array([[3, -1]], np.int32), np.array([[1, np.inf]], np.float32))
    assert found.shifted(10).owners.tolist() == [[13, -1]]

"""Each metric's order is the Euclidean one of its placed vectors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musivum.features import METRICS, place_queries, place_rows, unit_rows


def slow_order(name, query, rows):
    """Rows from the nearest to the farthest, by the metric's own definition; each row once."""
    if name == "l2":
        return np.argsort(((rows - query) ** 2).sum(1))
    products = rows @ query
    if name == "cosine":
        return np.argsort(-products / np.linalg.norm(rows, axis=1))
    return np.argsort(-np.abs(products) if name == "absdot" else -products)


@pytest.mark.parametrize("name", METRICS)
@settings(max_examples=25)
@given(seed=st.integers(0, 10**6), n=st.integers(1, 40), d=st.integers(2, 12))
def test_the_order_is_that_of_the_definition(name, seed, n, d):
    rng = np.random.default_rng(seed)
    metric = METRICS[name]
    rows = (rng.normal(size=(n, d)) * rng.uniform(0.1, 3, (n, 1))).astype(np.float32)
    queries = rng.normal(size=(3, d)).astype(np.float32)
    direct = unit_rows if metric.unit else lambda v: v
    placed = place_rows(direct(rows), metric, float(np.linalg.norm(rows, axis=1).max()))
    asked = place_queries(direct(queries), metric)
    assert placed.dtype == asked.dtype == np.float32
    assert placed.flags.c_contiguous
    distances = np.linalg.norm(placed[None] - asked[:, None], axis=2)
    if metric.either_sign:
        distances = distances.reshape(3, -1, 2).min(2)
    for query, found in zip(queries.astype(np.float64), distances, strict=True):
        order = slow_order(name, query, rows.astype(np.float64))
        assert (np.diff(found[order]) >= -2e-3 * found.max()).all()


def test_inner_products_are_told_apart_from_cosines():
    rows = np.array([[1, 0], [3, 3]], np.float32)
    query = np.array([[1, 0.2]], np.float32)
    nearest = {}
    for name, metric in METRICS.items():
        direct = unit_rows if metric.unit else lambda v: v
        distances = np.linalg.norm(
            place_rows(direct(rows), metric, 3 * 2**0.5) - place_queries(direct(query), metric), axis=1
        )
        nearest[name] = int(distances.argmin()) // (2 if metric.either_sign else 1)
    assert nearest == {"l2": 0, "cosine": 0, "dot": 1, "absdot": 1}


def test_a_negative_is_as_near_only_with_either_sign():
    rows = np.array([[-2, 0], [0, 1]], np.float32)
    query = np.array([[1, 0.1]], np.float32)
    for name, wanted in (("dot", 1), ("absdot", 0)):
        placed = place_rows(rows, METRICS[name], 2.0)
        best = int(np.linalg.norm(placed - place_queries(query, METRICS[name]), axis=1).argmin())
        assert best // (len(placed) // 2) == wanted


def test_vectors_without_a_direction_stay_finite():
    nothing = np.zeros((2, 3), np.float32)
    for metric in METRICS.values():
        assert np.isfinite(place_rows(unit_rows(nothing), metric, 0.0)).all()
        assert np.isfinite(place_queries(nothing, metric)).all()

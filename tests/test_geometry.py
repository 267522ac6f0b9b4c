"""Sizes, boxes, similarities and edges keep what they promise."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musivum.geometry import Box, Similarity, Size, edges

maps = st.builds(
    Similarity, st.floats(0.01, 100), st.floats(-7, 7), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)
)  # fmt: skip
points = st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3))


@given(maps, maps, points)
def test_composition_is_one_map_after_the_other(a, b, p):
    np.testing.assert_allclose((a @ b)(p), a(b(p)), rtol=1e-9, atol=1e-4)


@given(maps, points)
def test_the_inverse_undoes(a, p):
    reach = 1e6 / a.scale
    np.testing.assert_allclose(a.inverse()(a(p)), p, atol=1e-9 * max(1, reach))


@given(maps, points, points)
def test_distances_grow_by_the_scale(a, p, q):
    apart = math.dist(p, q)
    assert math.dist(a(p), a(q)) == pytest.approx(a.scale * apart, rel=1e-6, abs=1e-4)


def test_a_quarter_turn_is_clockwise_on_screen():
    """Right goes down, because y points down."""
    np.testing.assert_allclose(Similarity(rotation=math.pi / 2)((1, 0)), (0, 1), atol=1e-12)


@pytest.mark.parametrize("numbers", [(0, 0, 0, 0), (-1, 0, 0, 0), (1, math.nan, 0, 0), (1, 0, math.inf, 0)])
def test_what_is_no_similarity_is_refused(numbers):
    with pytest.raises(ValueError, match="not a similarity"):
        Similarity(*numbers)


@given(st.integers(1, 5000), st.integers(1, 300))
def test_edges_share_out_every_pixel(size, count):
    found = edges(size, count)
    assert found[0] == 0
    assert found[-1] == size
    assert len(found) == count + 1
    assert set(np.diff(found)) <= {size // count, size // count + 1}


def test_sizes_scale_to_the_nearest_pixel_and_never_to_nothing():
    assert Size(10, 15).scaled(1.25) == (13, 19)
    assert Size(3, 1000).scaled(0.01) == (1, 10)
    assert Size(4, 3).aspect == pytest.approx(4 / 3)
    assert (Box(1, 2, 4, 8).width, Box(1, 2, 4, 8).height) == (3, 6)

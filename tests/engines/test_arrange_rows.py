"""Justified rows: full lines of almost equal height out of photos that keep their aspects and their places."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musivum.engines.arrange._frame import Sheet
from musivum.engines.arrange._frame_rows import frame_rows
from musivum.engines.arrange._lattice import choose_lattice
from musivum.engines.arrange._rows import justify, row_lattice
from musivum.errors import OptionError

SEEDS = st.integers(0, 2**32 - 1)


def photos(seed, count):
    """Aspects of upright, square and wide photos."""
    return np.random.default_rng(seed).choice([2 / 3, 3 / 4, 1.0, 4 / 3, 3 / 2, 16 / 9], count)


def sums(lines, aspects):
    return np.array([aspects[line].sum() for line in lines])


@given(SEEDS, st.integers(1, 300), st.floats(0.3, 3))
def test_photos_stay_in_their_column_and_move_by_one_line_at_most(seed, count, aspect):
    aspects = photos(seed, count)
    lattice = row_lattice(aspects, aspect=aspect)
    lines = justify(lattice, aspects)
    assert sorted(np.concatenate(lines).tolist()) == list(range(count))
    x, y = lattice.centres.T
    for line in lines:
        assert (np.diff(x[line]) >= 0).all()
    if len(lines) == lattice.rows:
        for row, line in enumerate(lines):
            assert (abs(y[line] - 0.5 - row) <= 1).all()


@given(SEEDS, st.integers(60, 400))
def test_lines_of_ordinary_photos_are_equally_high(seed, count):
    aspects = photos(seed, count)
    lines = justify(row_lattice(aspects, aspect=1.4), aspects)
    heights = 1 / sums(lines, aspects)
    assert heights.max() < 1.15 * heights.min()


@given(SEEDS, st.integers(20, 80))
def test_towers_and_panoramas_make_no_line_high(seed, count):
    rng = np.random.default_rng(seed)
    aspects = np.exp(rng.normal(0, 0.3, count))
    aspects[rng.random(count) < 0.03] = 8
    aspects[rng.random(count) < 0.1] = 1 / 8
    lattice = row_lattice(aspects, aspect=1.4)
    assert (1 / sums(justify(lattice, aspects), aspects)).max() < 2.5 * lattice.rows / aspects.sum()


def test_lines_that_are_even_stay_as_they_are():
    lattice = choose_lattice(24, aspect=1, columns=6)
    lines = justify(lattice, np.full(24, 1.5))
    np.testing.assert_array_equal(lines, np.arange(24).reshape(4, 6))


def test_a_photo_planted_in_the_wrong_line_goes_back():
    aspects = np.array([1.0, 1, 3, 1, 1, 1, 1, 2, 1, 1])
    lines = justify(choose_lattice(10, aspect=1, columns=5), aspects)
    assert abs(np.subtract(*sums(lines, aspects))) <= 1
    assert sum(len(set(line) - set(range(5 * k, 5 * k + 5))) for k, line in enumerate(lines)) <= 2


def test_photos_alone_in_their_lines_join_and_a_panorama_stays():
    aspects = np.array([8, 1.0, 1.2])
    lines = justify(choose_lattice(3, aspect=1, columns=1), aspects)
    assert [line.tolist() for line in lines] == [[0], [1, 2]]


def test_the_lines_below_a_panorama_share_what_it_takes():
    aspects = np.array([8.0] + [1.0] * 24)
    lines = justify(choose_lattice(25, aspect=1), aspects)
    np.testing.assert_array_equal(sums(lines, aspects), [8, 6, 6, 6, 6])


@pytest.mark.parametrize(
    "aspects", [[1.5], [8.0], [0.125], [0.125, 0.125], [1.5, 0.125], [8.0, 0.125], [8.0, 8.0, 8.0]]
)
def test_a_few_odd_photos_end_in_a_picture(aspects):
    aspects = np.array(aspects)
    framed = frame_rows(justify(row_lattice(aspects, aspect=1), aspects), aspects, Sheet((600, 600)))
    assert max(framed.canvas) == 600
    areas = np.prod(framed.boxes[:, 2:] - framed.boxes[:, :2], axis=1)
    assert areas.sum() == np.prod(framed.canvas)


@pytest.mark.parametrize(("aspect", "lines"), [(1.0, 10), (4.0, 5), (0.25, 20), (1e-9, 100), (1e9, 1)])
def test_the_wanted_aspect_decides_how_many_lines_there_are(aspect, lines):
    assert row_lattice(np.ones(100), aspect=aspect).rows == lines


def test_given_rows_and_columns_are_kept():
    assert row_lattice(np.ones(100), aspect=1, rows=7).rows == 7
    assert row_lattice(np.ones(100), aspect=1, columns=25).mask.shape == (4, 25)


SPACES = st.sampled_from(["0", "1", "7px", "2%", "0.5mm"])


@given(
    SEEDS,
    st.integers(1, 120),
    SPACES,
    SPACES,
    st.sampled_from(["0", "15%", "9"]),
    st.sampled_from([(1200, 900), (1301, None), (None, 1111)]),
    st.booleans(),
)
def test_boxes_have_the_photos_aspects_and_every_line_fills_the_width(seed, count, gap, margin, band, limits, exact):
    aspects = photos(seed, count)
    lines = justify(row_lattice(aspects, aspect=1.3), aspects)
    exact = exact and None not in limits
    framed = frame_rows(lines, aspects, Sheet(limits, exact, gap, margin, band, dpi=72))
    sides = [(limit, side) for limit, side in zip(limits, framed.canvas, strict=True) if limit]
    assert all(side <= limit for limit, side in sides) and any(side == limit for limit, side in sides)
    boxes = framed.boxes
    np.testing.assert_array_equal(boxes, np.round(boxes))
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    assert (abs(width - aspects * height) <= 1.01 * (1 + aspects)).all()
    left, top = boxes[:, 0].min(), boxes[:, 1].min()
    if exact:
        assert framed.canvas == limits
        assert 0 <= framed.canvas.width - boxes[:, 2].max() - left <= 1
    else:
        assert left == top == framed.margin
    for line in lines:
        assert boxes[line[0], 0] == left and boxes[line[-1], 2] == boxes[:, 2].max()
        np.testing.assert_array_equal(boxes[line[1:], 0] - boxes[line[:-1], 2], framed.gap)
        assert np.ptp(boxes[line, 1]) == np.ptp(boxes[line, 3]) == 0
        if boxes[line[0], 1] == top:
            assert line is lines[0]
    for upper, lower in pairwise(lines):
        assert boxes[lower[0], 1] - boxes[upper[0], 3] == framed.gap + framed.band
    if not exact:
        assert boxes[:, 3].max() + framed.band + framed.margin == framed.canvas.height


def test_too_small_a_picture_is_refused():
    aspects = photos(0, 100)
    lines = justify(row_lattice(aspects, aspect=1), aspects)
    with pytest.raises(
        OptionError, match=r"100 photos in 11 rows with gaps of 30, .* pixels do not fit a width of 300 pixels"
    ):
        frame_rows(lines, aspects, Sheet((300, None), gap="30"))
    with pytest.raises(
        OptionError, match=r"1 photo in 1 row with gaps of 0, margins of 10 .* does not fit a height of 20 pixels"
    ):
        frame_rows([np.arange(1)], np.ones(1), Sheet((None, 20), margin="10"))
    with pytest.raises(OptionError, match="both a width and a height"):
        frame_rows(lines, aspects, Sheet((300, None), exact=True))

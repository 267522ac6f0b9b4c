"""Lattices and frames of collages: every photo has a place, no place is lost, every pixel lies where it should."""

import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musivum.engines.arrange._frame import Sheet, frame
from musivum.engines.arrange._lattice import LASTS, Lattice, choose_lattice, plain_lattice
from musivum.engines.arrange._length import Length, length_of
from musivum.errors import OptionError

COUNTS = st.integers(1, 3000)
ASPECTS = st.floats(0.2, 5)
GIVEN = st.one_of(st.none(), st.integers(1, 60))


def line_lengths(lattice):
    return lattice.mask.sum(axis=1)


@given(COUNTS, ASPECTS, st.sampled_from(LASTS), st.booleans())
def test_a_lattice_has_a_cell_for_every_photo(count, aspect, last, keep_inner):
    lattice = choose_lattice(count, aspect=aspect, last=last, keep_inner=keep_inner)
    if last in ("spread", "centre"):
        assert lattice.count == count
        assert line_lengths(lattice).min() >= 1
    else:
        assert lattice.count == lattice.rows * lattice.columns
        assert lattice.count >= count if last == "fill" else 1 <= lattice.count <= count


@given(COUNTS, GIVEN, GIVEN, st.sampled_from(LASTS))
def test_given_columns_and_rows_are_kept_or_refused_in_one_line(count, columns, rows, last):
    if columns and rows and columns * rows < count and last != "trim":
        with pytest.raises(OptionError, match=f"{columns} x {rows} cells hold"):
            choose_lattice(count, aspect=1, columns=columns, rows=rows, last=last)
        return
    lattice = choose_lattice(count, aspect=1, columns=columns, rows=rows, last=last)
    if last in ("spread", "centre"):
        assert lattice.count == count
    if last == "fill":
        assert (columns or lattice.columns, rows or lattice.rows) == (lattice.columns, lattice.rows)
    assert lattice.columns <= (columns or count) and lattice.rows <= (rows or count)
    if rows and rows <= count and last in ("spread", "centre"):
        assert lattice.rows == rows
    if last == "trim" and columns and columns * (rows or count) <= count:
        assert lattice.columns == columns


@given(COUNTS, ASPECTS, st.booleans())
def test_spread_lines_fill_the_width_without_a_hole(count, aspect, keep_inner):
    lattice = choose_lattice(count, aspect=aspect, keep_inner=keep_inner)
    lengths = line_lengths(lattice)
    cells = lattice.rows * lattice.columns
    assert np.ptp(lengths) <= (-(-(cells - count) // max(1, lattice.rows // 2)) if keep_inner else 1)
    for mask, edges in zip(lattice.mask, lattice.edges, strict=True):
        line = edges[mask]
        assert line[0, 0] == 0 and line[-1, 1] == lattice.columns
        np.testing.assert_array_equal(line[1:, 0], line[:-1, 1])
        np.testing.assert_allclose(np.diff(line), lattice.columns / mask.sum())
        missing = np.flatnonzero(~mask)
        assert len(missing) != 1 or abs(missing[0] - (lattice.columns - 1) / 2) <= 0.5
    short = np.flatnonzero(lengths < lattice.columns)
    if keep_inner and lattice.rows > 1:
        assert len(short) <= lattice.rows // 2 or cells - count >= lattice.rows // 2 * (lattice.columns - 1)
        assert np.isin(short, [*range(len(short) // 2), *range(lattice.rows - -(-len(short) // 2), lattice.rows)]).all()


@given(COUNTS, ASPECTS)
def test_a_centred_last_line_is_the_only_short_one(count, aspect):
    lattice = choose_lattice(count, aspect=aspect, last="centre")
    assert lattice.mask[:-1].all()
    line = lattice.edges[-1][lattice.mask[-1]]
    np.testing.assert_allclose(line[0, 0], lattice.columns - line[-1, 1])
    np.testing.assert_array_equal(np.diff(line), 1)


@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from(LASTS), st.floats(0.5, 2))
def test_a_rectangle_that_fits_is_found(columns, rows, last, cell):
    lattice = choose_lattice(columns * rows, aspect=columns * cell / rows, cell=cell, last=last)
    assert (lattice.columns, lattice.rows) == (columns, rows) and lattice.mask.all()


@pytest.mark.parametrize("last", LASTS)
@pytest.mark.parametrize("count", [199, 200, 1000, 1563, 99_991])
@pytest.mark.parametrize("aspect", [1, 2**0.5, 1.5, 16 / 9])
def test_the_shape_is_near_the_wanted_one_and_little_is_lost(count, aspect, last):
    lattice = choose_lattice(count, aspect=aspect, last=last)
    assert abs(np.log(lattice.columns / lattice.rows / aspect)) < np.log(1.17)
    assert abs(lattice.rows * lattice.columns - count) <= 0.06 * count


@pytest.mark.parametrize(
    ("options", "shape"), [({"rows": 1}, (1, 7)), ({"columns": 1}, (7, 1)), ({"rows": 100}, (7, 1))]
)
@pytest.mark.parametrize("last", LASTS[:2])
def test_strips(options, shape, last):
    assert choose_lattice(7, aspect=1, last=last, **options).mask.shape == shape


def test_a_factorisation_near_the_aspect_beats_the_aspect_itself():
    assert choose_lattice(1000, aspect=1.5).mask.shape == (25, 40)
    assert choose_lattice(1014, aspect=1.5).mask.shape == (26, 39)


def test_short_lines_lie_evenly_among_the_others():
    assert line_lengths(choose_lattice(11, aspect=1, rows=3)).tolist() == [4, 3, 4]
    assert line_lengths(choose_lattice(22, aspect=1, rows=6)).tolist() == [4, 3, 4, 4, 3, 4]


def test_more_rows_than_the_columns_need_shorten_the_last_lines():
    lattice = choose_lattice(150, aspect=1, columns=20, rows=10, last="centre")
    assert line_lengths(lattice).tolist() == [20] * 7 + [3, 4, 3]


def test_centres_are_in_reading_order_and_lie_in_their_cells():
    lattice = choose_lattice(8, aspect=1, columns=3, last="centre")
    np.testing.assert_array_equal(lattice.cells, range(8))
    np.testing.assert_array_equal(lattice.centres[[0, 5, 6, 7]], [[0.5, 0.5], [2.5, 1.5], [1, 2.5], [2, 2.5]])


@pytest.mark.parametrize(
    ("count", "options", "message"),
    [
        (0, {}, "no photo"),
        (5, {"aspect": 0}, "aspect 0 is no ratio"),
        (5, {"cell": float("nan")}, "cell nan is no ratio"),
        (5, {"rows": 0}, "0 rows hold no photo"),
        (5, {"last": "drop"}, "'drop' is no way"),
    ],
)
def test_what_cannot_be_laid_out_is_refused(count, options, message):
    with pytest.raises(OptionError, match=message):
        choose_lattice(count, **{"aspect": 1.0, **options})


def test_a_lattice_without_cells_cannot_be():
    with pytest.raises(ValueError, match="there must be cells"):
        plain_lattice(np.zeros((2, 2), dtype=bool))
    with pytest.raises(ValueError, match="mask"):
        Lattice(np.ones((2, 2), dtype=bool), np.zeros((2, 2)))


SPACES = st.sampled_from(["0", "1", "7px", "2%", "3.5 %", "0.5mm"])


@given(
    st.integers(1, 150),
    ASPECTS,
    st.sampled_from(LASTS),
    SPACES,
    SPACES,
    st.sampled_from(["0", "15%", "9"]),
    st.one_of(st.none(), st.floats(0.5, 2)),
    st.sampled_from([(900, 700), (1017, None), (None, 811)]),
    st.booleans(),
)
@settings(max_examples=150)
def test_boxes_fill_the_canvas_between_equal_gaps(count, aspect, last, gap, margin, band, cell, limits, exact):
    lattice = choose_lattice(count, aspect=aspect, last=last)
    if None in limits:
        exact, cell = False, cell or 1.0
    try:
        framed = frame(lattice, Sheet(limits, exact, gap, margin, band, dpi=72), cell=cell)
    except OptionError as fault:
        assert re.search("do(es)? not fit", str(fault))
        return
    sides = [(limit, side) for limit, side in zip(limits, framed.canvas, strict=True) if limit]
    assert all(side <= limit for limit, side in sides) and any(side == limit for limit, side in sides)
    if exact or cell is None:
        assert framed.canvas == limits
    boxes = framed.boxes
    np.testing.assert_array_equal(boxes, np.round(boxes))
    assert (boxes[lattice.mask][:, 2:] - boxes[lattice.mask][:, :2] >= 1).all()
    left = framed.canvas.width - boxes[..., 2].max() - framed.margin
    over = framed.canvas.height - boxes[..., 3].max() - framed.margin - framed.band
    used = boxes[lattice.mask]
    assert 0 <= left - (used[:, 0].min() - framed.margin) <= 1
    assert 0 <= over - (used[:, 1].min() - framed.margin) <= 1
    if not exact:
        assert left == over == 0
    for mask, line in zip(lattice.mask, boxes, strict=True):
        np.testing.assert_array_equal(line[mask][1:, 0] - line[mask][:-1, 2], framed.gap)
    tops = [line[mask][0] for mask, line in zip(lattice.mask, boxes, strict=True)]
    for upper, lower in pairwise(tops):
        assert lower[1] - upper[3] == framed.gap + framed.band
    if cell is not None and last in ("fill", "trim"):
        width, height = used[:, 2] - used[:, 0], used[:, 3] - used[:, 1]
        assert (abs(width - height * cell) <= 1.01 * (1 + cell)).all()


def test_a_block_spans_its_gaps_and_keeps_one_caption():
    framed = frame(choose_lattice(12, aspect=1, columns=4), Sheet((790, None), gap="10", margin="20", band="30"))
    block = np.array([*framed.boxes[0, 1][:2], *framed.boxes[1, 2][2:]])
    np.testing.assert_array_equal(block[2:] - block[:2], [370, 400])
    np.testing.assert_array_equal(framed.captions(block), [block[0], block[3], block[2], block[3] + 30])


def test_shares_are_of_the_shorter_side_of_a_cell():
    framed = frame(choose_lattice(12, aspect=1, columns=4, cell=2), Sheet((1000, None), gap="10%"), cell=2)
    height = framed.boxes[0, 0, 3]
    assert abs(framed.gap - height / 10) <= 0.6 and abs(framed.boxes[0, 0, 2] - 2 * height) <= 2


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("2%", Length(0.02, 0)),
        (" 2,5 % ", Length(0.025, 0)),
        ("12", Length(0, 12)),
        ("3mm", Length(0, 35)),
        ("0", Length(0, 0)),
        ("0.0mm", Length(0, 0)),
        ("0%", Length(0, 0)),
    ],
)
def test_lengths(text, length):
    assert length_of(text, dpi=300) == pytest.approx(length)


@pytest.mark.parametrize(
    ("text", "message"), [("x", "is not a length"), ("2%%", "not a length"), ("2000%", "ten cells")]
)
def test_what_is_no_length_is_refused(text, message):
    with pytest.raises(OptionError, match=message):
        length_of(text, dpi=300)


def test_free_cells_need_both_sides():
    with pytest.raises(OptionError, match="both a width and a height"):
        frame(choose_lattice(4, aspect=1), Sheet((100, None)), cell=None)

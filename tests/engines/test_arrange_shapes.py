"""Shapes of collages: exactly as many cells as photos, in one piece, without holes, symmetric."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage

from musivum.engines.arrange._masks import SHAPES, picture_mask, shape_mask
from musivum.engines.arrange._shapes import shape_lattice
from musivum.engines.arrange._trim import trim
from musivum.errors import OptionError


@cache
def small(name):
    """The shape at a fifth of its size, which halves no symmetry."""
    mask = Image.fromarray(shape_mask(name))
    return np.asarray(mask.resize((mask.width // 5, mask.height // 5), Image.Resampling.BOX))


def pieces(mask):
    return ndimage.label(mask)[1]


def holes(mask):
    return ndimage.label(~np.pad(mask, 1), np.ones((3, 3)))[1] - 1


@given(st.sampled_from(sorted(SHAPES)), st.integers(1, 400), st.sampled_from([1.0, 1.5, 0.75]))
@settings(max_examples=20)
def test_a_shape_has_a_cell_for_every_photo_in_one_symmetric_piece(name, count, cell):
    lattice = shape_lattice(count, small(name), cell=cell)
    assert lattice.count == count
    assert pieces(lattice.mask) == 1 and holes(lattice.mask) == 0
    np.testing.assert_array_equal(lattice.mask, lattice.mask[:, ::-1])
    assert lattice.mask[[0, -1]].any(axis=1).all() and lattice.mask[:, [0, -1]].any(axis=0).all()


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_many_cells_cover_the_shape_and_nothing_else(name):
    mask, count = small(name), 1500
    lattice = shape_lattice(count, mask)
    rows, columns = (np.arange(n) * size // n for n, size in zip(mask.shape, lattice.mask.shape, strict=True))
    drawn = lattice.mask[rows[:, None], columns]
    assert (drawn & (mask > 0.5)).sum() / (drawn | (mask > 0.5)).sum() > 0.88


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_outlines_are_their_own_mirror_images(name):
    mask = shape_mask(name)
    assert max(mask.shape) == 512
    np.testing.assert_array_equal(mask, mask[:, ::-1])


@pytest.mark.parametrize("cell", [1.0, 2.0])
def test_cells_keep_the_proportions_of_the_shape(cell):
    lattice = shape_lattice(1000, small("circle"), cell=cell)
    assert lattice.columns * cell / lattice.rows == pytest.approx(1, abs=0.07)


@pytest.mark.parametrize(("text", "count"), [("LOVE", 300), ("O", 80), ("8", 150), ("i", 60)])
def test_letters_keep_their_pieces_and_their_holes(text, count):
    mask = small(f"letter:{text}")
    lattice = shape_lattice(count, mask)
    assert lattice.count == count
    assert pieces(lattice.mask) == pieces(mask > 0.5) and holes(lattice.mask) == holes(mask > 0.5)


@pytest.mark.parametrize("count", [1, 2, 5, 12])
def test_a_ring_too_thin_for_few_cells_still_has_a_place_for_each_photo(count):
    assert shape_lattice(count, small("letter:O")).count == count


def test_more_photos_than_pixels_have_a_place_each():
    lattice = shape_lattice(5001, np.ones((6, 8), dtype=np.float32))
    assert lattice.count == 5001 and lattice.columns / lattice.rows == pytest.approx(8 / 6, rel=0.05)


def test_crumbs_and_pinholes_of_a_picture_do_not_count():
    mask = np.zeros((80, 80))
    mask[10:70, 10:70] = 1
    mask[40:43, 40:43] = 0
    mask[1:4, 1:4] = 1
    lattice = shape_lattice(2000, mask)
    assert pieces(lattice.mask) == 1 and holes(lattice.mask) == 0


def test_a_full_rectangle_of_cells_is_found():
    assert shape_lattice(12, np.ones((30, 40))).mask.shape == (3, 4)


@given(st.integers(0, 2**32 - 1), st.booleans(), st.booleans())
def test_trimming_neither_parts_nor_pierces(seed, left_right, top_bottom):
    rng = np.random.default_rng(seed)
    coverage = ndimage.gaussian_filter(rng.random((14, 15)), 1.5)
    coverage += coverage[:, ::-1] if left_right else 0
    coverage += coverage[::-1] if top_bottom else 0
    mask = np.ones(coverage.shape, dtype=bool)
    count = int(rng.integers(1, mask.size))
    left = trim(mask, coverage, count, (left_right, top_bottom))
    assert left.sum() == count
    assert pieces(left) == 1 and holes(left) == 0


def test_the_least_covered_corners_leave_first_and_no_notch_is_cut():
    coverage = np.array([[0.9, 0.1, 0.6], [0.2, 1.0, 0.8], [0.7, 0.7, 0.9]])
    left = trim(np.ones((3, 3), dtype=bool), coverage, 7, (False, False))
    np.testing.assert_array_equal(left, [[1, 1, 0], [1, 1, 1], [0, 1, 1]])


def test_one_cell_too_many_leaves_from_a_middle_that_stands_out():
    mask = np.array([[0, 1, 0], [1, 1, 1], [1, 1, 1]], dtype=bool)
    left = trim(mask, np.ones((3, 3)), 6, (True, False))
    np.testing.assert_array_equal(left, [[0, 0, 0], [1, 1, 1], [1, 1, 1]])


@pytest.mark.parametrize("count", [57, 150, 297, 1063, 1064, 1065])
def test_every_line_of_a_circle_is_whole(count):
    mask = shape_lattice(count, shape_mask("circle")).mask
    for line in (*mask, *mask.T):
        assert np.count_nonzero(np.diff(line.astype(int), prepend=0, append=0)) == 2


def test_a_ring_is_cut_only_when_nothing_else_is_left():
    ring = np.ones((3, 3), dtype=bool)
    ring[1, 1] = False
    assert trim(ring, np.ones((3, 3)), 7, (True, True)).sum() == 7


@pytest.mark.parametrize("dark_on_light", [True, False])
def test_the_subject_of_a_picture_is_what_differs_from_its_border(dark_on_light):
    pixels = np.full((40, 50, 3), 250 if dark_on_light else 10, dtype=np.uint8)
    pixels[10:30, 20:35] = 20 if dark_on_light else 240
    inside = picture_mask(pixels) >= 0.5
    assert inside[10:30, 20:35].all() and inside.sum() == 20 * 15


def test_what_is_opaque_is_the_subject_whatever_its_colour():
    opacity = np.zeros((20, 20), dtype=np.uint8)
    opacity[5:15, 5:15] = 255
    inside = picture_mask(np.full((20, 20, 3), 255, dtype=np.uint8), opacity) >= 0.5
    np.testing.assert_array_equal(inside, opacity > 0)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("cloud", "no shape 'cloud': choose from heart"),
        ("letter:", "1 to 40 letters"),
        ("letter:中", "no letter '中'"),
        ("letter:" + "A" * 41, "1 to 40 letters"),
    ],
)
def test_unknown_shapes_are_refused(name, message):
    with pytest.raises(OptionError, match=message):
        shape_mask(name)


@pytest.mark.parametrize(
    ("pixels", "opacity", "message"),
    [
        (np.full((9, 9, 3), 90, dtype=np.uint8), None, "one brightness"),
        (np.full((9, 9, 3), 90, dtype=np.uint8), np.zeros((9, 9), dtype=np.uint8), "all or nothing"),
    ],
)
def test_pictures_without_a_subject_are_refused(pixels, opacity, message):
    with pytest.raises(OptionError, match=message):
        picture_mask(pixels, opacity)


def test_nothing_cannot_be_filled():
    with pytest.raises(OptionError, match="nothing of the shape is inside"):
        shape_lattice(5, np.zeros((9, 9)))
    with pytest.raises(OptionError, match="no photo"):
        shape_lattice(0, np.ones((9, 9)))

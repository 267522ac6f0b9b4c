"""Contact sheets."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musivum.export import Figure, Panel, panel_size, sheet, sheet_size
from musivum.geometry import Size

PAPER = (24, 24, 27)
BEST = (251, 191, 36)


def picture(number):
    return np.random.default_rng(number).integers(0, 256, (100, 160, 3), np.uint8)


def composed(panels, *words):
    """The whole page of (picture, name, ...) each."""
    height, width = panels[0][0].shape[:2]
    lazy = [Panel(lambda one=one: one, *rest) for one, *rest in panels]
    return np.concatenate(list(sheet(lazy, Size(width, height), *words)))


def places(page, small):
    """Corners (y, x) where a picture lies on a page, pixel by pixel."""
    height, width = small.shape[:2]
    first = np.argwhere((page == small[0, 0]).all(axis=2))
    return [
        (y, x)
        for y, x in first.tolist()
        if page[y : y + height, x : x + width].shape == small.shape
        and (page[y : y + height, x : x + width] == small).all()
    ]


@pytest.mark.parametrize("count", [1, 2, 3, 7, 10])
def test_every_picture_is_on_the_sheet_once_and_unchanged(count):
    pictures = [picture(k) for k in range(count)]
    page = composed([(one, f"picture {k}") for k, one in enumerate(pictures)], "pictures")
    assert page.shape == (*sheet_size(count, Size(160, 100))[::-1], 3)
    found = [places(page, one) for one in pictures]
    assert all(len(at) == 1 for at in found)
    assert [at[0] for at in found] == sorted(at[0] for at in found), "in reading order"
    lefts = sorted({at[0][1] for at in found})
    assert all(np.diff(lefts) > 160)


def test_a_row_is_composed_when_it_is_asked_for():
    """So that the mosaics need not be in memory together."""
    made = []

    def draw(k):
        made.append(k)
        return picture(k)

    strips = sheet([Panel(partial(draw, k), "") for k in range(10)], Size(160, 100), "pictures")
    next(strips)
    assert made == []
    next(strips)
    assert 1 < len(made) < 6
    list(strips)
    assert made == list(range(10))


@given(st.integers(1, 5000), st.integers(1, 300_000), st.integers(100, 4000))
def test_a_picture_is_the_largest_of_its_shape_in_a_column(width, height, column):
    made = panel_size(Size(width, height), column)
    assert made.width <= column
    assert made.height <= 1.5 * column + 0.5
    assert made.width == column or made.height >= 1.5 * column - 0.5
    if min(made) > 20:
        assert made.aspect == pytest.approx(width / height, rel=0.06)


@pytest.mark.parametrize("width", [3, 60])
def test_words_have_room_under_a_narrow_picture(width):
    narrow = panel_size(Size(width, 2000), 420)
    size = sheet_size(4, narrow)
    assert size.width > 4 * 420
    assert size.height < 3 * 700
    page = composed(
        [(picture(k)[:1, :1].repeat(630, 0).repeat(narrow.width, 1), "a name of some length") for k in range(4)], ""
    )
    assert page.shape == (size.height, size.width, 3)


@given(st.integers(1, 48), st.integers(100, 900), st.integers(40, 1350))
def test_a_sheet_wastes_little(count, width, height):
    height = min(height, 3 * width // 2)
    size = sheet_size(count, Size(width, height))
    assert size.width * size.height <= 5 * (count + 2) * (width + 60) * (height + 160)
    assert size.width > width
    assert size.height > height


def has_colour(pixels, colour):
    return bool((np.abs(pixels.astype(int) - colour).max(axis=-1) <= 2).any())


def test_only_the_best_figure_is_marked():
    figures = (Figure("error", "1.00"), Figure("SSIM", "0.50", best=True))
    page = composed([(np.zeros((100, 300, 3), np.uint8), "zeros", "", figures)], "one")
    below = page[page.shape[0] - 70 :]
    middle = page.shape[1] // 2
    assert not has_colour(below[:, :middle], BEST)
    assert has_colour(below[:, middle:], BEST)


def test_text_stays_within_its_column():
    long = "grid8*1 + gabor*0.3 + scattering*0.25 + histogram*0.125 + cnn*0.0625 and so on"
    one, other = np.full((60, 120, 3), 200, np.uint8), np.full((60, 120, 3), 100, np.uint8)
    one[0, 0] = other[0, 0] = 255
    figures = (Figure("a figure of a long name", "1234567890.123"),) * 4
    page = composed([(one, long, long, figures), (other, "")], long * 2, long * 3)
    ((top, left),), ((_, right),) = places(page, one), places(page, other)
    assert left + 120 < right
    assert (page[top + 60 :, left + 120 :] == PAPER).all()
    assert (page[:, right + 120 :] == PAPER).all()

"""Contact sheets."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musivum.export import Figure, Panel, sheet, sheet_size
from musivum.geometry import Size

PAPER = (24, 24, 27)
BEST = (251, 191, 36)


def picture(number):
    return np.random.default_rng(number).integers(0, 256, (100, 160, 3), np.uint8)


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
    page = sheet([Panel(one, f"picture {k}") for k, one in enumerate(pictures)], "pictures")
    assert page.shape == (*sheet_size(count, Size(160, 100))[::-1], 3)
    found = [places(page, one) for one in pictures]
    assert all(len(at) == 1 for at in found)
    assert [at[0] for at in found] == sorted(at[0] for at in found), "in reading order"
    lefts = sorted({at[0][1] for at in found})
    assert all(np.diff(lefts) > 160)


@given(st.integers(1, 48), st.integers(100, 900), st.integers(40, 1600))
def test_a_sheet_wastes_little(count, width, height):
    size = sheet_size(count, Size(width, height))
    assert size.width * size.height <= 5 * (count + 2) * (width + 60) * (height + 160)
    assert size.width > width
    assert size.height > height


def has_colour(pixels, colour):
    return bool((np.abs(pixels.astype(int) - colour).max(axis=-1) <= 2).any())


def test_only_the_best_figure_is_marked():
    figures = (Figure("error", "1.00"), Figure("SSIM", "0.50", best=True))
    page = sheet([Panel(np.zeros((100, 300, 3), np.uint8), "zeros", figures=figures)], "one")
    below = page[page.shape[0] - 70 :]
    middle = page.shape[1] // 2
    assert not has_colour(below[:, :middle], BEST)
    assert has_colour(below[:, middle:], BEST)


def test_text_stays_within_its_column():
    long = "grid8*1 + gabor*0.3 + scattering*0.25 + histogram*0.125 + cnn*0.0625 and so on"
    one, other = np.full((60, 120, 3), 200, np.uint8), np.full((60, 120, 3), 100, np.uint8)
    one[0, 0] = other[0, 0] = 255
    figures = (Figure("a figure of a long name", "1234567890.123"),) * 4
    page = sheet([Panel(one, long, long, figures), Panel(other, "")], long * 2, long * 3)
    ((top, left),), ((_, right),) = places(page, one), places(page, other)
    assert left + 120 < right
    assert (page[top + 60 :, left + 120 :] == PAPER).all()
    assert (page[:, right + 120 :] == PAPER).all()

"""Photos with rounded corners: how much of them is left, what shows beside them, and that nothing else changes."""

import math
from dataclasses import replace

import numpy as np
import pytest

from musivum.errors import OptionError
from musivum.geometry import Size
from musivum.render import Drawing, draw
from render.mosaics import FakeLibrary, cells, hexagons, noise, plan_of

WHITE = FakeLibrary([np.full((40, 60, 3), 255, np.uint8)])


def _shares(plan, **look):
    """How much of each pixel (h, w) is covered."""
    return draw(plan, WHITE, background="transparent", **look)[..., 3] / 255


def _turned(plan, turn, about=50 + 40j):
    transform = plan.placements.transform.copy()
    shift = (transform[:, 2:] @ [1, 1j] - about) * np.exp(1j * turn) + about
    transform[:, 1:] = np.stack([transform[:, 1] + turn, shift.real, shift.imag], axis=1)
    return replace(plan, placements=replace(plan.placements, transform=transform))


def _one(box, turn=0.0):
    """A white photo in a box about the middle of a canvas of 100 x 80, turned about that."""
    return _turned(plan_of(WHITE, Size(100, 80), np.array([box], float)), turn)


@pytest.mark.parametrize("turn", [0.0, 0.4, math.pi / 2])
@pytest.mark.parametrize("scale", [1.0, 1.7])
@pytest.mark.parametrize("corner", [0.1, 0.35, 0.5])
def test_what_is_left_has_the_area_of_a_rounded_box(corner, scale, turn):
    width, height = 60, 50
    plan = _one([20, 15, 80, 65], turn)
    radius = corner * height
    wanted = (width * height - (4 - math.pi) * radius**2) * scale**2
    assert _shares(plan, scale=scale, corner=corner).sum() == pytest.approx(wanted, rel=0.002)
    assert np.array_equal(_shares(replace(plan, corner=corner), scale=scale), _shares(plan, scale=scale, corner=corner))


@pytest.mark.parametrize("turn", [0.0, 0.6])
@pytest.mark.parametrize("feather", [0.0, 0.4])
def test_half_a_side_makes_a_circle_of_a_square_and_soft_edges_follow_it(feather, turn):
    shares = _shares(_one([20, 10, 80, 70], turn), corner=0.5, feather=feather, scale=1.5)
    y, x = np.mgrid[0:120, 0:150] + 0.5
    inside = 45 - np.hypot(x - 75, y - 60)
    wanted = np.clip((inside + 0.5) / max(90 * feather, 1), 0, 1)
    assert np.abs(shares - wanted).max() <= 0.003


def test_a_circle_covers_the_pixels_that_a_fine_circle_covers():
    fine = _shares(_one([20, 10, 80, 70]), corner=0.5, scale=8).reshape(80, 8, 100, 8).mean(axis=(1, 3))
    assert np.abs(_shares(_one([20, 10, 80, 70]), corner=0.5) - fine).max() < 0.08


def test_no_corner_is_the_limit_of_small_ones():
    plan = _one([20, 10, 80, 70], 0.3)
    assert np.abs(_shares(plan, corner=1e-9) - _shares(plan)).max() <= 1 / 255


def test_a_gap_leaves_smaller_photos_as_round():
    size = Size(90, 60)
    plan = plan_of(WHITE, size, cells(size, 3, 2))
    gap = _shares(plan, gap=4, corner=0.3)
    alone = _shares(plan_of(WHITE, Size(26, 28), np.array([[0, 0, 26, 28]])), corner=0.3)
    assert np.array_equal(gap[:28, 32:58], alone)
    assert not gap[28:32].any() and not gap[:, 28:32].any()


@pytest.mark.parametrize("turn", [0.0, 0.3])
def test_what_lies_under_a_rounded_photo_shows_beside_its_corners_only(turn):
    library = FakeLibrary([np.full((20, 30, 3), light, np.uint8) for light in (50, 100, 150, 200)])
    box = np.array([[0, 0, 100, 80], [24, 24, 34, 32], [20, 20, 80, 60.0]])
    plan = _turned(plan_of(library, Size(100, 80), box), turn)
    other = replace(plan, placements=replace(plan.placements, tile=[0, 3, 2]))
    corner = (50 + 40j) + np.exp(1j * turn) * (-28.5 - 18.5j)
    for radius, wanted, hidden in ((0.0, 150, True), (0.25, 50, True), (0.5, 50, False)):
        drawing = Drawing(plan, library, corner=radius)
        picture = drawing.region()
        assert (picture[int(corner.imag), int(corner.real)] == wanted).all()
        assert (picture[40, 50] == 150).all()
        assert drawing.drawn.thumbnails == (2 if hidden else 3)
        assert np.array_equal(picture, draw(other, library, corner=radius)) == hidden


@pytest.mark.parametrize("corner", [0.51, -0.1, float("nan")])
def test_corners_outside_their_range_are_refused(corner):
    with pytest.raises(OptionError, match=r"corner .* leaves 0\.\.0\.5") as caught:
        draw(_one([20, 10, 80, 70]), WHITE, corner=corner)
    assert "\n" not in str(caught.value)


def test_hexagons_have_no_rounded_corners():
    rng = np.random.default_rng(2)
    library = FakeLibrary([noise(rng, 20, 20) for _ in range(3)])
    size = Size(60, 50)
    plan = plan_of(library, size, hexagons(size, 4, 3), outline="hexagon")
    with pytest.raises(OptionError, match="hexagons") as caught:
        draw(plan, library, corner=0.1)
    assert "\n" not in str(caught.value)
    assert np.array_equal(draw(plan, library, corner=0), draw(plan, library))

"""No pixel stays unpainted, at any scale, unless a gap asks for it."""

from itertools import pairwise

import numpy as np
import pytest

from musivum.geometry import Size, edges
from musivum.render import draw
from render.mosaics import MAGENTA, FakeLibrary, cells, hexagons, noise, plan_of

SCALES = [0.21, 0.5, 1.0, 1.3, 1.7, 2.0, np.pi]


def _grey_library(rng, count=20):
    """Tiles of one grey each, so that a pixel that is mixed with the background betrays itself by its colour."""
    return FakeLibrary([np.full((12, 17, 3), grey, np.uint8) for grey in rng.integers(0, 256, count)])


def _is_grey(pixels):
    return (pixels.max(axis=2) == pixels.min(axis=2)).all()


@pytest.mark.parametrize("scale", SCALES)
def test_boxes_cover_every_pixel(scale):
    rng = np.random.default_rng(5)
    library, size = _grey_library(rng), Size(211, 157)
    boxes = cells(size, 11, 14)
    plan = plan_of(library, size, boxes, turns=rng.integers(0, 4, len(boxes)), mirror=rng.random(len(boxes)) < 0.5)
    assert _is_grey(draw(plan, library, scale=scale))


@pytest.mark.parametrize("scale", SCALES)
def test_bricks_cover_every_pixel(scale):
    library, size = _grey_library(np.random.default_rng(6)), Size(211, 157)
    x, y = edges(2 * 211, 22) / 2, edges(157, 14)
    boxes = []
    for i in range(14):
        cuts = x[::2] if i % 2 == 0 else np.concatenate([x[:1], x[1::2], x[-1:]])
        boxes += [(a, y[i], b, y[i + 1]) for a, b in pairwise(cuts)]
    plan = plan_of(library, size, np.array(boxes, float))
    assert _is_grey(draw(plan, library, scale=scale))


@pytest.mark.parametrize("scale", SCALES)
def test_quadtree_cells_cover_every_pixel(scale):
    library, size = _grey_library(np.random.default_rng(7)), Size(200, 120)
    boxes = np.concatenate([cells(size, 4, 3)[1:], cells(Size(50, 40), 3, 7)])
    assert _is_grey(draw(plan_of(library, size, boxes), library, scale=scale))


@pytest.mark.parametrize("scale", SCALES)
def test_hexagons_cover_every_pixel(scale):
    library, size = _grey_library(np.random.default_rng(8)), Size(211, 157)
    plan = plan_of(library, size, hexagons(size, 11, 14), outline="hexagon")
    assert _is_grey(draw(plan, library, scale=scale))


def test_hexagons_of_uneven_rows_cover_every_pixel():
    library, size = _grey_library(np.random.default_rng(9)), Size(60, 60)
    boxes = hexagons(size, 5, 6)
    boxes[7:] += [0, 0.9, 0, 0.9]
    assert _is_grey(draw(plan_of(library, size, boxes, outline="hexagon"), library))


def test_a_pixel_well_inside_a_hexagon_shows_that_tile_alone():
    library = FakeLibrary([np.full((9, 9, 3), grey, np.uint8) for grey in range(0, 250, 3)])
    size = Size(300, 260)
    boxes = hexagons(size, 10, 10)
    picture = draw(plan_of(library, size, boxes, outline="hexagon"), library)
    for k, (x0, y0, x1, y1) in enumerate(boxes):
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        if 0 < x < size.width and 0 < y < size.height:
            assert picture[int(y), int(x), 0] == 3 * (k % 84)


@pytest.mark.parametrize("scale", [1.0, 1.7, 2.5])
def test_gaps_between_boxes_are_evenly_wide_and_show_the_background(scale):
    size = Size(120, 90)
    library = FakeLibrary([np.full((8, 8, 3), 60, np.uint8)])
    plan = plan_of(library, size, cells(size, 7, 5), gap=3.0)
    picture = draw(plan, library, scale=scale)
    bare = (picture == MAGENTA).all(axis=2)
    assert (bare | (picture == 60).all(axis=2)).all()
    assert not bare[0].all() and not bare[:, 0].all()
    columns, rows = bare.all(axis=0), bare.all(axis=1)
    assert np.array_equal(bare, columns[None] | rows[:, None])
    for line, gaps in ((columns, 6), (rows, 4)):
        ends = np.flatnonzero(np.diff(np.concatenate([[0], line, [0]])))
        assert len(ends) == 2 * gaps
        assert set(ends[1::2] - ends[::2]) == {int(3 * scale + 0.5)}


def test_gaps_between_hexagons_show_the_background():
    size = Size(300, 260)
    library = FakeLibrary([np.full((8, 8, 3), 60, np.uint8)])
    picture = draw(
        plan_of(library, size, hexagons(size, 6, 6), outline="hexagon"), library, gap=4.0, background=(255, 255, 255)
    )
    share = (picture[..., 0] > 128).mean()
    assert 0.1 < share < 0.2
    assert picture[20, 150, 0] == 255 or (picture == 255).any()


def test_a_canvas_smaller_than_its_cells_is_still_covered():
    library, size = _grey_library(np.random.default_rng(10)), Size(110, 140)
    picture = draw(plan_of(library, size, cells(size, 11, 14)), library, scale=0.05)
    assert picture.shape == (7, 6, 3) and _is_grey(picture)


def test_noise_tiles_leave_no_magenta_either():
    rng = np.random.default_rng(11)
    library = FakeLibrary([noise(rng, 30, 20) for _ in range(4)])
    size = Size(211, 157)
    picture = draw(plan_of(library, size, cells(size, 11, 14)), library, scale=1.7)
    assert not (picture == MAGENTA).all(axis=2).any()

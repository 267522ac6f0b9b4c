"""The cells cover the canvas, whatever its size."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musivum.engines.grid import GridOptions
from musivum.engines.grid._cells import grid_shape, lay_out, lay_out_adaptive
from musivum.errors import OptionError
from musivum.geometry import Size

sides = st.integers(1, 90)


def cover(boxes, width, height):
    counts = np.zeros((height, width), int)
    for x0, y0, x1, y1 in boxes.round().astype(int):
        counts[max(y0, 0) : y1, max(x0, 0) : x1] += 1
    return counts


@given(sides, sides, st.data())
def test_straight_cells_cover_the_canvas_once(width, height, data):
    columns, rows = data.draw(st.integers(1, width)), data.draw(st.integers(1, height))
    cells = lay_out(Size(width, height), columns, rows, "none")
    assert len(cells) == columns * rows
    assert (cover(cells.boxes, width, height) == 1).all()
    assert cells.boxes[columns - 1 if columns else 0, 2] == width


def test_edges_are_at_size_times_k_over_n():
    cells = lay_out(Size(110, 140), 11, 13, "none")
    assert cells.boxes[:11, 0].tolist() == [110 * k // 11 for k in range(11)]
    assert cells.boxes[::11, 1].tolist() == [140 * k // 13 for k in range(13)]


@given(st.integers(8, 90), st.integers(8, 90), st.integers(1, 4), st.integers(1, 8))
def test_bricks_cover_the_canvas_once_and_share_edges(width, height, columns, rows):
    cells = lay_out(Size(width * 4, height * 4), columns, rows, "brick")
    boxes = cells.boxes * 4
    assert (boxes == boxes.round()).all()
    assert (cover(boxes, width * 16, height * 16) == 1).all()


def test_hexagons_stand_on_a_hexagonal_lattice():
    cells = lay_out(Size(400, 300), 5, 4, "hexagon")
    middle = (cells.boxes[:, :2] + cells.boxes[:, 2:]) / 2
    assert cells.outline == "hexagon"
    assert [(middle[:, 1] == y).sum() for y in np.unique(middle[:, 1])] == [5, 6, 5, 6]
    heights = cells.boxes[:, 3] - cells.boxes[:, 1]
    np.testing.assert_allclose(heights, 300 / 4 * 4 / 3)


@settings(max_examples=50)
@given(st.integers(1, 3), st.integers(1, 4), st.integers(1, 4), st.integers(0, 10**6))
def test_a_quadtree_covers_the_canvas_once_with_the_blocks_it_may_keep(levels, across, down, seed):
    columns, rows = across * 2**levels, down * 2**levels
    canvas = Size(columns * 3 + seed % 5, rows * 3 + seed % 7)
    rng = np.random.default_rng(seed)
    details = [rng.uniform(0, 1, (rows >> level, columns >> level)) for level in range(levels, 0, -1)]
    cells = lay_out_adaptive(canvas, columns, rows, details, 0.5)
    assert (cover(cells.boxes, *canvas) == 1).all()
    largest = 2**levels
    kept = sum(1 for x0, _, x1, _ in cells.boxes if x1 - x0 > canvas.width / columns * (largest - 0.6))
    assert kept == (details[0] <= 0.5).sum()


def test_neighbours_of_any_size_are_one_cell_apart():
    from musivum.engines.grid._auction import apart

    details = [np.array([[0.0, 1.0], [1.0, 1.0]])]
    places = lay_out_adaptive(Size(40, 40), 4, 4, details, 0.5).places
    big = int(np.argmax(places[:, 2]))
    distances = np.array([apart(places, big, i) for i in range(len(places))])
    touching = (np.abs(places[:, 0] - 10) <= 15) & (np.abs(places[:, 1] - 10) <= 15)
    touching[big] = False
    np.testing.assert_allclose(distances[touching], 1, atol=0.01)
    assert (distances[~touching][1:] > 1.4).all()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"columns": 10}, (10, 8)),
        ({"rows": 8}, (10, 8)),
        ({"columns": 7, "rows": 3}, (7, 3)),
        ({"cell": 20}, (50, 40)),
        ({"tiles": 80}, (10, 8)),
        ({"columns": 10, "aspect": "2:1"}, (10, 16)),
        ({"columns": 10, "aspect": "free"}, (10, 10)),
        ({"columns": 10, "offset": "hexagon"}, (10, 9)),
        ({"columns": 10, "adaptive": 2}, (10, 8)),
        ({"columns": 25, "adaptive": 2}, (24, 20)),
        ({"columns": 100, "adaptive": 2}, (100, 80)),
    ],
)
def test_columns_and_rows_follow_the_options(options, expected):
    assert grid_shape(Size(1000, 800), GridOptions(**options))[:2] == expected


def test_blocks_double_as_often_as_three_of_them_fit():
    levels = [grid_shape(Size(1000, 800), GridOptions(columns=c, adaptive=4)).levels for c in (3, 10, 20, 40, 60, 200)]
    assert levels == [0, 1, 2, 3, 4, 4]


@pytest.mark.parametrize("canvas", [Size(39, 26), Size(4000, 10), Size(1, 1)])
def test_a_small_canvas_gets_as_many_tiles_as_it_holds(canvas):
    columns, rows, _ = grid_shape(canvas, GridOptions())
    assert 1 <= columns <= canvas.width
    assert 1 <= rows <= canvas.height


def test_more_cells_than_pixels_are_refused():
    with pytest.raises(OptionError, match="do not fit 30 x 20 pixels"):
        grid_shape(Size(30, 20), GridOptions(columns=31))


@pytest.mark.parametrize(
    "options",
    [{"tint": 1.1}, {"zoom": 0}, {"aspect": "1:0"}, {"aspect": "wide"}, {"offset": "wavy"}, {"columns": 0},
     {"adaptive": 2, "offset": "brick"}, {"offset": "hexagon", "aspect": "3:2"}, {"spacing": float("nan")}],
)  # fmt: skip
def test_options_out_of_range_are_refused_in_one_line(options):
    with pytest.raises(OptionError) as caught:
        GridOptions(**options)
    assert "\n" not in str(caught.value)


def test_a_pixel_of_rounding_makes_no_cell_count_more():
    assert (lay_out(Size(110, 140), 13, 11, "none").areas == 1).all()
    details = [np.array([[0.0, 1.0], [1.0, 1.0]]), np.eye(4)]
    areas = lay_out_adaptive(Size(83, 85), 8, 8, details, 0.5).areas
    values, counts = np.unique(areas / areas.min(), return_counts=True)
    assert values.tolist() == [1, 4, 16]
    assert counts @ values == 64

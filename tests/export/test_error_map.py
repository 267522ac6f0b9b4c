"""The picture of where the error is."""

import numpy as np
import pytest

from export.albums import Album, flat, random_mosaic, with_columns
from musivum.color import linear_from_srgb, oklab_from_linear
from musivum.export._error_map import _LEGEND, _MARGIN, _colours, error_map
from musivum.geometry import Size
from render.mosaics import hexagons, plan_of


def lightness(pixels):
    return oklab_from_linear(linear_from_srgb(np.asarray(pixels)))[..., 0]


def test_lightness_rises_evenly():
    steps = np.diff(lightness(_colours(np.linspace(0, 1, 65))))
    assert steps.min() > 0.5 * steps.mean() and steps.max() < 1.6 * steps.mean()


def test_cells_are_where_they_are_on_the_canvas():
    plan, _ = random_mosaic(1)
    error = np.zeros(63, np.float32)
    error[[0, 40]] = 0.4
    page = error_map(with_columns(plan, error=error))
    width, height = plan.canvas.scaled(1000 / 108)
    assert page.shape == (height + 2 * _MARGIN + _LEGEND, 2 * width + 3 * _MARGIN, 3)
    panel = lightness(page[_MARGIN : _MARGIN + height, width + 2 * _MARGIN : -_MARGIN])
    side = width / 9
    for i in range(63):
        row, column = divmod(i, 9)
        inside = panel[int((row + 0.2) * side) : int((row + 0.8) * side), int((column + 0.2) * side) :][
            :, : int(side / 2)
        ]
        assert (inside > 0.9).all() if i in (0, 40) else (inside < 0.2).all()


@pytest.mark.parametrize("error", [0.0, 0.3])
def test_honeycombs_without_target(error):
    size = Size(60, 40)
    boxes = hexagons(size, 6, 4)
    plan = plan_of(Album(flat((1, 2, 3))), size, boxes, outline="hexagon")
    page = error_map(with_columns(plan, error=np.full(len(boxes), error, np.float32)))
    panel = page[_MARGIN : _MARGIN + 667, _MARGIN : _MARGIN + 1000]
    inside = lightness(panel[200:450, 200:800])
    assert page.shape[1] == 1000 + 2 * _MARGIN
    assert (inside > 0.85).mean() > 0.98 if error else (inside < 0.3).all()

"""Placements in groups that a person would look for."""

from dataclasses import replace

import numpy as np
import pytest

from export.albums import quadtree, smooth
from musivum.export._layered._groups import groups_of
from musivum.geometry import Size
from render.mosaics import FakeLibrary, cells, hexagons, plan_of

ALBUM = FakeLibrary([smooth(np.random.default_rng(0), 24, 18)])


def groups(boxes, *, scale=1.0, most=100, engine="grid", **changes):
    size = Size(*np.ceil(boxes[:, 2:].max(axis=0)).astype(int).tolist())
    found = groups_of(plan_of(ALBUM, size, boxes, recipe={"engine": engine}, **changes), scale, most)
    rows = np.concatenate([group.rows for group in found.groups])
    assert sorted(rows.tolist()) == list(range(len(boxes)))
    return found


def test_cells_form_rows_of_which_the_first_is_on_top():
    found = groups(cells(Size(100, 60), 5, 3))
    assert [group.name for group in found.groups] == ["row 3 (5 photos)", "row 2 (5 photos)", "row 1 (5 photos)"]
    assert found.groups[-1].rows.tolist() == [4, 3, 2, 1, 0]
    assert found.places[7] == "row 2, column 3"


def test_hexagons_form_rows():
    found = groups(hexagons(Size(90, 78), 3, 3), outline="hexagon")
    assert [group.name for group in found.groups] == ["row 3 (3 photos)", "row 2 (4 photos)", "row 1 (3 photos)"]


def test_a_large_photo_among_cells_is_a_group_of_its_own():
    boxes = cells(Size(120, 120), 6, 6)
    hero = np.array([40.0, 40.0, 80.0, 80.0])
    inside = (boxes[:, 0] >= 40) & (boxes[:, 2] <= 80) & (boxes[:, 1] >= 40) & (boxes[:, 3] <= 80)
    found = groups(np.concatenate([boxes[~inside], [hero]]))
    assert found.groups[-1].name == "large (1 photo)" and found.places[-1] == "at 60, 60"
    assert [len(group.rows) for group in found.groups] == [6, 6, 4, 4, 6, 6, 1]


def test_whole_photos_in_the_middle_of_cells_form_rows():
    boxes = cells(Size(100, 60), 5, 3)
    boxes[1::3, 1] += 3
    boxes[1::3, 3] -= 3
    assert groups(boxes).groups[0].name == "row 3 (5 photos)"


def test_cells_of_many_sizes_are_sorted_by_size():
    boxes = quadtree(np.random.default_rng(1), 256, 4)
    found = groups(boxes, scale=2.0)
    side = boxes[:, 2] - boxes[:, 0]
    for group in found.groups:
        assert len(np.unique(side[group.rows])) == 1
        assert group.name.startswith(f"{2 * side[group.rows[0]]:.0f} pixels (")
    assert np.all(np.diff([side[group.rows[0]] for group in found.groups]) > 0)


def test_photos_over_each_other_stay_in_painting_order():
    rng = np.random.default_rng(2)
    corner, side = rng.uniform(0, 80, (300, 2)), np.repeat([40, 10, 20], [3, 147, 150])[:, None]
    found = groups(np.concatenate([corner, corner + side], axis=1), engine="fractal", scale=3.0)
    assert np.concatenate([group.rows for group in found.groups]).tolist() == list(range(300))
    assert [group.name for group in found.groups] == [
        "120 pixels (3 photos)",
        "30 pixels (147 photos)",
        "60 pixels (150 photos)",
    ]


@pytest.mark.parametrize("most", [1, 2, 7])
def test_neighbours_are_joined_until_there_are_few_enough(most):
    found = groups(cells(Size(40, 200), 2, 20), most=most)
    assert len(found.groups) == most
    assert found.groups[0].name.endswith(f"to 20 ({len(found.groups[0].rows)} photos)")


def test_sizes_that_differ_a_little_all_the_time_are_joined_to_a_few_groups():
    rng = np.random.default_rng(3)
    corner, side = rng.uniform(0, 300, (500, 2)), 2 ** rng.uniform(3, 6, (500, 1))
    found = groups(np.concatenate([corner, corner + side], axis=1), engine="fractal")
    assert len(found.groups) == 12


def test_one_pixel_of_overlap_keeps_painting_order():
    boxes = cells(Size(100, 60), 5, 3)
    boxes[4, 3] += 1
    assert groups(boxes).groups[0].rows[0] == 0


def test_hairlines_are_cells_too():
    boxes = cells(Size(40, 40), 4, 4)
    boxes[:, 3] = boxes[:, 1] + 1e-3
    assert groups(boxes).groups[-1].name == "row 1 (4 photos)"


def test_no_placements_are_no_groups():
    plan = plan_of(ALBUM, Size(9, 9), cells(Size(9, 9), 1, 1))
    assert groups_of(plan.select(np.zeros(0, int)), 1.0, 5).groups == []
    assert groups_of(replace(plan), 1.0, 5).groups[0].name == "row 1 (1 photo)"

"""Cells of collages some of whose photos take several, against where the photos lie."""

import numpy as np
import pytest

from musivum.api._editing._cells import NamedCells
from musivum.errors import OptionError
from musivum.geometry import Size
from musivum.plan import Alternates, Placements, Plan, TileTable

COLUMNS, ROWS, CELL, GAP = 7, 5, 20, 3


def collage(boxes, **told):
    """A collage of photos that fill these boxes."""
    n = len(boxes)
    sides = boxes[:, 2:] - boxes[:, :2]
    table = TileTable(tuple(f"{i:032x}" for i in range(n)), tuple(f"{i}.jpg" for i in range(n)), np.full((n, 2), 99))
    lies = np.stack([np.ones(n), np.zeros(n), *boxes[:, :2].T], axis=1)
    placed = Placements.plain(np.arange(n), np.concatenate([0 * sides, sides], axis=1), lies)
    statistics = {"columns": COLUMNS, "rows": ROWS, "gap": GAP} | told
    size, recipe = Size(COLUMNS * (CELL + GAP), ROWS * (CELL + GAP)), {"engine": "arrange"}
    return Plan(size, (0, 0, 0), "box", 0.5, 0, 0, table, placed, Alternates.none(n), b"", recipe, statistics)


def whole_photos(seed):
    """Cells (n, 2) in rows, one of them twice as wide and high, and the boxes (n, 4) of photos of any shape in them."""
    cells = [(1, 1)] + [(c, r) for r in range(ROWS) for c in range(COLUMNS) if not (1 <= c <= 2 and 1 <= r <= 2)]
    sides = np.where(np.arange(len(cells)) == 0, 2 * CELL + GAP, CELL)[:, None]
    shape = np.random.default_rng(seed).uniform(0.05, 1, (len(cells), 1))
    narrow = np.concatenate([shape, np.ones_like(shape)], axis=1)
    narrow[1::2] = narrow[1::2, ::-1]
    corners = [cells.index((c, r)) for c in (0, COLUMNS - 1) for r in (0, ROWS - 1)]
    narrow[[0, *corners]] = 1
    middle = np.array(cells) * (CELL + GAP) + sides / 2
    return cells, np.concatenate([middle - narrow * sides / 2, middle + narrow * sides / 2], axis=1)


@pytest.mark.parametrize("seed", range(3))
def test_a_photo_answers_to_every_cell_that_it_takes(seed):
    cells, boxes = whole_photos(seed)
    named = NamedCells(collage(boxes))
    for i, (column, row) in enumerate(cells):
        assert named.cell(i) == (column + 1, row + 1)
        for right, down in ((0, 0), (0, 1), (1, 0), (1, 1)) if i == 0 else ((0, 0),):
            assert named.place(f"{column + 1 + right},{row + 1 + down}") == i
    for strange in (f"{COLUMNS + 1},1", f"1,{ROWS + 1}", "0,1", "999999999,999999999"):
        with pytest.raises(OptionError, match=f"there are {COLUMNS} columns and {ROWS} rows"):
            named.place(strange)


@pytest.mark.parametrize(
    "told",
    [
        {"gap": -COLUMNS * (CELL + GAP) + GAP + 1e-6},
        {"gap": float("nan")},
        {"gap": 1e308},
        {"gap": "3"},
        {"columns": 10**18},
        {"columns": -COLUMNS, "rows": -ROWS},
        {"rows": None},
    ],
    ids=str,
)
def test_a_collage_that_lies_about_its_cells_has_none(told):
    with pytest.raises(OptionError, match="form no rows and columns"):
        NamedCells(collage(whole_photos(0)[1], **told)).place("1,1")


def test_cells_are_not_listed_one_by_one():
    named = NamedCells(collage(whole_photos(0)[1], columns=900_000, rows=900_000))
    assert named.place("870000,860000") == len(whole_photos(0)[0]) - 1

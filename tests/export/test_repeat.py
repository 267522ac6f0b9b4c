"""The nearest repeat against all pairs."""

import numpy as np
import pytest

from export.albums import Album, flat, quadtree
from musivum.export import nearest_repeat
from musivum.geometry import Size
from musivum.plan import bounds
from render.mosaics import cells, hexagons, plan_of

SIZE = Size(96, 96)


def brick(size, columns, rows):
    boxes = cells(size, columns, rows)
    boxes[(boxes[:, 1] * rows // size.height) % 2 == 1, ::2] += size.width / columns / 2
    return boxes


LAYOUTS = {
    "square": lambda rng: cells(SIZE, 11, 14),
    "brick": lambda rng: brick(SIZE, 12, 8),
    "hexagon": lambda rng: hexagons(SIZE, 9, 11),
    "quadtree": lambda rng: quadtree(rng, 96, 4),
}


def slowly(plan):
    box, tile = bounds(plan.placements), plan.placements.tile
    pitch = 0.75 if plan.outline == "hexagon" else 1
    best = None
    for i in range(len(tile)):
        for j in range(i):
            if tile[i] == tile[j]:
                a, b = box[i], box[j]
                dx = abs(a[0] + a[2] - b[0] - b[2]) / (a[2] - a[0] + b[2] - b[0])
                dy = abs(a[1] + a[3] - b[1] - b[3]) / (a[3] - a[1] + b[3] - b[1]) / pitch
                best = max(dx, dy) if best is None else min(best, max(dx, dy))
    return best


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("tiles", [1, 3, 40, 120])
def test_nearest_repeat_of_random_plans(layout, tiles):
    rng = np.random.default_rng([tiles, len(layout)])
    boxes = LAYOUTS[layout](rng)
    rng.shuffle(boxes)
    album = Album(flat(*[(i, 9, 9) for i in range(tiles)]))
    outline = "hexagon" if layout == "hexagon" else "box"
    turns, mirror = rng.integers(0, 4, len(boxes)), rng.random(len(boxes)) < 0.5
    plan = plan_of(
        album, SIZE, boxes, tile=rng.integers(0, tiles, len(boxes)), outline=outline, turns=turns, mirror=mirror
    )
    assert nearest_repeat(plan) == pytest.approx(slowly(plan), rel=1e-9)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_neighbours_are_one_apart(layout):
    boxes = LAYOUTS[layout](np.random.default_rng(3))
    outline = "hexagon" if layout == "hexagon" else "box"
    plan = plan_of(Album(flat((1, 2, 3))), SIZE, boxes, outline=outline)
    assert nearest_repeat(plan) == pytest.approx(1, abs=0.15)


def test_a_planted_repeat_is_found_and_none_is_none():
    boxes = cells(Size(200, 200), 20, 20)
    tile = np.arange(400)
    album = Album(flat(*[(i // 256, i % 256, 0) for i in range(400)], side=1))
    assert nearest_repeat(plan_of(album, Size(200, 200), boxes, tile=tile)) is None
    tile[3 * 20 + 4] = tile[10 * 20 + 9]
    assert nearest_repeat(plan_of(album, Size(200, 200), boxes, tile=tile)) == pytest.approx(7)


def test_no_placements_do_not_repeat():
    assert nearest_repeat(plan_of(Album(flat((1, 2, 3))), SIZE, np.zeros((0, 4)))) is None

"""A target drawn from its own pieces is the target."""

import numpy as np
import pytest

from musivum.geometry import Size
from musivum.render import draw
from render.mosaics import FakeLibrary, cells, noise, oriented, plan_of

SIZE = Size(157, 211)
ORIENTATIONS = [(turns, mirror) for turns in range(4) for mirror in (False, True)]


@pytest.fixture(scope="module")
def target():
    return noise(np.random.default_rng(1), *SIZE)


@pytest.mark.parametrize(("turns", "mirror"), ORIENTATIONS)
def test_pieces_in_any_orientation_give_the_target_byte_for_byte(target, turns, mirror):
    boxes = cells(SIZE, 11, 14)
    pieces = []
    for x0, y0, x1, y1 in boxes.astype(int):
        piece = np.rot90(target[y0:y1, x0:x1], turns)
        pieces.append(piece[:, ::-1] if mirror else piece)
    assert np.array_equal(
        oriented(pieces[5], turns, mirror), target[: int(boxes[5, 3]), slice(*boxes[5, [0, 2]].astype(int))]
    )
    library = FakeLibrary([np.ascontiguousarray(piece) for piece in pieces])
    plan = plan_of(library, SIZE, boxes, turns=turns, mirror=np.full(len(boxes), mirror))
    assert np.array_equal(draw(plan, library), target)


def test_crops_of_one_large_tile_give_it_back(target):
    library = FakeLibrary([target])
    boxes = cells(SIZE, 11, 14)
    plan = plan_of(library, SIZE, boxes, tile=np.zeros(len(boxes), int), crop=boxes)
    assert np.array_equal(draw(plan, library), target)


def test_far_from_the_origin_of_a_large_canvas_nothing_is_lost():
    pixels = noise(np.random.default_rng(2), 40, 30)
    library = FakeLibrary([pixels])
    canvas = Size(1_000_040, 30)
    boxes = np.array([[0, 0, 1_000_000, 30], [1_000_000, 0, 1_000_040, 30.0]])
    crop = np.array([[0, 0, 40, 0.0012], [0, 0, 40, 30.0]])
    plan = plan_of(library, canvas, boxes, tile=np.zeros(2, int), crop=crop)
    region = draw(plan, library, region=(1_000_000, 0, 1_000_040, 30))
    assert np.array_equal(region, pixels)


def test_identity_holds_for_every_byte():
    ramp = np.repeat(np.arange(256, dtype=np.uint8), 3).reshape(1, 256, 3)
    library = FakeLibrary([ramp])
    plan = plan_of(library, Size(256, 1), np.array([[0, 0, 256, 1.0]]))
    assert np.array_equal(draw(plan, library), ramp)

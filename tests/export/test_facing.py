"""Which cells lie side by side: the slow definition, and lattices whose neighbours are known."""

import numpy as np
import pytest

from musivum.export._facing import cells_around, facing, lattice_positions
from musivum.geometry import Size
from render.mosaics import cells


def lattice(rows, columns, width=10.0, height=8.0, gap=2.0):
    boxes = [
        (j * (width + gap), i * (height + gap), j * (width + gap) + width, i * (height + gap) + height)
        for i in range(rows)
        for j in range(columns)
    ]
    return np.array(boxes)


def lines(widths, height=8.0, gap=2.0):
    """Boxes of lines of given widths, one line below the other."""
    boxes = []
    for i, line in enumerate(widths):
        left = 0.0
        for width in line:
            boxes.append((left, i * (height + gap), left + width, i * (height + gap) + height))
            left += width + gap
    return np.array(boxes)


def spread(*counts, across=118.0, gap=2.0):
    return lines([[(across + gap) / count - gap] * count for count in counts], gap=gap)


def with_block(boxes, columns, at, side=2):
    """One box in place of side x side cells of a lattice."""
    index = [(at[0] + i) * columns + at[1] + j for i in range(side) for j in range(side)]
    block = np.concatenate([boxes[index[0], :2], boxes[index[-1], 2:]])
    return np.concatenate([np.delete(boxes, index, axis=0), [block]])


def slowly(boxes, axis, gap_beside):
    """The definition in plain loops, each box grown by half of the gap beside it on both sides."""
    cell = float(np.median(boxes[:, axis + 2] - boxes[:, axis]))
    beside = 1 - axis
    grown = boxes.copy()
    grown[:, beside] -= gap_beside / 2
    grown[:, beside + 2] += gap_beside / 2
    gaps = {}
    for i, one in enumerate(grown):
        for j, other in enumerate(grown):
            gap = other[axis] - one[axis + 2]
            shared = min(one[beside + 2], other[beside + 2]) - max(one[beside], other[beside])
            shorter = min(one[beside + 2] - one[beside], other[beside + 2] - other[beside])
            if i != j and -1e-6 < gap < cell and shared > 0.45 * shorter:
                gaps[i, j] = gap
    nearest = [min(gap for (one, _), gap in gaps.items() if one == i) for i in {one for one, _ in gaps}]
    usual = np.median(nearest) if nearest else 0
    return sorted(pair for pair, gap in gaps.items() if gap <= usual + cell / 4)


SHAPE = np.array([[0, 1, 0, 0, 1, 0], [1, 1, 1, 1, 1, 1], [1, 0, 1, 1, 1, 1], [0, 1, 1, 1, 1, 0], [0, 0, 1, 1, 0, 0]])
RAGGED = lines([[12, 7, 20, 4, 9], [30, 14, 8], [6, 6, 6, 30, 4]])
CASES = {
    "plain": lattice(5, 6),
    "no gap": cells(Size(101, 77), 7, 6),
    "wide gap": lattice(4, 5, gap=7.0),
    "captions": lattice(4, 5) * [1, 1.4, 1, 1.4] - [0, 0, 0, 0.4],
    "widened lines": spread(6, 5, 6, 6, 5),
    "block": with_block(lattice(6, 6), 6, (2, 1)),
    "hero": with_block(lattice(8, 9), 9, (2, 2), side=5),
    "shape": lattice(5, 6)[SHAPE.ravel() == 1],
    "rows": RAGGED,
    "one": lattice(1, 1),
    "two": lattice(1, 2),
    "strip": lattice(9, 1),
    "none": np.zeros((0, 4)),
}


GAPS = {"no gap": (0, 0), "wide gap": (7, 7), "captions": (2, 3.2)}


@pytest.mark.parametrize("name", [name for name in CASES if name != "none"])
def test_it_is_the_definition(name):
    found, gaps = facing(CASES[name]), GAPS.get(name, (2, 2))
    for axis, pairs in enumerate(found):
        assert sorted(map(tuple, pairs.tolist())) == slowly(CASES[name], axis, gaps[1 - axis])


@pytest.mark.parametrize(("name", "across", "down"), [("plain", 25, 24), ("no gap", 36, 35), ("wide gap", 16, 15)])
def test_a_lattice_has_four_neighbours_each(name, across, down):
    found = facing(CASES[name])
    assert (len(found.across), len(found.down)) == (across, down)


def test_a_block_has_two_neighbours_on_each_side():
    pairs = facing(CASES["block"]).pairs
    assert np.count_nonzero(pairs == len(CASES["block"]) - 1) == 8


def test_a_hole_is_no_neighbour():
    row = SHAPE[2]
    pairs = facing(lattice(1, 6)[row == 1]).pairs
    assert sorted(map(tuple, pairs.tolist())) == [(1, 2), (2, 3), (3, 4)]


@pytest.mark.parametrize(
    ("shapes", "aspect"), [([1.5, 0.67, 1, 3, 0.3], None), ([1.5, 3], None), ([0.5, 0.25], 1.2), ([0.5, 3], 1.2)]
)
def test_whole_photos_are_neighbours_as_their_cells_are(shapes, aspect):
    boxes = with_block(lattice(6, 7, 12, 10), 7, (2, 2))
    middle, side = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    own = np.resize(shapes, len(boxes))
    half = np.minimum(side, side[:, ::-1] * np.stack([own, 1 / own], axis=1)) / 2
    around = cells_around(np.concatenate([middle - half, middle + half], axis=1), aspect)
    assert np.array_equal(facing(around).pairs, facing(boxes).pairs)
    assert np.array_equal(lattice_positions(around, facing(around)), lattice_positions(boxes, facing(boxes)))


def test_lines_that_are_half_a_cell_off_share_two_neighbours():
    boxes = lattice(2, 4)
    boxes[4:, [0, 2]] += 6
    assert len(facing(boxes).down) == 7
    boxes[4:, [0, 2]] += 1
    assert len(facing(boxes).down) == 3


@pytest.mark.parametrize("width", [648, 1000, 3972])
def test_rounded_pixels_do_not_blur_a_lattice(width):
    boxes = cells(Size(width, 700), 40, 20)
    boxes[:, 2:] -= 3
    index = np.stack(np.divmod(np.arange(800), 40)[::-1], axis=1)
    assert np.array_equal(lattice_positions(boxes, facing(boxes)), index)


def test_blocks_and_shifted_lines_lie_on_half_cells():
    block = with_block(lattice(6, 6), 6, (2, 1))
    assert lattice_positions(block, facing(block))[-1].tolist() == [1.5, 2.5]
    centred = np.concatenate([lattice(2, 5), np.add(lattice(1, 4), [6, 20, 6, 20])])
    assert lattice_positions(centred, facing(centred))[10:].tolist() == [[0.5, 2], [1.5, 2], [2.5, 2], [3.5, 2]]


@pytest.mark.parametrize("name", ["one", "none"])
def test_few_have_places_and_no_neighbours(name):
    assert not len(facing(CASES[name]).pairs)
    assert lattice_positions(CASES[name], facing(CASES[name])).tolist() == [[0.0, 0.0]] * len(CASES[name])


def test_heaps_have_no_neighbours():
    assert not len(facing(np.tile([0.0, 0.0, 4.0, 4.0], (3000, 1))).pairs)

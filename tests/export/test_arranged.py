"""Reports on collages: how well their order keeps likeness, beside the same photos in any order."""

import csv
import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from PIL import Image

from musivum.color import linear_from_oklab, srgb_from_linear
from musivum.engines.arrange import ArrangeOptions, plan_arrange
from musivum.errors import PlanError
from musivum.export import lines, report, write_report
from musivum.geometry import Size
from musivum.library import index, open_library
from render.mosaics import cells, plan_of

ROWS, COLUMNS, GAP = 5, 6, 4


@pytest.fixture(scope="module")
def gradient(tmp_path_factory):
    """30 flat photos, green to red by column and dark to light by row, and the row of each in its library."""
    folder = tmp_path_factory.mktemp("flat")
    names = [f"{i}{j}.png" for i in range(ROWS) for j in range(COLUMNS)]
    for i in range(ROWS):
        for j in range(COLUMNS):
            lab = np.array([[[0.4 + 0.06 * i, -0.06 + 0.03 * j, 0.05]]])
            Image.fromarray(srgb_from_linear(linear_from_oklab(lab)).repeat(9, 0).repeat(12, 1)).save(
                folder / f"{i}{j}.png"
            )
    index([folder], folder / "lib")
    library = open_library(folder / "lib")
    found = [source.replace("\\", "/").rsplit("/", 1)[1] for source in library.sources]
    return library, np.array([found.index(name) for name in names])


def collage(library, tile, boxes=None, **changes):
    """A plan whose table of tiles is in another order than its library."""
    mixed = np.random.default_rng(9).permutation(len(library))
    library, tile = library.select(mixed), np.argsort(mixed)[np.asarray(tile)]
    size = Size(COLUMNS * 20, ROWS * 20)
    boxes = cells(size, COLUMNS, ROWS) - [0, 0, GAP, GAP] if boxes is None else boxes
    recipe = {"engine": "arrange", "options": asdict(ArrangeOptions(features="grid1", chroma=1))}
    return plan_of(library, size, boxes, tile=tile, **{"recipe": recipe} | changes)


def test_a_perfect_order_is_told_from_chance(gradient):
    library, row = gradient
    told = report(collage(library, row), library).arranged
    assert (told.features, told.repeats, told.left_out) == ("grid1", 0, ())
    for flow in (told.likeness, told.colour):
        assert min(flow.dpq_16, flow.dpq_2) > 0.85
        assert flow.chance_16 < 0.75 and flow.chance_2 < 0.3
    assert told.likeness == pytest.approx(told.colour, abs=0.002)
    assert told.neighbours.distance == pytest.approx((25 * 0.03 + 24 * 0.06) / 49, abs=0.002)
    assert told.neighbours.chance > 2 * told.neighbours.distance
    shuffled = report(collage(library, np.random.default_rng(3).permutation(row)), library).arranged
    assert shuffled.colour.dpq_2 < 0.3 and shuffled.neighbours.distance > 2 * told.neighbours.distance
    assert shuffled.neighbours.chance == pytest.approx(told.neighbours.chance, rel=0.3)


def test_distances_are_those_to_the_neighbours(gradient):
    library, row = gradient
    tile = np.random.default_rng(1).permutation(row)
    got = np.array(report(collage(library, tile), library).arranged.distances).reshape(ROWS, COLUMNS)
    lab = library.means[tile].reshape(ROWS, COLUMNS, 3)
    for i in range(ROWS):
        for j in range(COLUMNS):
            around = [(i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)]
            inside = [lab[at] for at in around if 0 <= at[0] < ROWS and 0 <= at[1] < COLUMNS]
            assert got[i, j] == pytest.approx(
                np.mean([np.linalg.norm(lab[i, j] - other) for other in inside]), abs=2e-6
            )


def test_the_photo_that_does_not_fit_stands_out(gradient, tmp_path):
    library, row = gradient
    tile = row.copy()
    tile[[8, 27]] = tile[[27, 8]]
    plan = collage(library, tile)
    told = report(plan, library)
    assert set(np.argsort(told.arranged.distances)[-2:]) == {8, 27}
    for name in ("r.json", "r.csv", "r.png"):
        write_report(told, plan, tmp_path / name)
    assert (
        json.loads((tmp_path / "r.json").read_text())["arranged"] == json.loads(json.dumps(told.as_json()))["arranged"]
    )
    with (tmp_path / "r.csv").open(newline="") as stream:
        table = list(csv.DictReader(stream))
    assert [float(line["error"]) for line in table] == pytest.approx(told.arranged.distances)
    page = np.asarray(Image.open(tmp_path / "r.png").convert("L")).astype(float)
    scale = 1000 / plan.canvas.width
    middles = [
        page[int(24 + (i * 20 + 8) * scale), int(24 + (j * 20 + 8) * scale)]
        for i in range(ROWS)
        for j in range(COLUMNS)
    ]
    assert set(np.argsort(middles)[-2:]) == {8, 27}


def test_repeats_and_photos_left_out_are_told(gradient):
    library, row = gradient
    tile = row.copy()
    tile[3:5] = tile[2]
    left_out = {"left_out": [f"{i}.jpg" for i in range(7)], "relaxed": ["columns 7 -> 6"]}
    got = report(collage(library, tile, statistics=left_out), library)
    assert got.arranged.repeats == 2 and len(got.arranged.left_out) == 7
    words = "\n".join(lines(got))
    for part in ("30, 2 of them repeats", "7 photos: 0.jpg, 1.jpg, 2.jpg, 3.jpg, 4.jpg, 2 more", "columns 7 -> 6"):
        assert part in words
    for part in ("order by grid1", "order by mean colour", "neighbours apart by", "by chance"):
        assert part in words
    for part in ("fidelity", "CIEDE2000", "alteration", "cost", "error"):
        assert part not in words


@pytest.mark.parametrize("layout", [{}, {"whole": True, "gap": "10%"}, {"layout": "rows"}, {"last": "fill", "rows": 4}])
def test_plans_of_the_engine_are_measured(gradient, layout):
    library, _ = gradient
    told = report(plan_arrange(library, ArrangeOptions(features="grid1", chroma=1, **layout)), library).arranged
    assert told.features == "grid1" and told.repeats == (2 if "last" in layout else 0)
    assert told.likeness == pytest.approx(told.colour, abs=0.01)
    assert told.colour.dpq_2 > 2 * told.colour.chance_2 and told.neighbours.chance > 1.5 * told.neighbours.distance


@pytest.mark.parametrize("features", ["no such*1", "cnn:none", 7, None, ["grid1"]])
@pytest.mark.parametrize("left_out", [3, "a.jpg", None, [1, None]])
def test_odd_plans_have_a_report(gradient, features, left_out):
    library, row = gradient
    recipe = {"engine": "arrange", "options": {"features": features, "new": {}}}
    got = report(collage(library, row, recipe=recipe, statistics={"left_out": left_out}), library)
    assert got.arranged.likeness is None and got.arranged.colour.dpq_2 > 0.8
    assert ("not measured" in "\n".join(lines(got))) == isinstance(features, str)
    json.dumps(got.as_json(), allow_nan=False)
    for options in ([], {"gap": 7}, {"columns": "many"}, {"cell": None}):
        told = report(collage(library, row, recipe={"engine": "arrange", "options": options}), library).arranged
        assert told.features == "" and told.likeness is None


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_photos(gradient, count):
    library, row = gradient
    plan = collage(library, row[:count], cells(Size(40, 20), 2, 1)[:count])
    got = report(plan, library)
    assert got.arranged.colour == got.arranged.likeness == (1, 1, 1, 1)
    assert (got.arranged.neighbours is None) == (count < 2)
    assert lines(got)


def test_photos_that_are_gone_are_a_fault_of_the_library(gradient):
    library, row = gradient
    plan = collage(library, row)
    ids = ("f" * 32, *plan.tiles.ids[1:])
    with pytest.raises(PlanError, match="lacks 1 of the plan's 30 tiles"):
        report(replace(plan, tiles=replace(plan.tiles, ids=ids)), library)


def test_other_plans_have_no_order(gradient):
    library, row = gradient
    assert report(collage(library, row, recipe={"engine": "grid"}), library).arranged is None

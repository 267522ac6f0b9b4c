"""The placements as a table and as JSON, read back to the plan's numbers."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest

from export.albums import random_mosaic
from musivum.errors import OptionError
from musivum.export import Look, export
from musivum.geometry import Size
from musivum.plan import Alternates, Captions, Placements, bounds

HOSTILE = ['=HYPERLINK("//x")', "+1.jpg", "-1.jpg", "@SUM(1)", "\t=1", "two\nlines.jpg", "]]>\"'<b>", "plain, a.jpg"]
BYTES = b"caf\xe9.jpg".decode("utf-8", "surrogateescape")


def free_mosaic(seed=4):
    """Turned, mirrored, soft and see-through placements of photos with hostile names."""
    plan, album = random_mosaic(seed)
    rng = np.random.default_rng(seed)
    n = len(plan.placements)
    transform = plan.placements.transform.copy()
    transform[:, 1] = rng.uniform(-7, 7, n)
    photos = replace(
        plan.placements,
        transform=transform,
        mirror=rng.random(n) < 0.5,
        opacity=rng.random(n, np.float32),
        feather=rng.random(n, np.float32),
    )
    sources = (*HOSTILE, BYTES, *plan.tiles.sources[len(HOSTILE) + 1 :])
    captions = Captions(('"</script>', "é"), np.array([[0, 0, 9, 9], [9, 9, 30, 20.0]]), 7.0, (1, 2, 3))
    tiles = replace(plan.tiles, sources=sources)
    plan = replace(plan, tiles=tiles, captions=captions, placements=photos, alternates=Alternates.none(n))
    return plan, album


def placed(records):
    """Placements of what an export says of them, by the definition in its documentation."""
    crop = np.array([record["crop"] for record in records])
    angle = np.radians([record["turned"] for record in records])
    scale = np.array([record["size"][0] for record in records]) / (crop[:, 2] - crop[:, 0])
    middle = (crop[:, :2] + crop[:, 2:]) / 2
    centre = np.array([record["centre"] for record in records])
    dx = centre[:, 0] - scale * (np.cos(angle) * middle[:, 0] - np.sin(angle) * middle[:, 1])
    dy = centre[:, 1] - scale * (np.sin(angle) * middle[:, 0] + np.cos(angle) * middle[:, 1])
    tile = [record["photo"] for record in records]
    return Placements.plain(tile, crop, np.stack([scale, angle, dx, dy], axis=1), [r["mirrored"] for r in records])


def check(found, plan, scale):
    own = plan.placements
    assert (found.tile == own.tile).all() and (found.mirror == own.mirror).all()
    assert found.crop == pytest.approx(own.crop, abs=1e-4)
    assert np.exp(1j * found.transform[:, 1]) == pytest.approx(np.exp(1j * own.transform[:, 1]), abs=2e-6)
    assert bounds(found) / scale == pytest.approx(bounds(own), abs=2e-3)


@pytest.mark.parametrize("scale", [1.0, 2.3])
def test_json_holds_the_numbers_of_the_plan_in_output_pixels(scale, tmp_path):
    plan, album = free_mosaic()
    export(plan, album, tmp_path / "a.json", Look(scale=scale), dpi=150)
    text = (tmp_path / "a.json").read_bytes()
    assert text.isascii()
    read = json.loads(text)
    assert Size(read["width"], read["height"]) == plan.canvas.scaled(scale) and read["dpi"] == 150
    assert [photo["file"] for photo in read["photos"]] == list(plan.tiles.sources)
    assert [photo["tile"] for photo in read["photos"]] == list(plan.tiles.ids)
    assert [photo["copies"] for photo in read["photos"]] == np.bincount(plan.placements.tile, minlength=13).tolist()
    assert [caption["text"] for caption in read["captions"]] == list(plan.captions.text)
    assert read["recipe"] == plan.recipe and read["statistics"] == plan.statistics
    check(placed(read["placements"]), plan, scale)
    for name in ("opacity", "feather", "error"):
        assert [record[name] for record in read["placements"]] == pytest.approx(getattr(plan.placements, name))
    boxes = np.array([record["box"] for record in read["placements"]])
    assert boxes == pytest.approx(bounds(plan.placements) * scale, abs=1e-3)


def test_json_lists_the_alternates_of_each_place_that_has_some(tmp_path):
    plan, album = random_mosaic(5)
    tile = plan.alternates.tile.copy()
    tile[0], tile[1, 2] = -1, -1
    error = np.where(tile < 0, np.inf, plan.alternates.error).astype(np.float32)
    plan = replace(plan, alternates=replace(plan.alternates, tile=tile, error=error))
    export(plan, album, tmp_path / "a.json")
    records = json.loads((tmp_path / "a.json").read_text())["placements"]
    assert [len(record["alternates"]) for record in records[:3]] == [0, 2, 3]
    for i, record in enumerate(records):
        for column, other in enumerate(record["alternates"]):
            assert other["photo"] == tile[i, column] and other["error"] == pytest.approx(error[i, column])
            assert other["crop"] == pytest.approx(plan.alternates.crop[i, column], abs=1e-4)


def test_the_table_holds_the_numbers_of_the_plan_and_no_formulas(tmp_path):
    plan, album = free_mosaic()
    scale = 2.3
    export(plan, album, tmp_path / "a.csv", Look(scale=scale))
    text = (tmp_path / "a.csv").read_bytes().decode("utf-8", "surrogateescape")
    records = []
    for row in csv.DictReader(text.splitlines(keepends=True)):
        source = row["file"].removeprefix("./")
        assert not row["file"].startswith(("=", "+", "-", "@", "\t"))
        records.append(
            {
                "photo": plan.tiles.sources.index(source),
                "crop": [float(row[f"crop_{edge}"]) for edge in ("x0", "y0", "x1", "y1")],
                "centre": [float(row["centre_x"]), float(row["centre_y"])],
                "size": [float(row["width"]), float(row["height"])],
                "turned": float(row["turned"]),
                "mirrored": row["mirrored"] == "yes",
            }
        )
        assert plan.tiles.ids[records[-1]["photo"]] == row["tile"]
    found = placed(records)
    assert (found.tile == plan.placements.tile).all() and (found.mirror == plan.placements.mirror).all()
    assert bounds(found) / scale == pytest.approx(bounds(plan.placements), abs=5e-3)


@pytest.mark.parametrize("suffix", [".csv", ".json"])
def test_blocks_join_without_a_seam(suffix, tmp_path, monkeypatch):
    plan, album = free_mosaic()
    export(plan, album, tmp_path / f"whole{suffix}")
    monkeypatch.setattr("musivum.export._table._BLOCK", 10)
    monkeypatch.setattr("musivum.export._data._BLOCK", 10)
    export(plan, album, tmp_path / f"parts{suffix}")
    assert (tmp_path / f"whole{suffix}").read_bytes() == (tmp_path / f"parts{suffix}").read_bytes()


@pytest.mark.parametrize("suffix", [".csv", ".json"])
def test_a_plan_without_placements_is_written(suffix, tmp_path):
    plan, album = random_mosaic(6)
    export(plan.select(np.arange(0)), album, tmp_path / f"a{suffix}")
    text = (tmp_path / f"a{suffix}").read_text()
    assert text.count("\n") == 1 if suffix == ".csv" else json.loads(text)["placements"] == []


def test_what_is_asked_for_in_place_of_the_plans_own_is_told(tmp_path):
    plan, album = random_mosaic(7)
    asked = {"tint": 0.25, "overlay": 0.5, "background": (1, 2, 3), "corner": 0.125, "grey": True}
    export(plan, album, tmp_path / "a.json", Look(scale=2.0, gap=3.0, feather=0.75, alternates=2, **asked))
    read = json.loads((tmp_path / "a.json").read_text())
    assert {name: read[name] for name in asked} == asked | {"background": [1, 2, 3]}
    assert read["gap"] == 6 and read["blended"] == 2 and {place["feather"] for place in read["placements"]} == {0.75}
    export(plan, album, tmp_path / "a.csv", Look(feather=0.75))
    assert {row["feather"] for row in csv.DictReader((tmp_path / "a.csv").read_text().splitlines())} == {"0.75"}
    for suffix, remarks in ((".csv", 1), (".json", 0)):
        written = export(plan, album, tmp_path / f"c{suffix}", Look(alternates=2))
        assert len(written.remarks) == remarks and all(".json" in remark for remark in written.remarks)
    with pytest.raises(OptionError, match="tint 3"):
        export(plan, album, tmp_path / "b.json", Look(tint=3.0))
    assert not (tmp_path / "b.json").exists()

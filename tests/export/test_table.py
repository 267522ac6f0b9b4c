"""The table of which photo is where."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest

from export.albums import Album, flat, quadtree, random_mosaic
from musivum.export import report, write_report
from musivum.export._table import COLUMNS, placements_csv
from musivum.geometry import Size
from musivum.plan import bounds
from render.mosaics import cells, hexagons, plan_of

NAMES = ["plain.jpg", "a, b.jpg", 'say "hi".jpg', "two\nlines.jpg", "umlaut ä.jpg", "=1+1.jpg"]


def rows_of(text):
    header, *rows = csv.reader(io.StringIO("".join(text)))
    assert tuple(header) == COLUMNS
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_every_placement_has_its_line():
    plan, _ = random_mosaic(1)
    sources = tuple(f"{i} {NAMES[i % len(NAMES)]}" for i in range(13))
    plan = replace(plan, tiles=replace(plan.tiles, sources=sources))
    rows = rows_of(placements_csv(plan))
    assert len(rows) == len(plan.placements)
    for i, row in enumerate(rows):
        assert int(row["placement"]) == i + 1 and int(row["row"]) == i // 9 + 1 and int(row["column"]) == i % 9 + 1
        assert row["file"] == sources[plan.placements.tile[i]]
        assert [float(row[n]) for n in ("x0", "y0", "x1", "y1")] == bounds(plan.placements)[i].round(3).tolist()
        crop = [float(row[f"crop_{n}"]) for n in ("x0", "y0", "x1", "y1")]
        assert crop == pytest.approx(plan.placements.crop[i], abs=1e-4)
        assert float(row["error"]) == pytest.approx(float(plan.placements.error[i]), rel=1e-5)


def test_mirrored_and_turned():
    size = Size(40, 20)
    plan = plan_of(
        Album(flat((1, 2, 3))),
        size,
        cells(size, 4, 2),
        turns=np.array([0, 1, 2, 3, 0, 1, 2, 3]),
        mirror=np.arange(8) < 4,
    )
    rows = rows_of(placements_csv(plan))
    assert [row["turned"] for row in rows] == ["0", "90", "180", "270"] * 2
    assert [row["mirrored"] for row in rows] == ["yes"] * 4 + ["no"] * 4


def test_rows_of_honeycombs_count_and_quadtrees_have_none():
    size = Size(64, 64)
    album = Album(flat((1, 2, 3)))
    comb = rows_of(placements_csv(plan_of(album, size, hexagons(size, 6, 5), outline="hexagon")))
    assert [int(row["row"]) for row in comb] == [1] * 6 + [2] * 7 + [3] * 6 + [4] * 7 + [5] * 6
    assert [int(row["column"]) for row in comb[6:13]] == list(range(1, 8))
    tree = rows_of(placements_csv(plan_of(album, size, quadtree(np.random.default_rng(1), 64, 3))))
    assert {row["row"] for row in tree} == {""}


def test_names_that_are_no_text_keep_their_bytes(tmp_path):
    plan, album = random_mosaic(2)
    raw = b"caf\xe9.jpg"
    sources = (raw.decode("utf-8", "surrogateescape"), *plan.tiles.sources[1:])
    plan = replace(plan, tiles=replace(plan.tiles, sources=sources))
    got = report(plan, album)
    write_report(got, plan, tmp_path / "r.csv")
    assert raw in (tmp_path / "r.csv").read_bytes()
    write_report(got, plan, tmp_path / "r.json")

"""The report: figures, words, and what it says is lacking."""

import json
from collections import Counter
from dataclasses import fields, replace

import numpy as np
import pytest

from export.albums import MATCHED, Album, flat, png, random_mosaic, with_columns
from musivum.color import linear_from_srgb, oklab_from_linear
from musivum.errors import OptionError, PlanError
from musivum.export import REPORT_FORMATS, Report, lines, report, score, write_report
from musivum.geometry import Size
from musivum.plan import Alternates
from render.mosaics import cells, plan_of


def strict(text):
    def refuse(name):
        raise AssertionError(f"{name} is no JSON")

    return json.loads(text, parse_constant=refuse)


def oklab(colour):
    return oklab_from_linear(linear_from_srgb(np.array(colour, np.uint8)).astype(float))


def scarce(wanted, shown, library, *, best_error, error, copies=5):
    """A plan of 100 cells: colours wanted (100, 3), tiles shown (100,), and what the engine would say."""
    album = Album(flat(*library), sources=[f"dir/photo {i}.jpg" for i in range(len(library))])
    cell, tile = np.stack([oklab(c) for c in wanted]), np.asarray(shown)
    nearest = np.linalg.norm(cell[:, None] - album.means, axis=2).argmin(axis=1)
    columns = {
        "error": np.asarray(error, np.float32),
        "mean": album.means[tile],
        "shift": (cell - album.means[tile]).astype(np.float32),
    }
    best = np.asarray(best_error, np.float32)[:, None]
    size = Size(80, 80)
    target = np.array(wanted, np.uint8).reshape(10, 10, 3).repeat(8, 0).repeat(8, 1)
    plan = plan_of(
        album,
        size,
        cells(size, 10, 10),
        tile=tile,
        columns=columns,
        nearest=(nearest[:, None], best),
        statistics={"copies": copies, "spacing": 1},
        target=png(target),
    )
    return plan, album


def test_figures():
    plan, album = random_mosaic(1)
    got = report(plan, album)
    uses = Counter(plan.placements.tile.tolist())
    assert [at.pixels_per_cell for at in got.fidelity] == [4, 8]
    for at in got.fidelity:
        assert (at.ciede2000, at.ssim) == score(plan, album, at.pixels_per_cell)[:2]
    assert got.alteration == score(plan, album, 4).alteration
    assert (got.placements, got.distinct, got.available) == (63, len(uses), 13)
    assert got.most_used[0].used == max(uses.values()) and len(got.most_used) == 10
    assert [use.used for use in got.most_used] == sorted(uses.values(), reverse=True)[:10]
    assert (got.cost, got.bound, got.excess) == (3, 2, 0.5)
    assert got.relaxed == ("a -> b",) and got.clashes == 2
    assert got.matching == ("grid8*1", 304, 34, 0.99, 0.93, "exact")
    told = next(line for line in lines(got) if line.startswith("matched by"))
    assert "304 numbers compressed to 34 (8.9x shorter, 99.0% of the energy, the same best photo for 93%" in told


def test_json_is_strict_and_complete(tmp_path):
    plan, album = random_mosaic(2)
    got = report(plan, album)
    write_report(got, plan, tmp_path / "r.json")
    read = strict((tmp_path / "r.json").read_text())
    assert set(read) == {field.name for field in fields(Report)}
    assert read == got.as_json()
    assert set(read["fidelity"][0]) == {"pixels_per_cell", "ciede2000", "ssim"}
    assert set(read["explanation"]) == {"missing", "detail", "limits", "missing_colours", "scarce_colours", "wanted"}
    for use in read["most_used"]:
        assert set(use) == {"file", "used"}


def test_shares_add_up():
    plan, album = random_mosaic(3)
    why = report(plan, album).explanation
    assert why.missing + why.detail + why.limits == pytest.approx(1)
    error, best = (x.astype(float) for x in (plan.placements.error, plan.alternates.error[:, 0]))
    assert why.limits == pytest.approx((error - best).sum() / error.sum(), rel=1e-5)


def test_shares_and_the_bound_speak_of_the_same():
    plan, album = random_mosaic(3)
    error, best = (x.astype(float) for x in (plan.placements.error, plan.alternates.error[:, 0]))
    told = {"cost": error.sum(), "bound": np.minimum(error, best).sum()}
    got = report(replace(plan, statistics=told), album)
    assert got.explanation.limits == pytest.approx(1 - 1 / (1 + got.excess), rel=1e-5)


def test_a_cell_better_than_its_alternates_does_not_lessen_the_limits():
    plan, album = random_mosaic(3)
    error, best = plan.placements.error.astype(float), plan.alternates.error[:, 0].astype(float)
    error[::2] = best[::2] / 4
    why = report(with_columns(plan, error=error), album).explanation
    assert why.missing + why.detail + why.limits == pytest.approx(1)
    assert why.limits == pytest.approx((error - best)[1::2].sum() / error.sum(), rel=1e-5)


@pytest.mark.parametrize("name", ["cost", "bound", "copies", "spacing", "eligible", "clashes", *MATCHED])
@pytest.mark.parametrize("value", [float("inf"), float("nan"), 10**400, 1e300, 1e-320, -1, True, "1", None, [1]])
def test_absurd_statistics_do_not_stop_a_report(name, value):
    plan, album = random_mosaic(4, target=b"")
    got = report(replace(plan, statistics=plan.statistics | {name: value}), album)
    assert got.placements == 63 and lines(got)
    json.dumps(got.as_json(), allow_nan=False)


def test_progress_rises_to_its_total():
    plan, album = random_mosaic(4)
    told = []
    report(plan, album, progress=lambda *at: told.append(at))
    assert told == [("scoring", 0, 2), ("scoring", 1, 2), ("scoring", 2, 2)]


def test_plans_that_nobody_could_draw_are_refused_at_once():
    plan, album = random_mosaic(4)
    with pytest.raises(PlanError, match="cannot be scored") as caught:
        report(replace(plan, canvas=Size(10**7, 10**7)), album)
    assert "\n" not in str(caught.value)
    plan, album = random_mosaic(4, cell=1)
    with pytest.raises(PlanError, match="cannot be scored"):
        report(replace(plan, canvas=Size(10**7, 1)), album)


@pytest.mark.parametrize("transform", [(1e7, 0.3, 0, 0), (1e-4, 0.3, 0, 0), (1, 1e9, -9e8, 9e8), (1, 0, 9e8, 0)])
@pytest.mark.filterwarnings("error")
def test_odd_plans_have_a_report_and_a_map(transform, tmp_path):
    plan, album = random_mosaic(4, columns=4, rows=4)
    changed = plan.placements.transform.copy()
    changed[3] = transform
    plan = with_columns(plan, transform=changed)
    try:
        got = report(plan, album)
    except PlanError as fault:
        assert "cannot be scored" in str(fault)
        got = report(replace(plan, target=b""), album)
    write_report(got, plan, tmp_path / "r.png")
    write_report(got, plan, tmp_path / "r.csv")


def test_a_missing_colour_is_named():
    red, greys = (200, 20, 30), [(g, g, g) for g in range(0, 256, 15)]
    wanted = [red] * 30 + [(120, 120, 120)] * 70
    plan, album = scarce(wanted, [8] * 100, greys, best_error=[0.2] * 30 + [0.01] * 70, error=[0.2] * 30 + [0.01] * 70)
    why = report(plan, album).explanation
    (lack,) = why.missing_colours
    assert lack.name.endswith("red") and lack.hex == "#c8141e" and lack.places == 30
    assert lack.photos == 6 and lack.share == pytest.approx(why.missing) and lack.share == pytest.approx(6 / 6.7)
    assert not why.scarce_colours and not why.wanted and why.limits == pytest.approx(0, abs=1e-6)


def test_a_colour_that_ran_out_is_named_with_its_photo():
    black, white = (0, 0, 0), (255, 255, 255)
    shown = [0] * 5 + [1] * 95
    plan, album = scarce(
        [black] * 60 + [white] * 40,
        shown,
        [black, white],
        best_error=[0.01] * 100,
        error=[0.01] * 5 + [0.5] * 55 + [0.01] * 40,
    )
    why = report(plan, album).explanation
    (lack,) = why.scarce_colours
    assert (lack.name, lack.hex, lack.places, lack.photos) == ("black", "#000000", 55, 11)
    assert not why.missing_colours and why.limits > 0.95
    assert why.wanted[0] == ("dir/photo 0.jpg", 60, 5)
    words = "\n".join(lines(report(plan, album)))
    assert "about 11 photos of black (#000000): 55 cells" in words
    assert "photo 0.jpg: best for 60 cells, shown in 5" in words


def test_detail_is_not_taken_for_a_colour():
    grey = (120, 120, 120)
    plan, album = scarce([grey] * 100, [0] * 100, [grey], best_error=[0.3] * 100, error=[0.3] * 100)
    why = report(plan, album).explanation
    assert why.detail == pytest.approx(1) and not why.missing_colours and not why.wanted


def test_a_bare_plan_has_a_report():
    plan, album = random_mosaic(4, target=b"", alternates=Alternates.none(63), statistics={"cost": float("inf")})
    got = report(plan, album)
    assert got.fidelity == () and got.alteration is None and got.explanation is None and got.excess is None
    strict(json.dumps(got.as_json()))
    assert lines(got)


def test_a_damaged_target_is_a_fault_of_the_plan():
    plan, album = random_mosaic(4, target=b"no picture")
    with pytest.raises(PlanError):
        report(plan, album)


def test_words_are_plain_and_tell_equal_names_apart():
    plan, album = random_mosaic(5)
    sources = tuple(f"{i}/same.jpg" for i in range(13))
    told = lines(report(replace(plan, tiles=replace(plan.tiles, sources=sources)), album))
    words = "\n".join(told)
    assert "\x1b" not in words and all(line == line.rstrip() for line in told)
    assert "0/same.jpg" in words or "1/same.jpg" in words
    for part in ("CIEDE2000", "SSIM", "CIE76", "63", "limit relaxed: a -> b", "1.5", "nearest repeat"):
        assert part in words


@pytest.mark.parametrize("suffix", REPORT_FORMATS)
def test_reports_appear_whole_or_not_at_all(suffix, tmp_path):
    plan, album = random_mosaic(6)
    got = report(plan, album)
    path = tmp_path / f"R{suffix.upper()}"
    write_report(got, plan, path)
    assert [file.name for file in tmp_path.iterdir()] == [path.name] and path.stat().st_size > 500
    with pytest.raises(OptionError, match="no folder"):
        write_report(got, plan, tmp_path / "none" / f"r{suffix}")
    (tmp_path / f"d{suffix}").mkdir()
    with pytest.raises(OptionError, match="that is a folder"):
        write_report(got, plan, tmp_path / f"d{suffix}")


def test_other_suffixes_are_refused(tmp_path):
    plan, album = random_mosaic(6)
    with pytest.raises(OptionError, match=r"\.json, \.csv"):
        write_report(report(plan, album), plan, tmp_path / "r.txt")


def test_a_large_plan_is_reported_on_quickly():
    plan, album = random_mosaic(7, columns=70, rows=60, cell=4)
    assert report(plan, album).placements == 4_200

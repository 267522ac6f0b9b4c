"""One target under several settings."""

import json
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from musivum import api
from musivum.api import _compare, _variants
from musivum.cli import main
from musivum.errors import OptionError
from musivum.export import Panel, score, sheet, sheet_size
from musivum.features import EXTRACTORS, extractor
from musivum.geometry import Size
from musivum.library import family, generate, open_library
from musivum.plan import load_plan


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("compare") / "library"
    generate([(family("gradients"), 24), (family("solid", "colours"), 24)], place)
    return place


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("target") / "a face.png"
    y, x = np.mgrid[0:60, 0:80]
    Image.fromarray(np.stack([3 * x, 4 * y, 255 - 3 * x], axis=-1).astype(np.uint8)).save(path)
    return path


@pytest.fixture
def shown(library: Path, target: Path, tmp_path: Path) -> Callable[..., api.Comparison]:
    def call(**options: object) -> api.Comparison:
        return api.compare(target, tmp_path / "sheet.png", library=library, tiles=12, width=120, **options)  # type: ignore[arg-type]

    return call


def test_every_combination_is_made(shown: Callable[..., api.Comparison]) -> None:
    told = shown(features=["grid4", "grid8"], metric=["l2", "cosine"], compress=["8"])
    assert [(one.features, one.metric, one.compress) for one in told.variants] == [
        ("grid4", "l2", "8"),
        ("grid4", "cosine", "8"),
        ("grid8", "l2", "8"),
        ("grid8", "cosine", "8"),
    ]
    assert (told.cells, told.tiles) == (12, 48)
    assert all(0 < one.score.ciede2000 < 100 and one.seconds > 0 for one in told.variants)
    assert all(0 < one.dimensions <= one.whole for one in told.variants)
    with Image.open(told.sheet) as image:
        assert image.size == told.size


def test_the_best_scores_are_marked(shown: Callable[..., api.Comparison], monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Panel] = []

    def watched(panels: list[Panel], *rest: Any) -> Any:
        seen.extend(panels)
        return sheet(panels, *rest)

    monkeypatch.setattr(_compare, "sheet", watched)
    told = shown(compress=["1", "4", "none"], colour=["fit", "none"])
    scores = [one.score for one in told.variants]
    assert [panel.title for panel in seen] == ["target", *["grid8"] * 6]
    assert [panel.note.split(", ")[-1] for panel in seen[1:]] == ["fit"] * 3 + ["none"] * 3
    marked = [{figure.name for figure in panel.figures if figure.best} for panel in seen[1:]]
    least, most = min(one.ciede2000 for one in scores), max(one.ssim for one in scores)
    assert [("error" in names, "SSIM" in names) for names in marked] == [
        (one.ciede2000 == least, one.ssim == most) for one in scores
    ]


def test_seconds_do_not_count_what_is_kept(
    shown: Callable[..., api.Comparison], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the clock runs, costly extractors describe the cells and no tile."""
    described, clock = [0], [0]
    usual = extractor("gradient4")

    def describe(patches: Any) -> Any:
        described[0] += len(patches)
        return usual.describe(patches)

    def perf_counter() -> float:
        clock.append(described[0])
        return len(clock)

    monkeypatch.setitem(EXTRACTORS, "slow", lambda *_: replace(usual, name="slow4", costly=True, describe=describe))
    monkeypatch.setattr(_compare, "time", SimpleNamespace(perf_counter=perf_counter))
    told = shown(features=["grid4", "slow", "grid4 + slow*0.5"])
    assert [one.seconds for one in told.variants] == [1, 1, 1]
    assert clock[1] >= told.tiles
    assert np.diff(clock)[1::2].max() < told.tiles


@pytest.mark.parametrize(("shape", "panel"), [((3, 600), (1, 180)), ((60, 120), (90, 180)), ((200, 3), (120, 2))])
def test_a_sheet_of_any_target_can_be_looked_at(
    library: Path, tmp_path: Path, shape: tuple[int, int], panel: tuple[int, int]
) -> None:
    Image.new("RGB", shape, (200, 90, 40)).save(tmp_path / "target.png")
    told = api.compare(
        tmp_path / "target.png", tmp_path / "sheet.png", library=library, tiles=12, width=120, features=["grid4"]
    )
    assert told.size == sheet_size(2, Size(*panel))
    assert max(told.size) < 1000


def test_what_is_named_twice_is_made_once(shown: Callable[..., api.Comparison]) -> None:
    assert len(shown(compress=["8", "16", "8"]).variants) == 2


def test_colours_multiply_the_rest(shown: Callable[..., api.Comparison]) -> None:
    told = shown(features=["grid4"], colour=["fit", "none"])
    assert [one.colour for one in told.variants] == ["fit", "none"]
    assert told.variants[1].score.alteration == 0 < told.variants[0].score.alteration


def test_what_is_not_installed_is_left_out(
    shown: Callable[..., api.Comparison], monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = ({"features": "grid4"}, {"features": "nothing"}, {"features": "grid4", "compress": "8"})
    monkeypatch.setattr(_variants, "USUAL", usual)
    assert [one.compress for one in shown().variants] == ["32", "8"]


def test_the_usual_selection_varies_features_metrics_and_ranks() -> None:
    for name in ("features", "metric", "compress"):
        assert len({one.get(name) for one in _variants.USUAL}) > 1


def test_the_command_makes_the_same_mosaic(shown: Callable[..., api.Comparison], library: Path, tmp_path: Path) -> None:
    (one,) = shown(features=["grid4*2 + hsv*0.5"], metric=["cosine"], colour=["gain"]).variants
    program, *words = shlex.split(one.command)
    assert (program, words[-1]) == ("musivum", "mosaic.jpg")
    plan = tmp_path / "again.mosaic"
    assert main([*words[:-2], "--plan", str(plan), "--size", "120"]) == 0
    again = load_plan(plan)
    options = again.recipe["options"]
    assert options["features"] == "grid4*2 + hsv*0.5"
    assert (options["metric"], options["colour"]) == ("cosine", "gain")
    assert score(again, open_library(library), 8).ciede2000 == pytest.approx(one.score.ciede2000, rel=0.05)


def test_the_target_comes_first(shown: Callable[..., api.Comparison], target: Path) -> None:
    told = shown(features=["grid4"])
    with Image.open(told.sheet) as page, Image.open(target) as image:
        row = np.asarray(page.convert("RGB")).astype(int)
        small = np.asarray(image.convert("RGB").resize((120, 90), Image.Resampling.BOX)).astype(int)
    tops = [y for y in range(row.shape[0] - 90) if np.abs(row[y : y + 90, 12:132] - small).mean() < 4]
    assert tops


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"features": ["nothing"]}, "nothing"),
        ({"metric": ["l3"]}, "l3"),
        ({"colour": ["pink"]}, "pink"),
        ({"compress": [str(k) for k in range(1, 50)]}, "at most 48"),
    ],
)
def test_faults_are_told_before_the_work(
    shown: Callable[..., api.Comparison], options: dict[str, list[str]], said: str, tmp_path: Path
) -> None:
    with pytest.raises(OptionError, match=said) as caught:
        shown(**options)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "sheet.png").exists()


@pytest.mark.parametrize("width", [99, 4001])
def test_widths_have_limits(target: Path, library: Path, tmp_path: Path, width: int) -> None:
    with pytest.raises(OptionError, match="100 to 4000"):
        api.compare(target, tmp_path / "sheet.png", library=library, width=width)


def test_the_target_is_not_overwritten(target: Path, library: Path) -> None:
    before = target.read_bytes()
    with pytest.raises(OptionError, match="that is the target"):
        api.compare(target, target, library=library, tiles=12, features=["grid4"])
    assert target.read_bytes() == before


def test_the_command_line(target: Path, library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = ["compare", target, "-l", library, "-o", tmp_path / "sheet.jpg", "--tiles", 12, "--width", 120]
    words = [str(word) for word in (*line, "--features", "grid4", "--compress", 4, "--compress", "none")]
    assert main(words) == 0
    out = capsys.readouterr().out.splitlines()
    assert "2 mosaics of 12 cells" in out[0]
    assert out[1].split()[:4] == ["features", "metric", "numbers", "colour"]
    assert [row.split()[0] for row in out[2:4]] == ["grid4", "grid4"]
    assert "least error: musivum grid " in out[4]
    assert main([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["compress"] for one in told["variants"]] == ["4", "none"]
    assert set(told["variants"][0]["score"]) == {"ciede2000", "ssim", "alteration", "rms"}
    assert told["size"]["width"] > 240

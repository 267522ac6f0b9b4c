"""``musivum fractal``: what it makes, tells and refuses, and the drawing that grows while it works."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from musivum import api
from musivum.cli import main
from musivum.engines import fractal as engine
from musivum.engines.fractal import FractalOptions
from musivum.plan import Plan, load_plan

Run = Callable[..., tuple[int, str, str]]

COARSE = ("--smallest", "0.2", "--size", "240")
UPRIGHT = FractalOptions(smallest=0.2, angles="none", workers=1)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, builtin_tiles: dict[str, Any]) -> Iterator[Path]:
    """A folder with target.png, mask.png and a cache in which the built-in library is made of a few of its tiles."""
    folder = tmp_path_factory.mktemp("fractal")
    y, x = np.mgrid[0:90, 0:120]
    Image.fromarray(np.stack([2 * x, 2 * y, 255 - 2 * x], axis=-1).astype(np.uint8)).save(folder / "target.png")
    Image.fromarray(np.where(x < 60, 255, 0).astype(np.uint8)).save(folder / "mask.png")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("platformdirs.user_cache_dir", lambda *_, **__: str(folder / "cache"))
        patch.setattr("musivum.library._builtin.generate_tiles", lambda: islice(builtin_tiles.items(), 0, None, 12))
        yield folder


@pytest.fixture
def run(place: Path, monkeypatch: pytest.MonkeyPatch, program: Run) -> Run:
    monkeypatch.chdir(place)
    return partial(program, "fractal")


def test_a_picture_and_a_plan(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture, plan = tmp_path / "a.png", tmp_path / "a.mosaic"
    code, out, err = run("target.png", "-o", picture, "-p", plan, *COARSE)
    assert (code, err) == (0, "")
    with Image.open(picture) as image:
        assert image.size == (240, 180)
    made = load_plan(plan)
    first = out.splitlines()[0]
    for part in (
        "240 x 180 pixels",
        f"{len(made.placements)} placements",
        "100% of the picture",
        "different photos of",
    ):
        assert part in first
    assert "musivum fractal target.png --photos FOLDER" in out
    assert "cell" not in out
    assert made.recipe["engine"] == "fractal"
    assert made.recipe["target"]["name"] == "target.png"

    assert main(["report", str(plan), "-o", str(tmp_path / "errors.png")]) == 0
    told = capsys.readouterr().out
    assert "covered by photos" in told
    assert "cell" not in told
    again = tmp_path / "again.png"
    line = ("--feather", "0.25", "--grey", "--background", "transparent", "--alternates", "1", "--size", "100")
    assert main(["render", str(plan), "-o", str(again), *line]) == 0
    with Image.open(again) as image:
        assert (image.mode, image.size) == ("RGBA", (100, 75))
        red, green, blue, _ = np.moveaxis(np.asarray(image), -1, 0)
    assert np.array_equal(red, green)
    assert np.array_equal(red, blue)


def test_the_outcome_as_json(run: Run, tmp_path: Path) -> None:
    line = ("target.png", "-p", tmp_path / "a.mosaic", *COARSE, "--angles", "none", "--detail", 0.2, "--json")
    code, out, err = run(*line)
    made = json.loads(out)
    assert (code, err) == (0, "")
    assert made["picture"] is None
    assert made["recipe"]["options"]["detail"] == 0.2
    assert made["placements"] >= made["photos_used"] > 1
    assert made["statistics"]["levels"][-1]["coverage"] == 1


def test_quiet_is_quiet(run: Run, tmp_path: Path) -> None:
    assert run("target.png", "-o", tmp_path / "a.jpg", *COARSE, "--angles", "none", "--quiet") == (0, "", "")


def test_the_live_picture_is_whole_after_every_level(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live, seen = tmp_path / "live.png", []
    plan, save = engine.plan_fractal, Image.Image.save

    def watched(*arguments: Any, live: Callable[[Plan], None], **more: Any) -> Plan:
        def rewrite(unfinished: Plan) -> None:
            live(unfinished)
            if len(unfinished.placements):
                seen.append((len(unfinished.placements), shown(live_path)))

        live_path = tmp_path / "live.png"
        return plan(*arguments, live=rewrite, **more)

    def unseen(self: Image.Image, path: Any, *arguments: Any, **more: Any) -> None:
        assert path != live  # readers would see it half-written
        save(self, path, *arguments, **more)
        assert not live.exists() or shown(live).shape == (600, 800, 3)

    monkeypatch.setattr("musivum.engines.fractal.plan_fractal", watched)
    monkeypatch.setattr("musivum.api._live._SHARE", np.inf)
    monkeypatch.setattr(Image.Image, "save", unseen)
    size = api.OutputSize(size="1600")
    made = api.fractal(place / "target.png", plan=tmp_path / "a.mosaic", options=UPRIGHT, size=size, live=live)
    counts = [count for count, _ in seen]
    assert len(seen) > 2
    assert counts == sorted(counts)
    assert counts[-1] == len(made.plan.placements)
    assert not np.array_equal(seen[0][1], seen[-1][1])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mosaic", "live.png"]


def test_the_live_picture_is_drawn_seldom_where_that_is_slow(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []
    monkeypatch.setattr("musivum.api._live._SHARE", 0)
    monkeypatch.setattr("musivum.api._live.export", lambda plan, *_, **__: drawn.append(len(plan.placements)))
    made = api.fractal(place / "target.png", plan=tmp_path / "a.mosaic", options=UPRIGHT, live=tmp_path / "live.png")
    assert len(made.plan.statistics["levels"]) > 2
    assert len(drawn) == 2
    assert drawn[1] == len(made.plan.placements)


def shown(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


FAULTS = {
    "out of range": ("-o", "a.jpg", "--detail", "2"),
    "no number": ("-o", "a.jpg", "--detail", "much"),
    "no angles": ("-o", "a.jpg", "--angles", "many"),
    "no copies": ("-o", "a.jpg", "--copies", "0"),
    "no colour": ("-o", "a.jpg", "--background", "beautiful"),
    "no way to fill": ("-o", "a.jpg", "--fill", "some"),
    "sizes the wrong way round": ("-o", "a.jpg", "--largest", "0.1", "--smallest", "0.2"),
    "JPEG is not transparent": ("-o", "a.jpg", "--background", "transparent"),
    "nor is a live one": ("-o", "a.png", "--live", "live.jpg", "--background", "transparent"),
    "nothing to write": ("--live", "live.png"),
    "live picture of no kind": ("-p", "a.mosaic", "--live", "live.xyz"),
    "live picture in a missing folder": ("-p", "a.mosaic", "--live", "nowhere/live.png"),
    "live picture over the picture": ("-o", "a.png", "--live", "a.png"),
    "live picture over the target": ("-o", "a.png", "--live", "target.png"),
    "live picture over the mask": ("-o", "a.png", "--importance", "mask.png", "--live", "mask.png"),
    "too large": ("-o", "a.jpg", "--size", "70000"),
}


@pytest.mark.parametrize("line", FAULTS.values(), ids=FAULTS)
def test_faults_are_one_line_before_any_work(
    run: Run, line: tuple[str, ...], place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(*_: object, **__: object) -> None:
        raise AssertionError("work was begun")

    monkeypatch.setattr("musivum.engines.fractal.plan_fractal", work)
    before = sorted(place.rglob("*"))
    code, out, err = run("target.png", *line)
    assert (code, out) == (2, "")
    assert err.startswith("musivum: ")
    assert err.count("\n") == 1
    assert err[:-1].isprintable()
    assert sorted(place.rglob("*")) == before


def test_a_live_picture_is_no_photo_of_the_library(run: Run, place: Path, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    Image.new("RGB", (40, 30), "red").save(tmp_path / "photos" / "1.png")
    code, _, err = run(
        "target.png", "--photos", tmp_path / "photos", "-o", "a.png", "--live", tmp_path / "photos" / "1.png"
    )
    assert code == 2
    assert "that is a photo of the library" in err

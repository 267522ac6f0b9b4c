"""What a command writes: never over what it reads, and not after work that was in vain."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from musivum.cli import main

Refused = Callable[..., str]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with target.png, mask.png, weights.txt, eight photos of which one is a copy, library, plan."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name, **_: tmp_path / "cache" / name)
    draws = np.random.default_rng(3)
    (tmp_path / "photos").mkdir()
    for name in ("target.png", "mask.png", *(f"photos/{number}.png" for number in range(8))):
        low = Image.fromarray(draws.integers(0, 256, (3, 4, 3), np.uint8))
        low.resize((48, 36), Image.Resampling.BICUBIC).save(tmp_path / name)
    (tmp_path / "photos" / "copy.png").write_bytes((tmp_path / "photos" / "0.png").read_bytes())
    (tmp_path / "weights.txt").write_text("2 1.png\n")
    assert main(["index", "photos", "--library", "library", "--quiet"]) == 0
    line = ["grid", "target.png", "--library", "library", "--plan", "made.mosaic", "--tiles", "12", "--quiet"]
    assert main(line) == 0
    return tmp_path


def contents(place: Path) -> dict[str, bytes]:
    return {str(path.relative_to(place)): path.read_bytes() for path in place.rglob("*") if path.is_file()}


@pytest.fixture
def refused(place: Path, capsys: pytest.CaptureFixture[str]) -> Refused:
    """Runs a line that must end with code 2 and one line, and leave every file as it was; gives that line."""

    def call(line: str) -> str:
        before = contents(place)
        capsys.readouterr()
        assert main(line.split()) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith("musivum: ")
        assert said.err.count("\n") == 1
        after = contents(place)
        assert {name: data for name, data in after.items() if not name.startswith("cache")} == before
        return said.err

    return call


GRID = "grid target.png --tiles 12 --size 100 --importance mask.png --weight weights.txt"


@pytest.mark.parametrize(
    "line",
    [
        f"{GRID} -l library -o target.png",
        f"{GRID} -l library -o photos/../target.png",
        f"{GRID} -l library -o linked.png",
        f"{GRID} -l library -o mask.png",
        f"{GRID} -l library -o photos/3.png",
        f"{GRID} -l library -o photos/0.png",
        f"{GRID} -l library -o photos/copy.png",
        f"{GRID} --photos photos -o photos/3.png",
        f"{GRID} -l library -p weights.txt",
        f"{GRID} -l library -p target.png",
        f"{GRID} -l library -p same.png -o same.png",
        f"{GRID} -l library -p new.jpg -o other.jpg",
        f"{GRID} -l library -p library/library.sqlite",
        "render made.mosaic -l library -o photos/3.png",
        "render picture.jpg -l library -o picture.jpg",
        "report made.mosaic -o photos/3.png",
        "report made.mosaic -o a.json -o ./a.json",
        "report picture.jpg -o picture.jpg",
    ],
)
def test_nothing_that_is_read_is_overwritten(refused: Refused, place: Path, line: str) -> None:
    (place / "linked.png").symlink_to(place / "target.png")
    (place / "picture.jpg").write_bytes((place / "made.mosaic").read_bytes())
    assert "cannot write" in refused(line)


def test_an_older_picture_is_replaced(place: Path) -> None:
    for _ in range(2):
        assert main([*GRID.split(), "-l", "library", "-o", "out.png", "-p", "made.mosaic", "--quiet"]) == 0
    assert main(["render", "made.mosaic", "-o", "out.png", "--quiet"]) == 0
    assert main(["report", "made.mosaic", "-o", "a.json", "-o", "a.csv", "--quiet"]) == 0
    assert os.path.getsize("out.png") > 0


def test_names_in_brackets_are_names(place: Path) -> None:
    (place / "photos").rename("[2024] trip")
    assert main(["index", "[2024] trip", "--library", "other", "--quiet"]) == 0
    line = [*GRID.split(), "--photos", "[2024] trip", "-o", "[a].png", "-p", "[a].mosaic", "--quiet"]
    assert main(line) == 0
    assert main(["report", "[a].mosaic", "-o", "[a].json", "--quiet"]) == 0
    assert all((place / name).is_file() for name in ("[a].png", "[a].mosaic", "[a].json"))


@pytest.mark.parametrize(
    "how", ["-o closed/a.png", "-p closed/a.mosaic", "-o a.jpg --quality 0", "-o a.jpg --dpi 70000", "-o a.jpg --dpi 0"]
)
def test_faults_are_found_before_the_work(refused: Refused, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def work(*_: object, **__: object) -> None:
        raise AssertionError("work was begun")

    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "closed" and access(path, mode))
    monkeypatch.setattr("musivum.engines.grid.plan_grid", work)
    Path("closed").mkdir()
    refused(f"{GRID} -l library {how}")


def test_names_may_be_as_long_as_the_system_lets_them(place: Path) -> None:
    name = "m" * 251 + ".png"
    assert main([*GRID.split(), "-l", "library", "-o", name, "--quiet"]) == 0
    assert (place / name).is_file()

"""What a command writes: never over what it reads, and not after work that was in vain."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from musivum.cli import main

Refused = Callable[..., str]


def furnish(folder: Path) -> None:
    """Put target.png, mask.png, weights.txt, eight photos of which one is a copy, library and plan into a folder."""
    draws = np.random.default_rng(3)
    (folder / "photos").mkdir()
    for name in ("target.png", "mask.png", *(f"photos/{number}.png" for number in range(8))):
        low = Image.fromarray(draws.integers(0, 256, (3, 4, 3), np.uint8))
        low.resize((48, 36), Image.Resampling.BICUBIC).save(folder / name)
    (folder / "photos" / "copy.png").write_bytes((folder / "photos" / "0.png").read_bytes())
    (folder / "weights.txt").write_text("2 1.png\n")
    with pytest.MonkeyPatch.context() as there:
        there.chdir(folder)
        assert main(["index", "photos", "--library", "library", "--quiet"]) == 0
        line = ["grid", "target.png", "--library", "library", "--plan", "made.mosaic", "--tiles", "12", "--quiet"]
        assert main(line) == 0


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder of one test's own."""
    furnish(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name, **_: tmp_path / "cache" / name)
    return tmp_path


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kept")
    furnish(folder)
    (folder / "linked.png").symlink_to(folder / "target.png")
    (folder / "picture.jpg").write_bytes((folder / "made.mosaic").read_bytes())
    (folder / "closed").mkdir()
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def refused(
    furnished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Refused:
    """Runs a line that must end with code 2 and one line, and leave every file as it was; gives that line."""
    monkeypatch.chdir(furnished)
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name, **_: tmp_path / "cache" / name)

    def call(line: str) -> str:
        before = contents(furnished)
        capsys.readouterr()
        assert main(line.split()) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith("musivum: ")
        assert said.err.count("\n") == 1
        assert contents(furnished) == before
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
        "arrange photos -o photos/3.png",
        "arrange -l library -o photos/copy.png",
        "arrange -l library -p library/library.sqlite",
        "render made.mosaic -l library -o photos/3.png",
        "render picture.jpg -l library -o picture.jpg",
        "report made.mosaic -o photos/3.png",
        "report made.mosaic -o a.json -o ./a.json",
        "report picture.jpg -o picture.jpg",
    ],
)
def test_nothing_that_is_read_is_overwritten(refused: Refused, line: str) -> None:
    assert "cannot write" in refused(line)


def test_an_older_picture_is_replaced(place: Path) -> None:
    for _ in range(2):
        assert main([*GRID.split(), "-l", "library", "-o", "out.png", "-p", "made.mosaic", "--quiet"]) == 0
    assert main(["render", "made.mosaic", "-o", "out.png", "--size", "100", "--quiet"]) == 0
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
    refused(f"{GRID} -l library {how}")


def test_names_may_be_as_long_as_the_system_lets_them(place: Path) -> None:
    name = "m" * 251 + ".png"
    assert main([*GRID.split(), "-l", "library", "-o", name, "--quiet"]) == 0
    assert (place / name).is_file()

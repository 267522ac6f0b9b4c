"""``musivum arrange``: what it makes, tells and refuses."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFont

from musivum import api
from musivum.cli import main
from musivum.engines.arrange import ArrangeOptions
from musivum.geometry import Size
from musivum.plan import Plan, bounds, load_plan

Run = Callable[..., tuple[int, str, str]]

COUNT = 30
CELL = 20.0


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, builtin_tiles: dict[str, Any]) -> Iterator[Path]:
    """A folder with 30 photos, a library of them, shapes and tables; and a cache with few built-in pictures."""
    folder = tmp_path_factory.mktemp("arrange")
    draws = np.random.default_rng(5)
    (folder / "photos" / "sub").mkdir(parents=True)
    for number in range(COUNT):
        name = f"sub/p{number - 20:02}.png" if number >= 20 else f"p{number:02}.png"
        low = Image.fromarray(draws.integers(0, 256, (3, 4, 3), np.uint8))
        low.resize((32, 24), Image.Resampling.BICUBIC).save(folder / "photos" / name)
    Image.new("L", (20, 20), 0).save(folder / "black.png")
    ring = np.zeros((40, 60, 4), np.uint8)
    ring[5:35, 5:55] = 255  # white on nothing: neither dark nor, laid on white, to be seen
    Image.fromarray(ring).save(folder / "cut-out.png")
    (folder / "own.ttf").write_bytes(ImageFont.load_default(10).font_bytes)
    (folder / "captions.csv").write_text("p00.png,No caption\nsub/p01.png,One\n", encoding="utf-8")
    (folder / "broken.csv").write_text("p00.png,one\np01.png,two,three\n", encoding="utf-8")
    (folder / "latin.csv").write_bytes("p00.png,é\n".encode("latin-1"))
    (folder / "strange.csv").write_text("who.png,one\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("platformdirs.user_cache_dir", lambda *_, **__: str(folder / "cache"))
        patch.setattr("platformdirs.user_cache_path", lambda *_, **__: folder / "cache")
        patch.setattr("musivum.library._builtin.generate_tiles", lambda: islice(builtin_tiles.items(), 0, None, 40))
        api.index([folder / "photos"], folder / "library")
        api.library_files(folder / "library")  # SQLite lays files beside a database when it is first read
        yield folder


@pytest.fixture
def run(place: Path, monkeypatch: pytest.MonkeyPatch, program: Run) -> Run:
    monkeypatch.chdir(place)
    return partial(program, "arrange")


@pytest.fixture
def arranged(place: Path, tmp_path: Path) -> Callable[..., api.Mosaic]:
    """Plans a collage of the library, 6 cells of 20 pixels across."""

    def call(options: ArrangeOptions | None = None, **wishes: Any) -> api.Mosaic:
        size = wishes.pop("size", api.OutputSize(width=str(int(6 * CELL))))
        options = options or ArrangeOptions(columns=6, effort="fast")
        return api.arrange(plan=tmp_path / "a.mosaic", library=place / "library", options=options, size=size, **wishes)

    return call


def boxes(plan: Plan) -> dict[str, np.ndarray]:
    """Where each photo lies, by the last two parts of its path."""
    placed = zip(plan.placements.tile, bounds(plan.placements), strict=True)
    return {"/".join(Path(plan.tiles.sources[tile]).parts[-2:]): box for tile, box in placed}


def test_a_picture_and_a_plan(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture, plan = tmp_path / "a.png", tmp_path / "a.mosaic"
    line = ("photos", "-o", picture, "-p", plan, "--width", "120", "--columns", "6", "--rows", "5")
    code, out, err = run(*line)
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        f"{picture}: 120 x 100 pixels, 30 photos in 5 rows of 6",
        f"{plan}: the plan",
    ]
    with Image.open(picture) as image:
        assert image.size == (120, 100)
    made = load_plan(plan)
    assert made.recipe["engine"] == "arrange"
    assert made.recipe["options"]["columns"] == 6
    assert Path(made.recipe["library"]["path"]).is_relative_to(Path("cache").absolute())

    assert main(["report", str(plan)]) == 0
    assert "order by mean colour" in capsys.readouterr().out
    again = tmp_path / "again.png"
    assert main(["render", str(plan), "-o", str(again), "--size", "240", "--gap", "2", "--corner", "0.5"]) == 0
    with Image.open(again) as image:
        assert image.size == (240, 200)


def test_the_outcome_as_json(run: Run, tmp_path: Path) -> None:
    line = ("-l", "library", "-o", tmp_path / "a.jpg", "--size", 100, "--hero", "auto", "--ban", "p0?.png", "--json")
    code, out, err = run(*line)
    made = json.loads(out)
    assert (code, err) == (0, "")
    assert made["picture"]["size"]["width"] == 100
    assert made["photos"] == made["photos_used"] == made["places"] == 10
    assert made["recipe"]["hero"] == made["statistics"]["hero"]
    assert made["recipe"]["ban"] == ["p0?.png"]
    assert os.path.basename(made["recipe"]["hero"]) in made["remarks"][0]


def test_quiet_is_quiet(run: Run, tmp_path: Path) -> None:
    assert run("-l", "library", "-o", tmp_path / "a.jpg", "--size", "100", "--quiet") == (0, "", "")


def test_without_photos_it_is_made_of_the_built_in_ones(run: Run, tmp_path: Path) -> None:
    code, out, err = run("-o", tmp_path / "a.jpg", "--size", 200)
    assert (code, err) == (0, "")
    assert "musivum arrange FOLDER -o collage.jpg" in out


def test_what_was_left_out_or_skipped_is_told(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "some"
    shutil.copytree("photos", folder)
    shutil.copy(folder / "p00.png", folder / "copy.png")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 not much of a picture")
    line = ("-o", tmp_path / "a.png", "--size", "100", "--columns", "4")
    code, out, err = run(folder, *line, "--rows", "4", "--last", "trim")
    assert (code, err) == (0, "")
    assert "1 file more hold a photo that is there already" in out
    assert "1 file skipped" in out
    assert "16 photos in 4 rows of 4" in out
    left_out = next(told for told in out.splitlines() if told.startswith("left out"))
    assert left_out.count(".png") == 5
    assert left_out.endswith(" and 9 more")
    code, out, err = run("-l", "library", *line, "--rows", "8", "--last", "fill")
    assert "30 photos in 8 rows of 4" in out
    assert "2 places filled by repeats" in out


@pytest.mark.parametrize(
    "wishes",
    [{"shape": "heart"}, {"shape": "letter:A"}, {"shape": "cut-out.png"}, {"options": ArrangeOptions(layout="rows")}],
    ids=str,
)
def test_every_photo_is_there_once(
    arranged: Callable[..., api.Mosaic], place: Path, wishes: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    options = wishes.get("options", ArrangeOptions(effort="fast"))
    made = arranged(options, **{name: wish for name, wish in wishes.items() if name != "options"}).plan
    assert sorted(made.placements.tile.tolist()) == list(range(COUNT))
    assert made.recipe.get("shape") == wishes.get("shape")


def test_a_name_goes_before_a_file_of_that_name(
    arranged: Callable[..., api.Mosaic], place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(place / "cut-out.png", "heart")
    options = ArrangeOptions(effort="fast")
    name, file = (arranged(options, shape=shape).plan.statistics for shape in ("heart", "./heart"))
    assert (file["rows"], file["columns"]) != (name["rows"], name["columns"])
    assert file["rows"] * file["columns"] <= COUNT + 5  # a rectangle


@pytest.mark.parametrize(
    ("size", "canvas"),
    [
        ({"size": "90"}, (90, 75)),
        ({"width": "120"}, (120, 100)),
        ({"height": "50"}, (60, 50)),
        ({"width": "100", "height": "90"}, (100, 90)),
        ({"width": "1in", "dpi": 60}, (60, 50)),
    ],
)
def test_sizes_are_as_asked(
    arranged: Callable[..., api.Mosaic], size: dict[str, Any], canvas: tuple[int, int], tmp_path: Path
) -> None:
    options = ArrangeOptions(columns=6, rows=5, effort="fast")
    made = arranged(options, size=api.OutputSize(**size), output=tmp_path / "a.png")
    assert made.plan.canvas == Size(*canvas)
    assert made.picture is not None
    assert made.picture.size == Size(*canvas)


def test_photos_with_wishes_of_their_own(arranged: Callable[..., api.Mosaic], place: Path) -> None:
    made = arranged(
        hero="sub/p03.png",
        pin=["photos/p07.png=6,1", f"{place}/photos/p08.png=1,2"],
        favourite=["p1[12].png"],
        ban=["p00.png"],
    ).plan
    lying = boxes(made)
    assert not {"photos/p00.png", "sub/p00.png"} & set(lying)
    assert len(lying) == COUNT - 2
    assert lying["photos/p07.png"][1:3] == pytest.approx([0, 6 * CELL])  # of a short line, whose cells are wider
    assert lying["photos/p08.png"] == pytest.approx([0, CELL, CELL, 2 * CELL])
    for name, side in (("photos/p11.png", 2), ("photos/p12.png", 2), ("sub/p03.png", 3)):
        assert lying[name][2:] - lying[name][:2] == pytest.approx([side * CELL, side * CELL])
    hero = (lying["sub/p03.png"][:2] + lying["sub/p03.png"][2:]) / 2
    assert np.abs(hero - np.array(made.canvas) / 2).max() <= CELL
    photos = place / "photos"
    assert made.recipe["hero"] == str(photos / "sub" / "p03.png")
    assert made.recipe["pins"] == {str(photos / "p07.png"): [6, 1], str(photos / "p08.png"): [1, 2]}
    assert made.recipe["favourites"] == {str(photos / "p11.png"): 2, str(photos / "p12.png"): 2}


def captions_by_photo(plan: Plan) -> dict[str, str]:
    """Texts by the photo that they lie under."""
    found = {}
    for text, (x0, y0, x1, _) in zip(plan.captions.text, plan.captions.box, strict=True):
        under = [name for name, box in boxes(plan).items() if np.allclose(box[[0, 3, 2]], [x0, y0, x1])]
        assert len(under) == 1
        found[under[0]] = text
    return found


def test_captions_are_names(arranged: Callable[..., api.Mosaic], place: Path) -> None:
    made = arranged(captions="names", font=place / "own.ttf").plan
    assert captions_by_photo(made) == {name: Path(name).stem for name in boxes(made)}
    assert made.captions.font == str(place / "own.ttf")
    assert made.recipe["captions"] == "names"


@pytest.mark.parametrize(
    "table",
    [
        'sub/p01.png,One\np02.png,"Two, or\r\nmore"\n\nno.png,three\n',
        "\ufeffsub/p01.png;One\np02.png;Two, or more\nno.png;three\n",
        "year\tCaption\tPHOTO\n1\tOne\tsub/p01.png\n2\tTwo, or more\tp02.png\n3\tthree\tno.png\n",
        'p0[2].png,Two\nsub/p01.png,One\np02.png,"Two, or more"\nno.png,three\n',
    ],
    ids=["commas", "semicolons", "titles", "the last counts"],
)
def test_captions_from_a_table(arranged: Callable[..., api.Mosaic], table: str, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(table, encoding="utf-8", newline="")
    made = arranged(captions=path)
    expected = {"sub/p01.png": "One", "photos/p02.png": "Two, or more", "sub/p02.png": "Two, or more"}
    assert captions_by_photo(made.plan) == expected
    assert made.plan.captions.font == ""
    assert made.remarks == (f"{path}: 1 of {table.count('png')} lines are about no photo that is here",)


def test_letters_choose_a_font(
    arranged: Callable[..., api.Mosaic], place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "table.csv"
    path.write_text("p01.png,é\n", encoding="utf-8")
    own = str(place / "own.ttf")
    monkeypatch.setattr("musivum.raster._letters._NO_LETTER", "A")  # so that this font seems to have all others
    for usual, font, remarks in (((), "", 1), (("no such font", own), own, 0)):
        monkeypatch.setattr("musivum.api._font._USUAL", usual)
        made = arranged(captions=path)
        assert made.plan.captions.font == font
        assert len(made.remarks) == remarks


FAULTS = {
    "nothing to write": (),
    "no such photo for the middle": ("-o", "a.png", "--hero", "who.png"),
    "several photos for the middle": ("-o", "a.png", "--hero", "p01.png"),
    "no such photo to pin": ("-o", "a.png", "--pin", "who.png=1,1"),
    "a pin without a place": ("-o", "a.png", "--pin", "p10.png"),
    "a pin before the first column": ("-o", "a.png", "--pin", "p10.png=0,1"),
    "pinned twice": ("-o", "a.png", "--pin", "p10.png=1,1", "--pin", "photos/p10.png=2,1"),
    "no such favourite": ("-o", "a.png", "--favourite", "who*"),
    "a favourite of one cell": ("-o", "a.png", "--favourite", "p10.png=1"),
    "nobody to ban": ("-o", "a.png", "--ban", "who*"),
    "everybody banned": ("-o", "a.png", "--ban", "*"),
    "no such shape": ("-o", "a.png", "--shape", "hart"),
    "no picture of a shape": ("-o", "a.png", "--shape", "hart.png"),
    "a shape that is a folder": ("-o", "a.png", "--shape", "photos"),
    "a shape that is no picture": ("-o", "a.png", "--shape", "own.ttf"),
    "a shape of one colour": ("-o", "a.png", "--shape", "black.png"),
    "no letters": ("-o", "a.png", "--shape", "letter:"),
    "captions in no file": ("-o", "a.png", "--captions", "none.csv"),
    "captions of three columns": ("-o", "a.png", "--captions", "broken.csv"),
    "captions of other letters": ("-o", "a.png", "--captions", "latin.csv"),
    "captions of no photo": ("-o", "a.png", "--captions", "strange.csv"),
    "captions in a picture": ("-o", "a.png", "--captions", "black.png"),
    "a font without captions": ("-o", "a.png", "--font", "own.ttf"),
    "a font that is none": ("-o", "a.png", "--captions", "names", "--font", "black.png"),
    "a number that is none": ("-o", "a.png", "--corner", "nan"),
    "a length that is none": ("-o", "a.png", "--gap", "wide"),
    "no such features": ("-o", "a.png", "--features", "taste"),
    "no such method": ("-o", "a.png", "--method", "magic"),
    "JPEG is not transparent": ("-o", "a.jpg", "--background", "transparent"),
    "too large": ("-o", "a.jpg", "--size", "70000"),
    "a folder that is not there": ("-o", "nowhere/a.png"),
    "photos and a library": ("photos", "-o", "a.png"),
    "over the captions": ("-o", "a.png", "-p", "captions.csv", "--captions", "captions.csv"),
    "over the shape": ("-o", "cut-out.png", "--shape", "cut-out.png"),
    "over the font": ("-p", "own.ttf", "--captions", "names", "--font", "own.ttf"),
    "over a photo": ("-o", "photos/p10.png"),
    "over itself": ("-o", "a.png", "-p", "./a.png"),
}


@pytest.mark.parametrize("line", FAULTS.values(), ids=FAULTS)
def test_faults_are_one_line_before_any_work(
    run: Run, line: tuple[str, ...], place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(*_: object, **__: object) -> None:
        raise AssertionError("work was begun")

    monkeypatch.setattr("musivum.engines.arrange.plan_arrange", work)
    before = {path: path.read_bytes() for path in place.rglob("*") if path.is_file()}
    code, out, err = run(*line, "-l", "library")
    assert (code, out) == (2, "")
    assert err.startswith("musivum: ")
    assert err.count("\n") == 1
    assert err[:-1].isprintable()
    assert {path: path.read_bytes() for path in place.rglob("*") if path.is_file()} == before


IMPOSSIBLE = {
    "pinned outside": ("--pin", "p10.png=7,1", "--columns", "6"),
    "two in one cell": ("--pin", "p10.png=1,1", "--pin", "p11.png=1,1"),
    "no room for the middle": ("--hero", "p10.png", "--hero-cells", "50"),
    "gaps larger than the picture": ("--gap", "100"),
    "fewer cells than photos": ("--columns", "2", "--rows", "2"),
    "a hero among rows": ("--layout", "rows", "--hero", "p10.png"),
    "a shape of so many columns": ("--shape", "heart", "--columns", "3"),
}


@pytest.mark.parametrize("line", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_what_cannot_be_is_one_line(run: Run, line: tuple[str, ...], place: Path) -> None:
    code, out, err = run("-l", "library", "-o", "a.png", "--size", "100", *line)
    assert (code, out) == (2, "")
    assert err.startswith("musivum: ")
    assert err.count("\n") == 1
    assert not (place / "a.png").exists()


def test_several_photos_of_one_name_are_told_apart(run: Run) -> None:
    _, _, err = run("-l", "library", "-o", "a.png", "--hero", "p01.png")
    assert "2 photos are called p01.png" in err
    for name in ("photos/p01.png", "sub/p01.png"):
        assert name in err


@pytest.mark.parametrize("names", [(), ("1",), ("1", "2"), ("1", "1", "1")], ids=["none", "one", "two", "the same"])
@pytest.mark.parametrize("wish", [(), ("--hero", "auto"), ("--shape", "star"), ("--layout", "rows")], ids=str)
def test_few_photos(run: Run, place: Path, tmp_path: Path, names: tuple[str, ...], wish: tuple[str, ...]) -> None:
    folder = tmp_path / "few"
    folder.mkdir()
    for number, name in enumerate(names):
        shutil.copy(place / "photos" / f"p0{name}.png", folder / f"{number}.png")
    code, out, err = run(folder, "-o", tmp_path / "a.png", "--size", "60", *wish)
    if not names:
        assert (code, out) == (2, "")
        assert err == f"musivum: there is no photo in {folder}: name another folder, files or patterns\n"
        return
    assert (code, err) == (0, "")
    assert f"{len(set(names))} photo" in out
    assert (tmp_path / "a.png").is_file()

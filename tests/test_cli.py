"""The command line: what it prints where, and the codes it leaves with."""

import io
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from musivum import __version__
from musivum.cli import main
from musivum.cli._talk import Talk, plain
from musivum.geometry import Size
from musivum.plan import Captions, load_plan, save_plan

Run = Callable[..., tuple[int, str, str]]

COMMANDS = ("index", "grid", "fractal", "arrange", "render", "report", "library", "compare", "demo")


@pytest.fixture
def run(program: Run) -> Run:
    return program


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    draws = np.random.default_rng(7)
    for number in range(24):
        low = draws.integers(0, 256, (3, 4, 3), np.uint8)
        Image.fromarray(low).resize((96, 72), Image.Resampling.BICUBIC).save(folder / f"photo {number:02}.png")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 not much of a picture")
    return folder


@pytest.fixture(scope="module")
def library(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("libraries") / "library"
    assert main(["index", str(photos), "--library", str(place), "--quiet"]) == 0
    return place


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("target") / "target.png"
    y, x = np.mgrid[0:60, 0:80]
    Image.fromarray(np.stack([3 * x, 4 * y, 255 - 3 * x], axis=-1).astype(np.uint8)).save(path)
    return path


@pytest.fixture(scope="module")
def plan(library: Path, target: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plan") / "made.mosaic"
    line = ["grid", target, "--library", library, "--plan", path, "--columns", 11, "--size", 220, "--quiet"]
    assert main([str(word) for word in line]) == 0
    return path


def is_one_line(error: str) -> bool:
    return (
        error.endswith("\n") and error.count("\n") == 1 and error[:-1].isprintable() and error.startswith("musivum: ")
    )


def test_index_tells_what_it_did(run: Run, photos: Path, tmp_path: Path) -> None:
    code, out, err = run("index", photos, "--library", tmp_path / "library")
    assert (code, err) == (0, "")
    assert "24 photos (24 added)" in out
    assert "broken.jpg" in out
    assert "nothing new" in run("index", photos, "--library", tmp_path / "library")[1]


def test_index_as_json(run: Run, photos: Path, library: Path) -> None:
    code, out, err = run("index", photos, "--library", library, "--json")
    report = json.loads(out)
    assert (code, err) == (0, "")
    assert report["tiles"] == report["unchanged"] == 24
    assert Path(report["skipped"][0]["path"]).name == "broken.jpg"


def test_quiet_is_quiet(run: Run, photos: Path, library: Path) -> None:
    assert run("index", photos, "--library", library, "--quiet") == (0, "", "")


def test_grid_writes_picture_and_plan(run: Run, library: Path, target: Path, tmp_path: Path) -> None:
    picture, plan = tmp_path / "out.png", tmp_path / "out.mosaic"
    code, out, err = run("grid", target, "--library", library, "-o", picture, "-p", plan, "--columns", 8, "--size", 320)
    assert (code, err) == (0, "")
    assert "320 x 240" in out
    assert "48 cells" in out
    assert plan.is_file()
    with Image.open(picture) as image:
        assert image.size == (320, 240)
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)


def test_grid_as_json(run: Run, library: Path, target: Path, tmp_path: Path) -> None:
    line = ("grid", target, "--library", library, "-o", tmp_path / "out.jpg", "--tiles", 12, "--size", 200, "--json")
    code, out, err = run(*line)
    made = json.loads(out)
    assert (code, err) == (0, "")
    assert made["picture"]["size"] == {"width": 200, "height": 150}
    assert made["recipe"]["options"]["tiles"] == 12
    assert made["cells"] >= made["photos_used"] > 1


def test_options_come_from_the_engine(run: Run, library: Path, target: Path, tmp_path: Path) -> None:
    line = ("grid", target, "--library", library, "-o", tmp_path / "out.jpg", "--size", 200, "--columns", 4, "--json")
    made = json.loads(run(*line, "--no-mirror", "--use-all", "--shift-price", 0.5)[1])
    options = made["recipe"]["options"]
    assert (options["mirror"], options["use_all"], options["shift_price"]) == (False, True, 0.5)


def test_photos_are_indexed_into_the_cache(
    run: Run, photos: Path, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name, **_: tmp_path / name)
    line = ("grid", target, "--photos", photos, "-o", tmp_path / "out.jpg", "--tiles", 12, "--size", 100, "--json")
    first, second = (json.loads(run(*line)[1]) for _ in range(2))
    assert Path(first["library"]).is_relative_to(tmp_path / "musivum")
    assert first["library"] == second["library"]
    assert [first["indexed"][name] for name in ("added", "tiles")] == [24, 24]
    assert [Path(skipped["path"]).name for skipped in second["indexed"]["skipped"]] == ["broken.jpg"]
    assert "1 file skipped:" in run(*line[:-1])[1]


def test_a_ban_finds_a_photo_by_any_of_its_files(run: Run, photos: Path, target: Path, tmp_path: Path) -> None:
    copies, weights = tmp_path / "copies", tmp_path / "weights.txt"
    copies.mkdir()
    for name in ("photo 00.png", "photo 01.png"):
        shutil.copy(photos / name, copies / name)
    shutil.copy(photos / "photo 00.png", copies / "the same again.png")
    assert run("index", copies, "--library", tmp_path / "library")[0] == 0
    line = ("grid", target, "--library", tmp_path / "library", "--plan", tmp_path / "a.mosaic", "--weight", weights)
    for name in ("photo 00.png", "the same again.png"):
        weights.write_text(f"ban {name}\n")
        assert json.loads(run(*line, "--tiles", 4, "--json")[1])["statistics"]["eligible"] == 1


def test_weights_ban_photos(run: Run, library: Path, target: Path, tmp_path: Path) -> None:
    weights = tmp_path / "weights.txt"
    weights.write_text("# most of them\nban photo 0*\n0 photo 1*\n\n2 photo 15.png\n")
    line = ("grid", target, "--library", library, "--plan", tmp_path / "a.mosaic", "--weight", weights, "--json")
    assert json.loads(run(*line, "--tiles", 12)[1])["statistics"]["eligible"] == 5
    for wrong in ("1e-50 photo 1*", "-1 photo 1*", "nan photo 1*"):
        weights.write_text(wrong)
        code, _, err = run(*line)
        assert code == 2
        assert is_one_line(err)
        assert "line 1: write a weight" in err
    weights.write_text("\ufeffban photo 0*\n", encoding="utf-8")
    assert run(*line, "--tiles", 12)[0] == 0
    weights.write_text("2 nobody.jpg\n")
    code, _, err = run(*line)
    assert code == 2
    assert is_one_line(err)
    assert "line 1" in err


def test_only_photos_like_an_example_are_used(
    run: Run, photos: Path, library: Path, target: Path, tmp_path: Path
) -> None:
    pytest.importorskip("onnxruntime")
    example = photos / "photo 05.png"
    line = (
        "grid",
        target,
        "--library",
        library,
        "-p",
        tmp_path / "a.mosaic",
        "--tiles",
        12,
        "--about",
        example,
        "--json",
    )
    made = json.loads(run(*line, "--keep", 3)[1])
    assert made["photos"] == made["statistics"]["eligible"] == 3
    assert made["recipe"]["about"] == {"examples": ["photo 05.png"], "keep": 3}
    assert "photo 05.png" in run("report", tmp_path / "a.mosaic")[1]
    assert json.loads(run(*line)[1])["photos"] == 6
    for wrong, told in ((("--keep", 0), "keep is 0"), (("--keep", 1.5), "keep is 1.5")):
        code, _, err = run(*line, *wrong)
        assert code == 2
        assert is_one_line(err)
        assert told in err
    code, _, err = run("grid", target, "--library", library, "-p", tmp_path / "b.mosaic", "--keep", 5)
    assert code == 2
    assert is_one_line(err)
    code, _, err = run("grid", target, "--library", library, "-o", example, "--about", example)
    assert code == 2
    assert is_one_line(err)


def test_render_cuts_out_blends_and_leaves_the_colours(run: Run, plan: Path, tmp_path: Path) -> None:
    output, soft = tmp_path / "soft.png", ("--feather", "0.4", "--alternates", 2, "--grey")
    run("render", plan, "-o", output, "--size", 660, "--background", "transparent", *soft)
    with Image.open(output) as image:
        pixels = np.asarray(image)
    assert pixels.shape[2] == 4 and (pixels[..., :1] == pixels[..., :3]).all()
    assert pixels[..., 3].min() < 100 and pixels[..., 3].max() == 255
    run("render", plan, "-o", tmp_path / "plain.jpg", "--size", 660, "--background", "target", "--no-grey")


def test_render_rounds_photos_and_leaves_captions_out(run: Run, plan: Path, tmp_path: Path) -> None:
    loaded = load_plan(plan)
    canvas = np.array([[0, 0, *loaded.canvas]], float)
    captions = Captions(("Kind of Blue",), canvas, loaded.canvas.height / 4, (255, 0, 255))
    save_plan(replace(loaded, captions=captions), tmp_path / "named.mosaic")
    drawn = []
    for more in ((), ("--no-captions",), ("--captions", "--corner", "0.5")):
        run("render", tmp_path / "named.mosaic", "-o", tmp_path / "a.png", "--size", 330, "--background", "red", *more)
        with Image.open(tmp_path / "a.png") as image:
            drawn.append(np.asarray(image).astype(int))
    magenta, red = (
        [(picture == colour).all(axis=2).mean() for picture in drawn] for colour in ((255, 0, 255), (255, 0, 0))
    )
    assert magenta[0] > 0.01 and magenta[1] == 0 and magenta[2] > 0.01
    assert red[0] == red[1] == 0 and red[2] > 0.1


def test_render_draws_a_plan_again(run: Run, plan: Path, tmp_path: Path) -> None:
    output = tmp_path / "again.png"
    code, out, _ = run(
        "render", plan, "-o", output, "--width", "1in", "--dpi", 170, "--gap", 2, "--background", "white"
    )
    assert code == 0
    assert "170 x 128" in out
    with Image.open(output) as image:
        assert image.size == (170, 128)
        assert 0.1 < (np.asarray(image) == 255).all(-1).mean() < 0.3


def test_both_sides_bound_the_picture(run: Run, plan: Path, tmp_path: Path) -> None:
    made = json.loads(run("render", plan, "-o", tmp_path / "a.png", "--width", 200, "--height", 75, "--json")[1])
    assert made["size"] == {"width": 100, "height": 75}


def test_report_tells_and_writes(run: Run, plan: Path, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("figures.json", "photos.csv", "errors.png")]
    code, out, err = run("report", plan, *(word for file in files for word in ("-o", file)))
    assert (code, err) == (0, "")
    assert "CIEDE2000" in out
    assert all(file.is_file() for file in files)
    assert json.loads(run("report", plan, "--json")[1]) == json.loads(files[0].read_text())


def test_library_lists(run: Run, library: Path) -> None:
    assert "24" in run("library", "info", library)[1]
    assert json.loads(run("library", "info", library, "--json")[1])["skipped"] == 1
    assert len(run("library", "list", library)[1].splitlines()) == 24
    skipped = json.loads(run("library", "list", library, "--skipped", "--json")[1])["skipped"]
    assert [Path(file["path"]).name for file in skipped] == ["broken.jpg"]
    assert run("library", "list", library, "--duplicates")[1] == "no two files look the same\n"


def test_library_is_checked_and_tidied(run: Run, photos: Path, tmp_path: Path) -> None:
    copies, library = tmp_path / "copies", tmp_path / "library"
    shutil.copytree(photos, copies)
    run("index", copies, "--library", library)
    code, out, _ = run("library", "verify", library)
    assert (code, "all is well" in out) == (0, True)
    (copies / "photo 03.png").unlink()
    code, out, err = run("library", "verify", library, "--quiet")
    assert (code, err) == (1, "")
    assert "missing: " in out
    run("index", copies, "--library", library)
    assert "1 file and 1 photo forgotten" in run("library", "prune", library)[1]
    assert run("library", "verify", library)[0] == 0


def test_library_generates(run: Run, target: Path, tmp_path: Path) -> None:
    library = tmp_path / "drawn"
    code, out, err = run("library", "generate", "gradients", "dct", "--library", library, "--count", 40)
    assert (code, err) == (0, "")
    assert out.splitlines()[:3] == [f"{library}: 80 tiles", "  gradients: 40 drawn", "  dct: 40 drawn"]
    assert "--colour fit" in out
    again = json.loads(run("library", "generate", "dct", "-l", library, "--count", 50, "--json")[1])
    assert again == {"families": [{"family": "dct", "added": 10, "unchanged": 40}], "tiles": 90}
    assert run("library", "verify", library)[0] == 0
    line = ("grid", target, "--library", library, "-o", tmp_path / "out.png", "--columns", 6, "--size", 96)
    assert run(*line, "--colour", "fit")[0] == 0


FAULTS = {
    "no such command": ("frobnicate",),
    "no such option": ("grid", "TARGET", "-o", "OUT", "--frob"),
    "no target": ("grid",),
    "not a number": ("grid", "TARGET", "-o", "OUT", "--columns", "many"),
    "out of range": ("grid", "TARGET", "-o", "OUT", "--library", "LIBRARY", "--tint", "1.5"),
    "nothing to write": ("grid", "TARGET", "--library", "LIBRARY"),
    "missing target": ("grid", "nowhere.jpg", "-o", "OUT", "--library", "LIBRARY"),
    "target is a folder": ("grid", "FOLDER", "-o", "OUT", "--library", "LIBRARY"),
    "target is no picture": ("grid", "PLAN", "-o", "OUT", "--library", "LIBRARY"),
    "missing library": ("grid", "TARGET", "-o", "OUT", "--library", "nowhere"),
    "library and photos": ("grid", "TARGET", "-o", "OUT", "--library", "LIBRARY", "--photos", "FOLDER"),
    "unknown suffix": ("grid", "TARGET", "-o", "out.xyz", "--library", "LIBRARY"),
    "missing folder": ("grid", "TARGET", "-o", "nowhere/out.jpg", "--library", "LIBRARY"),
    "plan in a missing folder": ("grid", "TARGET", "-p", "nowhere/out.mosaic", "--library", "LIBRARY"),
    "not a length": ("render", "PLAN", "-o", "OUT", "--width", "wide"),
    "size twice": ("render", "PLAN", "-o", "OUT", "--width", "900", "--size", "4000"),
    "too large for the format": ("render", "PLAN", "-o", "OUT", "--size", "70000"),
    "not a colour": ("render", "PLAN", "-o", "OUT", "--background", "beautiful"),
    "transparent JPEG": ("render", "PLAN", "-o", "OUT", "--background", "transparent"),
    "more alternates than kept": ("render", "PLAN", "-o", "OUT", "--alternates", "5"),
    "alternates below 0": ("render", "PLAN", "-o", "OUT", "--alternates=-1"),
    "feather beyond a photo": ("render", "PLAN", "-o", "OUT", "--feather", "1.5"),
    "corner beyond a half": ("render", "PLAN", "-o", "OUT", "--corner", "0.6"),
    "missing plan": ("render", "nowhere.mosaic", "-o", "OUT"),
    "plan is no plan": ("render", "TARGET", "-o", "OUT"),
    "missing photos": ("index", "nowhere", "--library", "OUT"),
    "no library to read": ("library", "info", "nowhere"),
    "no such family": ("library", "generate", "gabr", "--library", "OUT"),
    "more tiles than there are": ("library", "generate", "dct", "--library", "OUT", "--count", "9999"),
    "two lists at once": ("library", "list", "LIBRARY", "--skipped", "--duplicates"),
    "report of no kind": ("report", "PLAN", "-o", "report.xyz"),
    "nothing to report on": ("report", "nowhere.mosaic"),
    "no workers to index": ("index", "FOLDER", "--library", "OUT", "--workers", "-1"),
    "no workers to draw": ("render", "PLAN", "-o", "OUT", "--workers", "-1"),
    "no workers to report": ("report", "PLAN", "--workers", "0"),
    "no workers for photos": ("grid", "TARGET", "-o", "OUT", "--photos", "FOLDER", "--workers", "5000"),
    "nobody's folder": ("index", "~nosuchuser/x", "--library", "OUT"),
    "nobody's plan": ("report", "~nosuchuser/x.mosaic"),
    "empty library": ("grid", "TARGET", "-o", "OUT", "--library", ""),
    "empty library to index": ("index", "FOLDER", "--library", ""),
    "no resolution": ("grid", "TARGET", "-o", "OUT", "--dpi", "0"),
    "no quality": ("grid", "TARGET", "-o", "OUT", "--quality", "101"),
    "newline in a name": ("render", "new\nline\x1b[31m.mosaic", "-o", "OUT"),
}


@pytest.mark.parametrize("line", FAULTS.values(), ids=FAULTS)
def test_faults_are_one_line_and_code_2(
    run: Run,
    line: tuple[str, ...],
    library: Path,
    plan: Path,
    target: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    names = {"TARGET": target, "LIBRARY": library, "PLAN": plan, "FOLDER": tmp_path, "OUT": "out.jpg"}
    code, out, err = run(*(names.get(word, word) for word in line))
    assert (code, out) == (2, "")
    assert is_one_line(err), err
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_the_persons_to_mend(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "somewhere")

    monkeypatch.setattr("musivum.api.index", full)
    code, _, err = run("index", tmp_path, "--library", tmp_path / "library")
    assert (code, err) == (2, "musivum: somewhere: No space left on device\n")


def test_interruption_is_one_line_and_code_130(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("musivum.api.index", interrupted)
    assert run("index", tmp_path, "--library", tmp_path / "library") == (130, "", "musivum: interrupted\n")


@pytest.mark.parametrize("end", [("--library", ""), ("--library=",)], ids=["apart", "joined"])
def test_an_empty_path_is_not_the_working_folder(run: Run, end: tuple[str, ...]) -> None:
    code, _, err = run("index", "photos", *end)
    assert (code, "empty" in err, is_one_line(err)) == (2, True, True)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_plain_when_piped(run: Run, command: str) -> None:
    code, out, err = run(command, "--help")
    assert (code, err) == (0, "")
    assert all(line.isprintable() for line in out.splitlines())
    assert "Examples:" in out


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "talk", "patience", "shown"),
    [
        (Terminal(), Talk(), 0.0, True),
        (Terminal(), Talk(), 60.0, False),
        (Terminal(), Talk(quiet=True), 0.0, False),
        (io.StringIO(), Talk(), 0.0, False),
    ],
    ids=["on a terminal", "for quick work", "when quiet", "into a pipe"],
)
def test_progress_shows(
    stream: io.StringIO, talk: Talk, patience: float, shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr("musivum.cli._talk._PATIENCE", patience)
    with talk.progress() as progress:
        for done in range(4):
            progress("digging [bold]", done, 3)
        progress("filling", 1, 1)
    assert ("digging [bold]" in stream.getvalue()) == shown


def test_news_of_a_stage_stays_on_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr("musivum.cli._talk._PATIENCE", 0.0)
    with Talk().progress() as progress:
        for level in range(3):
            for done in range(20):
                progress(f"level {level}: {done} photos", done, 19)
        bar = progress._bar  # type: ignore[attr-defined]
        assert [(task.id, task.description) for task in bar.tasks] == [(2, "level 2: 19 photos")]  # the third one made
    assert "level 0: 0 photos" in stream.getvalue()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (math.nan, None),
        (np.float32(0.5), 0.5),
        (np.array([[1, 2]], np.int32), [[1, 2]]),
        (Path("a") / "b", str(Path("a") / "b")),
        ({1: (True, math.inf)}, {"1": [True, None]}),
        (Size(3, 4), {"width": 3, "height": 4}),
    ],
)
def test_json_holds_anything(value: object, expected: object) -> None:
    assert plain(value) == expected


def program(*arguments: object, **how: object) -> "subprocess.CompletedProcess[str]":
    line = [sys.executable, "-m", "musivum", *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, timeout=60, check=False, **how)  # type: ignore[call-overload, no-any-return]


def test_start_up_loads_nothing_heavy() -> None:
    code = "import sys; from musivum.cli import main; main(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    modules = set(done.stderr.split())
    assert not modules & {
        "numpy",
        "PIL",
        "numba",
        "scipy",
        "rich.markdown",
        "asyncio",
        "musivum.api",
        "musivum.library",
    }
    assert len(modules) < 400, len(modules)


def test_indexing_loads_no_compiler(photos: Path, library: Path) -> None:
    code = (
        "import sys; from musivum.cli import main\n"
        "code = main(sys.argv[1:]); print(*sys.modules, file=sys.stderr); sys.exit(code)"
    )
    line = [sys.executable, "-c", code, "index", str(photos), "--library", str(library)]
    done = subprocess.run(line, capture_output=True, text=True, timeout=60, check=True)
    assert not set(done.stderr.split()) & {"numba", "scipy", "musivum.render", "musivum.engines"}


def test_version() -> None:
    done = program("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"musivum {__version__}\n", "")


def test_nothing_but_text_is_piped(photos: Path, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    strange = tmp_path / "photos" / "\x1b[31mred\nand\udcff.jpg"
    strange.write_bytes((photos / "broken.jpg").read_bytes())
    done = program("index", tmp_path / "photos", "--library", tmp_path / "library")
    assert (done.returncode, done.stderr) == (0, "")
    assert all(line.isprintable() for line in done.stdout.splitlines())
    assert "\\x1b[31mred\\nand" in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="no signals of this kind")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_the_middle_of_work(number: signal.Signals, photos: Path, tmp_path: Path) -> None:
    code = (
        "import signal, sys, time, musivum.api as api\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored by children of a shell's background\n"
        "def index(*_, **__):\n    print('at work', flush=True); time.sleep(60)\n"
        "api.index = index\nfrom musivum.cli import main\nsys.exit(main(sys.argv[1:]))"
    )
    line = [sys.executable, "-c", code, "index", str(photos), "--library", str(tmp_path / "library")]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "at work\n"
        time.sleep(0.1)
        process.send_signal(number)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, "musivum: interrupted\n")


@pytest.mark.skipif(os.name == "nt", reason="no pipes of this kind")
@pytest.mark.parametrize(
    "line", [("--help",), ("index", "PHOTOS", "--library", "LIBRARY", "--json")], ids=["help", "json"]
)
def test_a_broken_pipe_is_quiet(line: tuple[str, ...], photos: Path, library: Path) -> None:
    names = {"PHOTOS": photos, "LIBRARY": library}
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "musivum", *(str(names.get(word, word)) for word in line)]
    with os.fdopen(write, "wb") as pipe:
        done = subprocess.run(command, stdout=pipe, stderr=subprocess.PIPE, timeout=60, check=False)
    assert done.returncode == 141
    assert done.stderr == b""

"""``musivum edit``: what it changes, what it leaves, what it tells and what it refuses."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from musivum import api
from musivum.api._editing._record import banned_before, fitted_numbers
from musivum.engines.arrange import ArrangeOptions
from musivum.engines.fractal import FractalOptions
from musivum.engines.grid import GridOptions
from musivum.errors import OptionError
from musivum.library import open_library
from musivum.plan import Plan, bounds, load_plan, offered, save_plan
from musivum.plan._alternates import ALTERNATE_COLUMNS
from musivum.plan._placements import PLACEMENT_COLUMNS
from musivum.render import draw

Run = Callable[..., tuple[int, str, str]]

MADE = ("grid", "fractal", "arrange")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, builtin_tiles: dict[str, Any]) -> Iterator[Path]:
    """A folder of photos, of built-in tiles, their library, a target, and a plan of each engine."""
    folder = tmp_path_factory.mktemp("edit")
    (folder / "photos" / "sub").mkdir(parents=True)
    for number, (_, pixels) in enumerate(list(builtin_tiles.items())[:: len(builtin_tiles) // 48][:48]):
        where = "photos/sub" if number >= 40 else "photos"
        Image.fromarray(pixels).resize((32, 24 + number % 3 * 6)).save(folder / where / f"p{number:02}.png")
    y, x = np.mgrid[0:90, 0:120]
    Image.fromarray(np.stack([2 * x, 2 * y, 255 - 2 * x], axis=-1).astype(np.uint8)).save(folder / "target.png")
    library, size = folder / "lib", api.OutputSize(size=240)
    api.index([folder / "photos"], library)
    plans = {name: folder / f"{name}.mosaic" for name in MADE}
    api.grid(
        folder / "target.png",
        plan=plans["grid"],
        library=library,
        options=GridOptions(columns=10, copies=4, spacing=2),
        size=size,
    )
    api.fractal(
        folder / "target.png",
        plan=plans["fractal"],
        library=library,
        options=FractalOptions(smallest=0.2, angles="none"),
        size=size,
    )
    api.arrange(
        plan=plans["arrange"],
        library=library,
        options=ArrangeOptions(effort="fast"),
        size=size,
        captions="names",
        hero="p07.png",
        ban=["p08.png"],
    )
    yield folder


@pytest.fixture
def run(place: Path, monkeypatch: pytest.MonkeyPatch, program: Run) -> Run:
    monkeypatch.chdir(place)
    return partial(program, "edit")


def shown(plan: Plan) -> list[str]:
    """Name of the file in each place."""
    return [os.path.basename(plan.tiles.sources[tile]) for tile in plan.placements.tile]


def near(plan: Plan, place: int) -> list[str]:
    """Names of the alternates of a place, by rank."""
    columns = np.flatnonzero(offered(plan)[place])
    return [os.path.basename(plan.tiles.sources[plan.alternates.tile[place, column]]) for column in columns]


def commonest(plan: Plan) -> str:
    names = shown(plan)
    return max(sorted(set(names)), key=names.count)


def check_the_rest(before: Plan, after: Plan, changed: set[int]) -> None:
    """Every place but the changed ones shows what it showed, to the byte; tiles may have other rows."""
    for i in set(range(len(before.placements))) - changed:
        assert before.tiles.ids[before.placements.tile[i]] == after.tiles.ids[after.placements.tile[i]]
        for name in set(PLACEMENT_COLUMNS) - {"tile"}:
            assert getattr(before.placements, name)[i].tobytes() == getattr(after.placements, name)[i].tobytes()


def check_the_picture(before: Plan, after: Plan, library: Path, changed: set[int]) -> None:
    """The drawings differ inside the boxes of the changed places, and nowhere else."""
    photos = open_library(library)
    different = (draw(before, photos) != draw(after, photos)).any(axis=2)
    inside = np.zeros_like(different)
    for x0, y0, x1, y1 in bounds(before.placements)[sorted(changed)]:
        inside[max(0, int(y0) - 1) : int(y1) + 2, max(0, int(x0) - 1) : int(x1) + 2] = True
    assert different.any() and not (different & ~inside).any()


@pytest.mark.parametrize("name", ["grid", "fractal"])
def test_a_ban_removes_every_trace_and_nothing_else(run: Run, place: Path, tmp_path: Path, name: str) -> None:
    before, output = load_plan(place / f"{name}.mosaic"), tmp_path / "b.mosaic"
    banned = commonest(before)
    ban = (f"{name}.mosaic", "--ban", banned, "--resolve", "-o")
    code, out, err = run(*ban, output, "--workers", "1", "--json")
    assert (code, err) == (0, "")
    assert run(*ban, tmp_path / "three.mosaic", "--workers", "3")[0] == 0
    assert (tmp_path / "three.mosaic").read_bytes() == output.read_bytes()
    told, after = json.loads(out), load_plan(output)
    changed = {change["placement"] - 1 for change in told["changes"]}
    assert changed == {i for i, photo in enumerate(shown(before)) if photo == banned}
    assert {change["reason"] for change in told["changes"]} == {"banned"}
    assert told["unchanged"] == len(before.placements) - len(changed)
    assert banned not in [os.path.basename(source) for source in after.tiles.sources]
    assert not any(banned in near(after, i) for i in range(len(after.placements)))
    for change in told["changes"]:
        i = change["placement"] - 1
        assert os.path.basename(change["after"]) == shown(after)[i]
        assert change["error_before"] == before.placements.error[i]
        assert change["error_after"] == after.placements.error[i]
    check_the_rest(before, after, changed)
    check_the_picture(before, after, place / "lib", changed)
    assert (after.target, after.recipe["library"]) == (before.target, before.recipe["library"])
    assert after.recipe["edits"][0]["ban"] == [banned]
    again = tmp_path / "again.mosaic"
    assert run(output, "--resolve", "-o", again)[:2] == (
        0,
        f"{again}: nothing to change: {len(after.placements)} placements as before\n",
    )
    assert again.read_bytes() == output.read_bytes()


def test_alternates_take_the_places_of_what_is_banned(run: Run, place: Path, tmp_path: Path) -> None:
    before, output = load_plan(place / "grid.mosaic"), tmp_path / "b.mosaic"
    kept, refused = [], []
    rare_first = sorted(sorted(set(shown(before))), key=shown(before).count)
    for banned in [*rare_first[:3], *rare_first[:2:-1]]:  # those that are there once have alternates
        if kept and refused:
            break
        code, _, err = run("grid.mosaic", "--ban", banned, "-o", output)
        if code:
            assert err.startswith("musivum: no alternate that is not banned") and "--resolve searches" in err
            assert err.count("\n") == 1 and not output.exists()
            refused.append(banned)
            continue
        kept.append(banned)
        after = load_plan(output)
        for i in [i for i, photo in enumerate(shown(before)) if photo == banned]:
            assert shown(after)[i] in near(before, i)
        copies = [shown(after).count(photo) for photo in set(shown(after))]
        assert max(copies) <= 4
        boxes = bounds(after.placements).round()
        for photo in set(shown(after)):
            uses = boxes[[i for i, other in enumerate(shown(after)) if other == photo]]
            apart = np.abs(uses[:, None, :2] - uses[None, :, :2]).max(axis=2) / 24
            assert (apart[~np.eye(len(uses), dtype=bool)] > 1.5).all()  # a spacing of 2 lets no cells touch
        output.unlink()
    assert kept and refused


@pytest.mark.parametrize("name", ["grid", "fractal"])
def test_a_swap_is_undone_by_the_next(run: Run, place: Path, tmp_path: Path, name: str) -> None:
    before, output = load_plan(place / f"{name}.mosaic"), tmp_path / "s.mosaic"
    for i in (1, len(before.placements) // 2):
        ranked = near(before, i)
        code, out, err = run(f"{name}.mosaic", "--swap", f"{i + 1}=2", "-o", output)
        assert (code, err) == (0, "")
        assert f"{shown(before)[i]} -> {ranked[1]}" in out and "swapped" in out
        after = load_plan(output)
        assert shown(after)[i] == ranked[1]
        assert sorted(near(after, i)) == sorted([*ranked[:1], *ranked[2:], shown(before)[i]])
        check_the_rest(before, after, {i})
        check_the_picture(before, after, place / "lib", {i})

        assert run(output, "--swap", f"{i + 1}={shown(before)[i]}")[0] == 0
        back = load_plan(output)
        assert back.tiles.ids == before.tiles.ids
        for table, columns in (("placements", PLACEMENT_COLUMNS), ("alternates", ALTERNATE_COLUMNS)):
            for column in columns:
                one, two = (getattr(getattr(plan, table), column) for plan in (before, back))
                assert one.tobytes() == two.tobytes(), column
        assert [edit["swap"] for edit in back.recipe["edits"]] == [[f"{i + 1}=2"], [f"{i + 1}={shown(before)[i]}"]]


@pytest.mark.parametrize("name", ["grid", "fractal"])
def test_a_pin_comes_whatever_its_error_and_stays(run: Run, place: Path, tmp_path: Path, name: str) -> None:
    before, output = load_plan(place / f"{name}.mosaic"), tmp_path / "p.mosaic"
    target = "3,2" if name == "grid" else "5"
    i = 12 if name == "grid" else 4
    photo = next(p for p in ("p01.png", "p20.png") if p not in (shown(before)[i], *near(before, i)))
    code, out, err = run(f"{name}.mosaic", "--pin", f"{target}={photo}", "-o", output)
    assert (code, err) == (0, "")
    assert f"{shown(before)[i]} -> {photo}" in out
    after = load_plan(output)
    assert shown(after)[i] == photo and shown(before)[i] in near(after, i)
    check_the_rest(before, after, {i})
    check_the_picture(before, after, place / "lib", {i})
    box = bounds(after.placements)[i] - bounds(before.placements)[i]
    assert np.abs(box).max() < 1e-6
    # What shows the photo too near gives way to it when the library is searched, and the pin does not.
    assert run(output, "--resolve")[0] == 0
    assert shown(load_plan(output))[i] == photo
    assert run(output, "--swap", f"{i + 1}={shown(before)[i]}")[0] == 0
    assert shown(load_plan(output))[i] == shown(before)[i]


@pytest.mark.parametrize("i", [22, 33, 45, 57])
def test_what_a_pin_crowds_out_is_searched_for(run: Run, place: Path, tmp_path: Path, i: int) -> None:
    before, output = load_plan(place / "grid.mosaic"), tmp_path / "p.mosaic"
    photo, beside = shown(before)[i], i + 1
    assert photo != shown(before)[beside]
    pin = ("--pin", f"{beside + 1}={photo}", "-o", output)
    assert "limits on repetition no longer hold for" in run("grid.mosaic", *pin)[1]
    check_the_rest(before, load_plan(output), {beside})
    code, out, _ = run("grid.mosaic", *pin, "--resolve", "--json")
    changes = {change["placement"] - 1: change["reason"] for change in json.loads(out)["changes"]}
    assert code == 0 and changes.pop(beside) == "pinned" and changes[i] == "displaced"
    assert set(changes.values()) == {"displaced"} and {shown(before)[other] for other in changes} == {photo}
    after = load_plan(output)
    assert shown(after)[beside] == photo and all(shown(after)[other] != photo for other in changes)
    check_the_rest(before, after, {beside, *changes})
    assert after.statistics["clashes"] == 0 and "cost" not in after.statistics


def test_a_pinned_photo_changes_places_in_a_collage(run: Run, place: Path, tmp_path: Path) -> None:
    before, output = load_plan(place / "arrange.mosaic"), tmp_path / "c.mosaic"
    names = shown(before)
    hero, other = names.index("p07.png"), names.index("p03.png")
    code, out, err = run("arrange.mosaic", "--pin", f"{hero + 1}=p03.png", "-o", output)
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == f"{output}: 2 placements changed, {len(names) - 2} unchanged"
    after = load_plan(output)
    assert shown(after)[hero] == "p03.png" and shown(after)[other] == "p07.png"
    assert sorted(shown(after)) == sorted(names)
    assert os.path.basename(after.statistics["hero"]) == "p03.png"
    check_the_rest(before, after, {hero, other})
    np.testing.assert_allclose(bounds(after.placements), bounds(before.placements), atol=1e-6)

    def caption(plan: Plan, i: int) -> str:
        x0, _, x1, y1 = bounds(plan.placements)[i].round()
        return next(
            text
            for text, box in zip(plan.captions.text, plan.captions.box, strict=True)
            if (box[0], box[1], box[2]) == (x0, y1, x1)
        )

    assert [f"{caption(after, i)}.png" for i in range(len(names))] == shown(after)
    cell = next(
        change
        for change in json.loads(run("arrange.mosaic", "--pin", "1,1=p03.png", "--dry-run", "--json")[1])["changes"]
    )
    assert cell["placement"] == 1 and (cell["column"], cell["row"]) == (1, 1) and cell["error_before"] is None


def test_a_banned_photo_leaves_its_place_in_a_collage_free_or_to_another(run: Run, place: Path, tmp_path: Path) -> None:
    before, output = load_plan(place / "arrange.mosaic"), tmp_path / "c.mosaic"
    names = shown(before)
    code, out, err = run("arrange.mosaic", "--ban", "sub/p4[12].png", "-o", output)
    assert (code, err) == (0, "") and "2 places stay empty; with --resolve" in out and "p41.png -> nothing" in out
    after = load_plan(output)
    assert shown(after) == [name for name in names if name not in ("p41.png", "p42.png")]
    assert "p41" not in after.captions.text and len(after.captions) == len(before.captions) - 2
    # Of the two photos that are not on the picture, p08 was banned when it was made.
    assert run("arrange.mosaic", "--pin", "1=p41.png", "-o", output)[0] == 0
    assert run("arrange.mosaic", "--ban", "p42.png", "--resolve", "-o", output)[1].count("1 place stays empty") == 1
    first = tmp_path / "d.mosaic"
    assert run("arrange.mosaic", "--ban", "p42.png", "-o", first)[0] == 0
    freed = load_plan(first)
    assert run(first, "--pin", "2=p08.png")[0] == 0  # by name it comes in after all, and what was there goes
    gone = shown(freed)[1]
    pushed = load_plan(first)
    assert gone not in shown(pushed) and shown(pushed)[1] == "p08.png" and "p08" in pushed.captions.text
    assert any(source.endswith(gone) for source in pushed.statistics["left_out"])
    code, out, _ = run(first, "--ban", "p05.png", "--resolve", "--json")
    change = json.loads(out)["changes"][0]
    assert os.path.basename(change["after"]) == gone


def test_nothing_is_written_in_a_dry_run_or_without_a_change(run: Run, place: Path) -> None:
    path = place / "grid.mosaic"
    content, stamp = path.read_bytes(), path.stat().st_mtime_ns
    for arguments, told in (
        (["--swap", "3=1", "--dry-run"], "1 placement changed, 79 unchanged; nothing was written"),
        (["--pin", f"3={shown(load_plan(path))[2]}"], "nothing to change: 80 placements as before"),
    ):
        code, out, err = run("grid.mosaic", *arguments)
        assert (code, err) == (0, "") and out.splitlines()[-1] == told
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (content, stamp)


def test_a_ban_holds_for_later_searches(run: Run, place: Path, tmp_path: Path) -> None:
    before, output = load_plan(place / "grid.mosaic"), tmp_path / "b.mosaic"
    absent = next(
        f"p{i:02}.png" for i in range(40) if f"p{i:02}.png" not in {os.path.basename(s) for s in before.tiles.sources}
    )
    _, out, _ = run("grid.mosaic", "--ban", absent, "-o", output)
    assert "later searches leave it out" in out
    assert run(output, *(word for name in set(shown(before)) for word in ("--ban", name)), "--resolve")[0] == 0
    assert absent not in shown(load_plan(output)) and not set(shown(before)) & set(shown(load_plan(output)))


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["grid.mosaic"], "nothing is asked for: give --ban, --pin, --swap or --resolve"),
        (["grid.mosaic", "--ban", "uncle.jpg"], "no photo is called uncle.jpg: leave out that ban"),
        (["grid.mosaic", "--ban", " "], "a ban is empty"),
        (["grid.mosaic", "--pin", "3=uncle.jpg"], "no photo is called uncle.jpg: give its name"),
        (["grid.mosaic", "--pin", "3=*.png"], "48 photos are called *.png"),
        (["grid.mosaic", "--pin", "p01.png=3,4"], 'the pin "p01.png=3,4" is not of the form CELL=PHOTO'),
        (["grid.mosaic", "--swap", "3"], 'the swap "3" is not of the form PLACEMENT=ALTERNATE'),
        (["grid.mosaic", "--swap", "3= "], "is not of the form"),
        (["grid.mosaic", "--swap", "0=1"], "there is no placement 0: they are numbered 1 to 80"),
        (["grid.mosaic", "--swap", "81=1"], "there is no placement 81"),
        (["grid.mosaic", "--pin", "11,1=p01.png"], "there is no cell 11,1: there are 10 columns and 8 rows"),
        (["fractal.mosaic", "--pin", "1,1=p01.png"], "form no rows and columns: give a placement's number"),
        (["grid.mosaic", "--swap", "3=9"], "swap 3=9: placement 3 has"),
        (["grid.mosaic", "--swap", "3=who.png"], "no photo is called who.png"),
        (["arrange.mosaic", "--swap", "3=1"], "placement 3 has no other photo among its alternates; pin"),
        (["grid.mosaic", "--swap", "3=1", "--pin", "3,1=p01.png"], "are for one place: keep one of them"),
        (["grid.mosaic", "--ban", "p01.png", "--pin", "3,1=p01.png"], "that photo is banned, too"),
        (["arrange.mosaic", "--pin", "1=p01.png", "--pin", "2=p01.png"], "pinned 2 times: a collage shows it once"),
        (["arrange.mosaic", "--ban", "*.png"], "all photos of the collage are banned"),
        (["grid.mosaic", "--ban", "*.png", "--resolve"], "no photo to use"),
        (["none.mosaic", "--resolve"], "there is no plan none.mosaic"),
        (["grid.mosaic", "--resolve", "-o", "a.png"], "that is a picture's name"),
        (["grid.mosaic", "--resolve", "-o", "nowhere/a.mosaic"], "there is no folder"),
        (["grid.mosaic", "--resolve", "--library", "photos"], "photos"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(run: Run, place: Path, arguments: list[str], complaint: str) -> None:
    content = {path.name: path.read_bytes() for path in place.glob("*.mosaic")}
    code, out, err = run(*arguments)
    assert (code, out) == (2, "") and err.startswith("musivum: ") and err.count("\n") == 1
    assert complaint in err
    assert {path.name: path.read_bytes() for path in place.glob("*.mosaic")} == content


def test_a_plan_is_replaced_in_one_step_or_not_at_all(
    run: Run, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, whole = tmp_path / "k.mosaic", (place / "grid.mosaic").read_bytes()
    plan.write_bytes(whole)
    written = []

    def stopped(self: Path, target: Path) -> None:
        written.append((self.parent, target, load_plan(self).recipe["edits"][0]["swap"], plan.read_bytes() == whole))
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", stopped)
        assert run(plan, "--swap", "3=1")[0] == 130
    assert written == [(tmp_path, plan, ["3=1"], True)]
    assert plan.read_bytes() == whole and list(tmp_path.iterdir()) == [plan]


def test_a_recipe_that_lies_about_edits_is_harmless(run: Run, place: Path, tmp_path: Path) -> None:
    plan, path = load_plan(place / "grid.mosaic"), tmp_path / "l.mosaic"
    ids = [plan.tiles.ids[tile] for tile in plan.placements.tile]
    other = plan.tiles.ids[plan.alternates.tile[2, np.flatnonzero(offered(plan)[2])[0]]]
    vast = fitted_numbers(plan.placements, 2) | {"multiply": [1e308] * 3}
    for edits, code in (
        ("no list", 0),
        ([1, None, {"changes": "no"}, {"changes": [1, {"placement": "2"}]}, {"banned": [3]}], 0),
        ([{"changes": [{"placement": 10**9, "from": ids[2], "to": ids[2], "reason": "pinned"}]}], 0),
        ([{"changes": [{"placement": 3, "from": other, "to": ids[2], "fitted": {"gain": "x"}}]}], 2),
        ([{"changes": [{"placement": 3, "from": other, "to": ids[2], "fitted": 5}]}], 2),
        ([{"changes": [{"placement": 3, "from": other, "to": ids[2], "fitted": vast}]}], 2),
    ):
        save_plan(replace(plan, recipe=plan.recipe | {"edits": edits}), path)
        found, _, err = run(path, "--swap", "3=1")
        assert found == code and err.count("recipe tells of edits in a way") == err.count("\n") == (code > 0)


@pytest.mark.parametrize(
    ("name", "told", "wish"),
    [
        ("grid", {"copies": 10**30}, ["--swap", "3=1"]),
        ("grid", {"copies": -1, "spacing": "2"}, ["--swap", "3=1"]),
        ("grid", {"spacing": 1e308}, ["--swap", "3=1"]),
        ("grid", {"spacing": -1e308}, ["--swap", "3=1"]),
        ("fractal", {"levels": [{"placements": 10**30, "copies": 1}]}, ["--swap", "3=1"]),
        ("arrange", {"left_out": [5, None, {}], "hero": {}}, ["--ban", "p03.png"]),
        ("arrange", {"gap": -1e9, "columns": 10**9}, ["--ban", "p03.png"]),
    ],
)
def test_statistics_that_lie_are_harmless(
    run: Run, place: Path, tmp_path: Path, name: str, told: dict[str, Any], wish: list[str]
) -> None:
    plan, path = load_plan(place / f"{name}.mosaic"), tmp_path / "l.mosaic"
    save_plan(replace(plan, statistics=plan.statistics | told), path)
    code, out, err = run(path, *wish)
    assert (code, err) == (0, "") and "1 placement changed" in out


def test_photos_pinned_too_near_each_other_are_told_of(run: Run, place: Path, tmp_path: Path) -> None:
    before, output = load_plan(place / "grid.mosaic"), tmp_path / "p.mosaic"
    photo = min(sorted(set(shown(before))), key=shown(before).count)
    pins = [word for cell in ("4,4", "5,4", "6,4", "4,5") for word in ("--pin", f"{cell}={photo}")]
    code, out, _ = run("grid.mosaic", *pins, "--resolve", "-o", output)
    after = load_plan(output)
    assert code == 0 and "what was put there by name breaks the mosaic's limits on repetition itself in" in out
    assert all(shown(after)[place] == photo for place in (33, 34, 35, 43))
    assert after.statistics["clashes"] >= 2  # 4,4 or 5,4 may stay, and then 6,4
    assert "by name breaks" in run(output, "--resolve")[1]
    assert "by name breaks" not in run(output, "--swap", "80=1")[1]  # which has nothing to do with it


def test_of_two_edits_at_once_the_later_one_is_refused(place: Path, tmp_path: Path) -> None:
    path, apart = tmp_path / "g.mosaic", tmp_path / "other.mosaic"
    path.write_bytes((place / "grid.mosaic").read_bytes())
    photo = commonest(load_plan(path))

    def meanwhile(stage: str, done: int, total: int) -> None:
        nonlocal others
        if not others:
            others.append(api.edit(path, swap="3=1"))

    others: list[api.Edited] = []
    with pytest.raises(OptionError, match="was changed by somebody else meanwhile, so nothing was written") as refusal:
        api.edit(path, ban=photo, resolve=True, progress=meanwhile)
    assert "\n" not in str(refusal.value)
    assert [edit.get("swap") for edit in load_plan(path).recipe["edits"]] == [["3=1"]]
    others.clear()
    assert api.edit(path, apart, ban=photo, resolve=True, progress=meanwhile).plan_path == apart
    assert photo not in shown(load_plan(apart)) and len(load_plan(path).recipe["edits"]) == 2


def test_a_dry_run_needs_no_place_to_write(
    run: Run, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert run("grid.mosaic", "--swap", "3=1", "--dry-run")[0] == 0
    assert "nothing may be written in the folder" in run("grid.mosaic", "--swap", "3=1")[2]


def test_one_wish_may_be_a_string(place: Path) -> None:
    path = place / "grid.mosaic"
    photo = commonest(load_plan(path))
    for wish in ({"ban": photo, "resolve": True}, {"pin": f"3={photo}"}, {"swap": "3=2"}):
        listed = {name: value if name == "resolve" else [value] for name, value in wish.items()}
        alone, many = (api.edit(path, dry_run=True, **wishes) for wishes in (wish, listed))
        assert alone.changes == many.changes and alone.plan.recipe == many.plan.recipe
    with pytest.raises(OptionError, match="no photo is called nobody"):
        api.edit(path, ban="nobody.jpg", dry_run=True)


def test_a_photo_that_was_banned_is_welcome_once_it_was_pinned(run: Run, place: Path, tmp_path: Path) -> None:
    before, output = load_plan(place / "grid.mosaic"), tmp_path / "b.mosaic"
    photo = commonest(before)
    id = next(
        id
        for id, source in zip(before.tiles.ids, before.tiles.sources, strict=True)
        if os.path.basename(source) == photo
    )
    assert run("grid.mosaic", "--ban", photo, "--resolve", "-o", output)[0] == 0
    assert banned_before(load_plan(output)) == {id}
    assert run(output, "--pin", f"5={photo}")[0] == 0
    assert banned_before(load_plan(output)) == set()
    assert run(output, "--ban", photo, "--resolve")[0] == 0
    assert banned_before(load_plan(output)) == {id} and photo not in shown(load_plan(output))

"""Interactive pages in a browser."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from export.albums import Album, random_mosaic, smooth, with_columns
from export.pages import Window, turned, write
from musivum.export import Look
from musivum.geometry import Size
from musivum.plan import Captions, rectangles
from musivum.raster import decode
from render.mosaics import cells, hexagons, noise, plan_of

BOXES = np.array([[5.0, 8, 45, 18], [40, 40, 80, 52]])
HOSTILE = "<!--<script><img src=x onerror='document.title=1'>&\"\u2028.jpg"


@pytest.fixture(scope="module")
def mosaic():
    return random_mosaic(5)


@pytest.fixture(scope="module")
def path(mosaic, tmp_path_factory):
    return write(*mosaic, tmp_path_factory.mktemp("page"))


@pytest.fixture
def window(browser, path):
    with Window(browser, path) as window:
        yield window
        assert window.said == []


def hide_bars(window):
    window.run("document.querySelectorAll('.bar, #hint').forEach((e) => (e.style.display = 'none'))")


def focus(window):
    return window.run("document.activeElement.id")


def topmost(plan, points):
    """The slow definition: the last placement whose turned crop holds each point (k,), or -1."""
    middle, across, down = rectangles(plan.placements.crop, plan.placements.transform)
    found = np.full(len(points), -1)
    for i in range(len(middle)):
        away = points - middle[i]
        u, v = (
            (away * np.conj(across[i])).real / abs(across[i]) ** 2,
            (away * np.conj(down[i])).real / abs(down[i]) ** 2,
        )
        found[(abs(u) <= 0.5) & (abs(v) <= 0.5)] = i
    return found


@pytest.mark.parametrize("embed", [True, False])
@pytest.mark.parametrize("make", [random_mosaic, turned], ids=["grid", "turned"])
def test_it_opens_from_disk_and_shows_the_drawing_to_the_pixel(make, embed, browser, tmp_path):
    plan, album = make(8)
    with Window(browser, write(plan, album, tmp_path, embed=embed, name="50% of #1?")) as window:
        assert window.said == []
        folder = tmp_path.as_uri()
        assert all(url.startswith(("data:", folder)) for url in window.asked)
        width, height = plan.canvas
        window.look_at(width / 2, height / 2, 1)
        x, y = window.to_window(0, 0)
        seen = window.pixels(x, y, width, height)
        assert abs(seen - Look().drawing(plan, album).region()).mean() < 4


@pytest.mark.parametrize(
    ("make", "look", "off"),
    [
        (random_mosaic, Look(gap=1.5, tint=0), 9),
        (random_mosaic, Look(grey=True, tint=0), 12),  # browsers weigh and mix bytes, not light
        (random_mosaic, Look(overlay=0.4, tint=0), 12),
        (lambda seed: turned(seed, 25, (230, 260)), Look(), 9),
        (lambda seed: turned(seed, 25, (230, 260)), Look(corner=0.3, feather=0, background=(90, 120, 60)), 9),
    ],
    ids=["gaps", "grey", "overlay", "soft", "round"],
)
def test_near_by_the_photos_lie_exactly_in_their_places(make, look, off, browser, tmp_path):
    plan, album = make(9)
    scale = 4
    size = (360, 320)
    x0, y0 = 10, 2
    with Window(browser, write(plan, album, tmp_path, look), size=size) as window:
        window.look_at(x0 + size[0] / 2 / scale, y0 + size[1] / 2 / scale, scale)
        hide_bars(window)
        assert window.run("mosaic.photos.tiles.size") > 0
        seen = window.pixels(0, 0, *size)
    drawn = replace(look, scale=scale).drawing(plan, album).region().astype(np.float64)
    drawn = drawn[y0 * scale :, x0 * scale :][: size[1], : size[0]]
    blurred = abs(seen - np.roll(drawn, 6, axis=1)).mean()
    assert abs(seen - drawn).mean() < min(off, blurred / 2)


@pytest.mark.parametrize("background", [(160, 160, 160), "target", "transparent"], ids=["colour", "target", "none"])
def test_near_by_photos_let_as_much_through_as_in_the_drawing(background, browser, tmp_path):
    album = Album([np.full((200, 200, 3), 110, np.uint8)])
    target = io.BytesIO()
    Image.new("RGB", (100, 100), (160, 160, 160)).save(target, "PNG")
    plan = plan_of(album, Size(100, 100), np.array([[20.0, 20, 80, 80]]), target=target.getvalue())
    plan = with_columns(plan, opacity=np.full(1, 0.5, np.float32), feather=np.full(1, 0.2, np.float32))
    points = [(50, 50), (24, 50), (50, 74), (78, 78), (10, 50)]
    with Window(browser, write(plan, album, tmp_path, Look(background=background)), size=(500, 420)) as window:
        hide_bars(window)
        seen = []
        for zoom in (1, 4):
            window.look_at(50, 50, zoom)
            seen.append([window.pixels(*map(round, window.to_window(*p)), 1, 1)[0, 0, 0] for p in points])
        assert window.run("mosaic.photos.tiles.size") > 0 and window.said == []
    off = 10 if background == "transparent" else 4  # of the WebP, where almost nothing is seen
    assert seen[1] == pytest.approx(seen[0], abs=off) and max(seen[1]) - min(seen[1]) > 20


def test_near_by_no_lines_show_between_photos(browser, tmp_path):
    album = Album([np.full((90, 90, 3), 60, np.uint8)])
    plan = plan_of(album, Size(100, 100), cells(Size(100, 100), 5, 5), corner=0.2, background=(255, 255, 255))
    with Window(browser, write(plan, album, tmp_path, Look(scale=0.77)), size=(400, 400)) as window:
        hide_bars(window)
        window.look_at(50, 50, 4)
        seen = window.pixels(0, 0, 400, 400)
    assert window.said == [] and seen[:, 40::80].max() < 80 < 200 < seen.max()


def test_near_by_captions_are_written_where_the_drawing_has_them(browser, tmp_path):
    album = Album([np.full((400, 600, 3), 40, np.uint8)])
    said = Captions(("Summer", "A much longer line of words"), BOXES, 7, (255, 255, 255))
    plan = replace(plan_of(album, Size(90, 60), np.array([[0.0, 0, 90, 60]])), captions=said)
    with Window(browser, write(plan, album, tmp_path), size=(540, 360)) as window:
        hide_bars(window)
        window.look_at(45, 30, 6)
        seen = window.pixels(0, 0, 540, 360)[..., 0] > 150
    drawn = Look(scale=6).drawing(plan, album).region()[..., 0] > 150
    for x0, y0, x1, y1 in (6 * BOXES).astype(int):
        part = (slice(y0, y1), slice(x0, x1))
        ends = [np.flatnonzero(picture[part].any(axis=0))[[0, -1]] for picture in (seen, drawn)]
        assert ends[0] == pytest.approx(ends[1], abs=6) and 0.5 < seen[part].sum() / drawn[part].sum() < 2
        seen[part] = False
    assert not seen.any()


def test_near_by_tinted_photos_keep_the_mosaics_colours(browser, tmp_path):
    plan, album = random_mosaic(9)
    scale, (columns, rows) = 4, (9, 7)
    with Window(browser, write(plan, album, tmp_path), size=(460, 360)) as window:
        window.look_at(54, 42, scale)
        hide_bars(window)
        seen = window.pixels(*window.to_window(0, 0), 432, 336)
    off = {}
    for tint in (0.0, 0.6):
        drawn = Look(scale=scale, tint=tint).drawing(plan, album).region().astype(np.float64)
        cells_of = (seen - drawn).reshape(rows, 48, columns, 48, 3).mean(axis=(1, 3))
        off[tint] = abs(cells_of).mean()
    assert off[0.6] < 5 and off[0.6] < off[0.0] / 2


@pytest.mark.parametrize("make", [random_mosaic, turned], ids=["grid", "turned"])
def test_the_topmost_photo_under_the_pointer_is_outlined(make, browser, tmp_path):
    plan, album = make(3)
    width, height = plan.canvas
    rng = np.random.default_rng(0)
    points = rng.uniform(0, width, 400) + 1j * rng.uniform(0, height, 400)
    expected = topmost(plan, points)
    with Window(browser, write(plan, album, tmp_path)) as window:
        window.run("document.getElementById('tip').style.opacity = 0")
        pairs = np.stack([points.real, points.imag], axis=1).tolist()
        assert window.run("(points) => points.map(([x, y]) => mosaic.places.at(x, y))", pairs) == expected.tolist()
        for k in np.flatnonzero(expected >= 0)[:3]:
            window.page.mouse.move(*window.to_window(points[k].real, points[k].imag))
            window.settle()
            assert window.run("mosaic.state.hovered") == expected[k]
            middle, across, down = (
                part[expected[k]] for part in rectangles(plan.placements.crop, plan.placements.transform)
            )
            edges = [middle + half for half in (across / 2, -across / 2, down / 2, -down / 2)]
            inside = [p for p in edges if 2 < p.real < width - 2 and 2 < p.imag < height - 2]
            for x, y in (window.to_window(p.real, p.imag) for p in inside):
                assert window.pixels(round(x) - 3, round(y) - 3, 6, 6).max(axis=(0, 1)).min() > 200
        assert window.page.locator("#tip").is_visible()


def test_hexagons_and_rounded_photos_are_hit_by_their_outlines(browser, tmp_path):
    rng = np.random.default_rng(2)
    size = Size(120, 100)
    album = Album([smooth(rng, 20, 23) for _ in range(5)])
    boxes = hexagons(size, 6, 5)
    with Window(browser, write(plan_of(album, size, boxes, outline="hexagon"), album, tmp_path)) as window:
        middles = (boxes[:, :2] + boxes[:, 2:]) / 2
        points = np.stack([rng.uniform(0, 120, 300), rng.uniform(14, 86, 300)], axis=1)
        found = window.run("(points) => points.map(([x, y]) => mosaic.places.at(x, y))", points.tolist())
        # Regular hexagons are the cells that are nearest to their middles, once they are as wide as they should be.
        stretch = np.array([1, 20 / np.sqrt(3) * 2 / (boxes[0, 3] - boxes[0, 1])])
        away = (((points[:, None] - middles) * stretch) ** 2).sum(axis=2)
        nearest = np.sort(away, axis=1)
        sure = nearest[:, 1] - nearest[:, 0] > 1
        assert sure.sum() > 200 and (np.array(found) == away.argmin(axis=1))[sure].all()
    square = plan_of(album, Size(40, 40), np.array([[0.0, 0, 40, 40]]), corner=0.5)
    with Window(browser, write(square, album, tmp_path)) as window:
        probes = [[1, 1], [5, 5], [7, 7], [20, 1], [39, 20], [38, 38]]
        found = window.run("(points) => points.map(([x, y]) => mosaic.places.at(x, y))", probes)
        assert found == [0 if np.hypot(x - 20, y - 20) <= 20 else -1 for x, y in probes]


def test_a_click_tells_of_the_photo_and_where_else_it_is(window, mosaic):
    plan, _ = mosaic
    uses = np.flatnonzero(plan.placements.tile == np.bincount(plan.placements.tile).argmax()).tolist()
    i = uses[1]
    middle = rectangles(plan.placements.crop, plan.placements.transform).middle
    window.page.emulate_media(reduced_motion="no-preference")
    window.page.mouse.click(*window.to_window(middle[i].real, middle[i].imag))
    window.page.wait_for_selector("#panel:not([hidden])")
    assert window.text("#panel h2") == plan.tiles.sources[plan.placements.tile[i]].rpartition("/")[2]
    assert window.text("#uses output") == f"2 of {len(uses)}"
    told = window.text("#panel dl")
    assert f"{plan.placements.error[i]:.3g}" in told and told.split()[-1] == str(i + 1)
    shown = window.run(
        "(() => { const i = document.querySelector('figure img'); return [i.naturalWidth, i.naturalHeight] })()"
    )
    assert shown == plan.tiles.sizes[plan.placements.tile[i]].tolist()
    corners = np.array(window.run("(i) => mosaic.places.onPhoto(i)", i))
    crop = (plan.placements.crop[i] / np.tile(plan.tiles.sizes[plan.placements.tile[i]], 2)).reshape(2, 2)
    assert corners.min(axis=0) == pytest.approx(crop[0], abs=1e-4)
    assert corners.max(axis=0) == pytest.approx(crop[1], abs=1e-4)
    others = plan.alternates.tile[i] != plan.placements.tile[i]
    told = window.page.locator("#others small").all_inner_texts()
    assert [float(text) for text in told] == pytest.approx(plan.alternates.error[i][others].tolist(), rel=0.01)
    for key, expected in (("]", uses[2 % len(uses)]), ("[", i), ("[", uses[0]), ("[", uses[-1])):
        window.page.keyboard.press(key)
        assert window.run("mosaic.state.chosen") == expected
    window.settle()
    left, top = window.to_window(middle[expected].real, middle[expected].imag)
    assert (left, top) == pytest.approx(((900 - 372) / 2, 350), abs=1)
    window.page.keyboard.press("Escape")
    assert not window.page.locator("#panel").is_visible() and window.run("mosaic.state.chosen") == -1


def test_a_divider_wipes_between_target_and_mosaic(window, mosaic):
    plan, album = mosaic
    width, height = plan.canvas
    window.look_at(width / 2, height / 2, 1)
    window.page.keyboard.press("c")
    window.settle()
    handle = window.page.locator("#wipe")
    assert handle.get_attribute("aria-valuenow") == "50"
    x, y = window.to_window(0, 0)
    seen, drawn = window.pixels(x, y, width, height), Look().drawing(plan, album).region()
    target, half = decode(plan.target).pixels, width // 2
    assert abs(seen[-18:, : half - 4] - target[-18:, : half - 4]).mean() < 6
    assert abs(seen[-18:, half + 4 :] - drawn[-18:, half + 4 :]).mean() < 6
    handle.focus()
    for key, share in (("ArrowLeft", 48), ("PageUp", 58), ("End", 100), ("Home", 0)):
        window.page.keyboard.press(key)
        assert handle.get_attribute("aria-valuenow") == str(share)
    window.page.mouse.move(1, 350)
    window.page.mouse.down()
    window.page.mouse.move(675, 350)
    window.page.mouse.up()
    assert handle.get_attribute("aria-valuenow") == "75"
    window.page.keyboard.press("Escape")
    window.page.locator("#mosaic").focus()
    window.page.keyboard.press("Escape")
    assert not handle.is_visible()


def test_the_keyboard_moves_and_chooses(window):
    window.page.locator("#mosaic").focus()
    whole = window.run("mosaic.camera.zoom")
    for key in ("+", "+", "-"):
        window.page.keyboard.press(key)
        window.settle()
    assert window.run("mosaic.camera.zoom") == pytest.approx(whole * 1.6, rel=0.01)
    x = window.run("mosaic.camera.x")
    window.page.keyboard.press("ArrowRight")
    window.settle()
    assert window.run("mosaic.camera.x") > x
    window.page.keyboard.press("0")
    window.settle()
    assert window.run("mosaic.camera.zoom") == pytest.approx(whole)
    window.page.keyboard.press("Enter")
    middle = 3 * 9 + 4
    assert window.run("mosaic.state.chosen") == middle
    assert window.text("#say").startswith(window.text("#panel h2"))
    for key, expected in (("ArrowRight", middle + 1), ("ArrowDown", middle + 10), ("ArrowLeft", middle + 9)):
        window.page.keyboard.press(key)
        assert window.run("mosaic.state.chosen") == expected
    window.page.keyboard.press("Enter")
    window.settle()
    assert window.run("mosaic.camera.zoom") > 2 * whole


def test_the_keyboard_reaches_everything(window, mosaic):
    plan, _ = mosaic
    window.page.keyboard.press("/")
    name = plan.tiles.sources[plan.placements.tile[5]].rpartition("/")[2]
    window.page.keyboard.type(name[:2].upper())
    window.page.keyboard.press("Enter")
    assert window.text("#panel h2") == name and focus(window) == "panel"
    for theme in ("light", "dark"):
        window.page.locator("#theme").click()
        assert window.run("document.documentElement.dataset.theme") == theme
    window.page.locator("#mosaic").focus()
    reached = set()
    for _ in range(20):
        window.page.keyboard.press("Tab")
        reached.add(window.run("document.activeElement.id"))
    assert {"minus", "plus", "whole", "compare", "theme", "help", "close", "next", "near"} <= reached


def test_the_focus_goes_where_the_eye_goes(window):
    page = window.page
    page.keyboard.press("c")
    assert focus(window) == "wipe"
    page.keyboard.press("c")
    assert focus(window) == "mosaic"
    page.keyboard.press("/")
    page.keyboard.type("no such name")
    assert window.run("document.getElementById('say').textContent") == "No photo has this name"
    page.keyboard.press("Escape")
    window.run("mosaic.choose(5, false)")
    page.locator("#others button:not([disabled])").first.focus()
    page.keyboard.press("Enter")
    assert focus(window) == "panel"
    page.keyboard.press("Escape")
    assert focus(window) == "mosaic"
    page.set_viewport_size({"width": 800, "height": 260})
    page.keyboard.press("?")
    assert window.run("[document.activeElement.tagName, document.getElementById('keys').scrollTop]") == ["H2", 0]


@pytest.mark.parametrize("size", [(740, 420), (844, 390), (1010, 600)])
def test_title_and_search_leave_each_other_room(size, browser, mosaic, tmp_path):
    with Window(browser, write(*mosaic, tmp_path, title="A rather long title " * 4), size=size) as window:
        for chosen in (False, True):
            if chosen:
                window.run("mosaic.choose(0, true)")
                window.settle()
            title, search, panel = (window.page.locator(bar).bounding_box() for bar in ("#about", "#search", "#panel"))
            assert title is None or (title["width"] > 150 and title["x"] + title["width"] <= search["x"])
            assert panel is None or search["x"] + search["width"] <= panel["x"]


def test_on_a_phone_the_chosen_photo_lies_between_title_and_panel(browser, path):
    with Window(browser, path, size=(390, 700)) as window:
        title = window.page.locator("#about").bounding_box()
        window.run("mosaic.choose(4, true)")
        window.settle()
        panel = window.page.locator("#panel").bounding_box()
        top = window.to_window(*window.run("[mosaic.places.x[4], mosaic.places.y[4]]"))[1]
        assert top == pytest.approx((title["y"] + title["height"] + panel["y"]) / 2, abs=2)


def test_very_many_places_of_a_photo_are_dots(browser, tmp_path):
    album = Album([np.full((4, 4, 3), 60, np.uint8)])
    size = Size(160, 120)
    with Window(browser, write(plan_of(album, size, cells(size, 40, 30)), album, tmp_path), size=(1000, 700)) as window:
        window.look_at(80, 60, 3)
        window.run("mosaic.choose(500, false)")
        window.settle()
        found = window.pixels(*window.to_window(0, 0), 480, 360)
        dots = (abs(found - (255, 193, 94)) < 12).all(axis=2)
        each = dots[:, :336].reshape(15, 24, 14, 24).sum(axis=(1, 3))  # squares of 8 pixels, up to the panel
        assert ((each > 15) & (each < 45)).mean() > 0.98
        window.look_at(80, 60, 30)
        assert window.run("mosaic.state.chosen") == 500 and window.said == []


def test_two_fingers_zoom_about_their_middle_and_one_drags(browser, path):
    with Window(browser, path, size=(390, 700), has_touch=True) as window:
        window.run("mosaic.camera.most = 1000")
        for bar in window.page.locator(".bar").all():
            box = bar.bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= 390
        fingers = window.context.new_cdp_session(window.page)

        def touch(kind, *points):
            places = [{"x": x, "y": y, "id": k} for k, (x, y) in enumerate(points)]
            fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

        before = window.run("[mosaic.camera.zoom, ...mosaic.camera.toMosaic(190, 350)]")
        touch("touchStart", (150, 350), (230, 350))
        for away in (50, 60, 70, 80):
            touch("touchMove", (190 - away, 350), (190 + away, 350))
        touch("touchEnd")
        window.settle()
        after = window.run("[mosaic.camera.zoom, ...mosaic.camera.toMosaic(190, 350)]")
        assert after[0] == pytest.approx(2 * before[0]) and after[1:] == pytest.approx(before[1:], abs=0.5)
        touch("touchStart", (200, 350))
        for x in (190, 180, 170, 160):
            touch("touchMove", (x, 350))
        touch("touchEnd")
        window.settle()
        assert window.run("mosaic.camera.x") - after[1] == pytest.approx((5 + 40) / after[0], rel=0.1)
        assert window.run("mosaic.state.chosen") == -1 and window.said == []


def test_tens_of_thousands_of_photos_are_hit_and_found(browser, tmp_path):
    rng = np.random.default_rng(7)
    album = Album([noise(rng, 4, 4) for _ in range(50)])
    size = Size(1200, 800)
    plan = plan_of(album, size, cells(size, 300, 200), tile=rng.integers(0, 50, 60_000))
    with Window(browser, write(plan, album, tmp_path, Look(scale=0.25))) as window:
        x, y = rng.integers(0, 1200, 1000), rng.integers(0, 800, 1000)
        points = np.stack([x + 0.5, y + 0.5], axis=1).tolist()
        found = window.run("(points) => points.map(([x, y]) => mosaic.places.at(x, y))", points)
        assert found == (y // 4 * 300 + x // 4).tolist()
        assert "60,000 photos, 50 different" in window.text("#about")
        uses = np.flatnonzero(plan.placements.tile == 7)
        assert window.run("Array.from(mosaic.places.uses(7))") == uses.tolist()
        window.run("(i) => mosaic.choose(i, true)", int(uses[3]))
        assert window.text("#uses output") == f"4 of {len(uses):,}" and window.said == []


def test_a_plan_without_photos_is_a_page_all_the_same(browser, mosaic, tmp_path):
    plan, album = mosaic
    with Window(browser, write(plan.select(np.arange(0)), album, tmp_path)) as window:
        window.page.keyboard.press("Enter")
        assert window.said == [] and not window.page.locator("#panel").is_visible()


def test_it_says_that_its_folder_is_missing(browser, mosaic, tmp_path):
    page = write(*mosaic, tmp_path, embed=False, name="50% of it")
    (tmp_path / "50% of it_page").rename(tmp_path / "elsewhere")
    with Window(browser, page) as window:
        assert "50% of it_page" in window.text("#missing")


def test_hostile_names_do_no_harm(browser, tmp_path):
    rng = np.random.default_rng(1)
    album = Album([noise(rng, 8, 8)] * 2, sources=[f"folder/{HOSTILE}", "folder/\u202egpj.exe"])
    plan = plan_of(album, Size(16, 8), cells(Size(16, 8), 2, 1))
    plan = with_columns(replace(plan), error=np.array([0.5, 0.25], np.float32))
    with Window(browser, write(plan, album, tmp_path, title=f"</script>{HOSTILE}")) as window:
        window.run("mosaic.choose(0, false)")
        assert window.run("document.querySelector('#panel h2').textContent") == HOSTILE
        window.page.keyboard.press("/")
        window.page.keyboard.type("<img")
        assert window.page.locator("#found li").count() == 1
        assert window.run("document.querySelector('h1').textContent") == f"</script>{HOSTILE}"
        assert window.page.title() != "1" and window.run("document.querySelectorAll('img[onerror]').length") == 0
        assert window.said == []
        blocked = "() => { const s = document.createElement('script'); s.textContent = 'window.bad = 1';"
        window.run(blocked + " document.body.append(s); new Image().src = 'http://127.0.0.1:9/x.png' }")
        window.page.wait_for_timeout(50)
        assert window.run("window.bad") is None and sum("Content Security Policy" in text for text in window.said) == 2

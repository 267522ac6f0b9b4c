"""SVG, as an XML reader and a browser see it."""

import base64
import io
import math
import os
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from export.albums import Album, random_mosaic, smooth
from musivum.errors import OptionError
from musivum.export import Look, SvgOptions, export
from musivum.export._svg._shapes import Soft, soft_edge
from musivum.geometry import Size
from musivum.plan import Captions, bounds, rectangles
from musivum.render import Drawn, draw
from render.mosaics import cells, hexagons, plan_of

SVG, HREF = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
LINKED = SvgOptions(linked=True)
HOSTILE = ["]]>.jpg", '"quoted".jpg', "<script>'&amp;.jpg", "two\nlines.jpg", "50%#?.jpg", "a:b.jpg", "bell\x07.jpg"]


def read(path):
    return ET.fromstring(path.read_bytes())


def photos_of(root):
    """Elements of the placements, in the order of the plan."""
    found = {e.get("id"): e for e in root.iter() if (e.get("id") or "").startswith("placement")}
    return [found[f"placement{k + 1}"] for k in range(len(found))]


def matrix_of(element):
    return np.array(list(map(float, element.get("transform")[len("matrix(") : -1].split()))).reshape(3, 2).T


def pixels_of(href):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(href.partition("base64,")[2]))))


def turned_mosaic(seed, **changes):
    """Placements that are turned, mirrored, tinted with a slope, and of four photos that are shown often."""
    rng = np.random.default_rng(seed)
    size = Size(120, 72)
    album = Album([smooth(rng, 40, 30 + 4 * i) for i in range(4)])
    n = 12
    columns = {
        "mean": album.means[np.arange(n) % 4],
        "shift": rng.normal(0, 0.05, (n, 3)).astype(np.float32),
        "slope": rng.normal(0, 0.2, (n, 2, 3)).astype(np.float32),
    }
    plan = plan_of(
        album, size, cells(size, 4, 3), columns=columns, **{"tint": 1.0, "background": (90, 120, 60)} | changes
    )
    transform = plan.placements.transform.copy()
    middle = rectangles(plan.placements.crop, transform).middle
    transform[:, 1] = rng.uniform(-4, 4, n)
    moved = middle - rectangles(plan.placements.crop, transform).middle
    transform[:, 2:] += np.stack([moved.real, moved.imag], axis=1)
    photos = replace(plan.placements, transform=transform, mirror=rng.random(n) < 0.5)
    return replace(plan, placements=photos), album


@pytest.mark.parametrize("options", [None, LINKED], ids=["embedded", "linked"])
def test_every_matrix_puts_the_crop_where_the_plan_has_it(options, tmp_path):
    plan, album = turned_mosaic(1)
    export(plan, album, tmp_path / "a.svg", Look(scale=1.3), options=options, dpi=150)
    root = read(tmp_path / "a.svg")
    assert root.get("viewBox") == "0 0 120 72"
    assert float(root.get("width").removesuffix("mm")) == pytest.approx(120 * 1.3 * 25.4 / 150)
    photos, lies = photos_of(root), rectangles(plan.placements.crop, plan.placements.transform)
    assert len(photos) == len(plan.placements)
    for k, photo in enumerate(photos):
        x0, y0, x1, y1 = plan.placements.crop[k]
        corners = matrix_of(photo) @ np.array([[x0, x1, x1, x0], [y0, y0, y1, y1], [1, 1, 1, 1]])
        across, down = (
            side[k] if side is lies.down or not plan.placements.mirror[k] else -side[k] for side in lies[1:]
        )
        wanted = [lies.middle[k] + (i * across + j * down) / 2 for i, j in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
        assert corners[0] + 1j * corners[1] == pytest.approx(np.array(wanted), abs=1e-5)
        box = [float(photo.get(name)) for name in ("x", "y", "width", "height")]
        shown = (0, 0, *plan.tiles.sizes[plan.placements.tile[k]]) if options else (x0, y0, x1 - x0, y1 - y0)
        assert box == pytest.approx(shown)


def test_embedded_pictures_are_the_cells_of_the_drawing(tmp_path):
    plan, album = random_mosaic(2, cell=20)
    export(plan, album, tmp_path / "a.svg", quality=100)
    picture = draw(plan, album)
    for photo, box in zip(
        photos_of(read(tmp_path / "a.svg")), bounds(plan.placements).round().astype(int), strict=True
    ):
        x0, y0, x1, y1 = box
        apart = np.abs(pixels_of(photo.get(HREF)).astype(int) - picture[y0:y1, x0:x1])
        assert apart.max() <= 1


def test_pictures_have_the_resolution_of_the_drawing_but_no_more_than_the_photo(tmp_path):
    rng = np.random.default_rng(3)
    album = Album([smooth(rng, 50, 50)])
    plan = plan_of(album, Size(80, 20), np.array([[0, 0, 20, 20], [20, 0, 40, 20], [40, 0, 80, 20.0]]), tint=0.0)
    crop = np.array([[0, 0, 50, 50], [10, 10, 40, 40], [0, 10, 50, 35.0]])
    plan = plan_of(album, Size(80, 20), bounds(plan.placements), crop=crop, tint=0.0)
    for scale, sides in ((1.0, [(20, 20), (20, 20), (40, 20)]), (2.0, [(40, 40), (30, 30), (50, 25)])):
        export(plan, album, tmp_path / "a.svg", Look(scale=scale))
        found = [pixels_of(photo.get(HREF)).shape[1::-1] for photo in photos_of(read(tmp_path / "a.svg"))]
        assert found == sides


def test_what_is_shown_often_is_kept_once_and_as_large_as_the_largest_needs(tmp_path):
    rng = np.random.default_rng(4)
    album = Album([smooth(rng, 60, 60)])
    boxes = np.array([[0, 0, 10, 10], [10, 0, 40, 30], [40, 0, 50, 10.0]])
    plan = plan_of(album, Size(50, 30), boxes, turns=np.array([0, 1, 2]), mirror=np.array([False, True, False]))
    written = export(plan, album, tmp_path / "a.svg")
    assert written.drawn == Drawn(originals=0, thumbnails=3, upsampled=0, missing=0)
    root = read(tmp_path / "a.svg")
    assert [photo.tag for photo in photos_of(root)] == [f"{SVG}use"] * 3
    (shared,) = {photo.get(HREF) for photo in photos_of(root)}
    (picture,) = [e for e in root.iter(f"{SVG}image") if e.get("id") == shared[1:]]
    assert pixels_of(picture.get(HREF)).shape[:2] == (30, 30)
    tinted = replace(
        plan, tint=1.0, placements=replace(plan.placements, shift=rng.normal(0, 1, (3, 3)).astype(np.float32))
    )
    export(tinted, album, tmp_path / "b.svg")
    assert {photo.tag for photo in photos_of(read(tmp_path / "b.svg"))} == {f"{SVG}image"}


def test_pictures_are_the_same_whatever_the_sheet_they_are_drawn_on(tmp_path, monkeypatch):
    plan, album = turned_mosaic(5)
    export(plan, album, tmp_path / "a.svg", quality=100)
    monkeypatch.setattr("musivum.export._svg._pictures._WIDTHS", (50,))
    export(plan, album, tmp_path / "b.svg", Look(workers=3), quality=100)
    for one, other in zip(photos_of(read(tmp_path / "a.svg")), photos_of(read(tmp_path / "b.svg")), strict=True):
        assert (pixels_of(one.get(HREF)) == pixels_of(other.get(HREF))).all()


@pytest.mark.parametrize("options", [None, LINKED], ids=["embedded", "linked"])
def test_hostile_names_stay_names(options, tmp_path):
    plan, album = random_mosaic(6)
    names = [*HOSTILE, b"caf\xe9.jpg".decode("utf-8", "surrogateescape"), "ä/é.tif", "/elsewhere/x.jpg"]
    sources = (*(os.path.join(tmp_path, "photos", name) for name in names), *album.sources[len(names) :])
    album.sources = sources
    captions = Captions(('<b>"]]>&', "x"), np.array([[0, 0, 100, 20], [0, 20, 100, 40.0]]), 9.0, (1, 2, 3))
    plan = replace(plan, tiles=replace(plan.tiles, sources=sources), captions=captions)
    path = tmp_path / "deep" / "<a>&'\".svg"
    path.parent.mkdir()
    written = export(plan, album, path, options=options)
    root = read(path)
    assert root.find(f"{SVG}title").text == "<a>&'\""
    assert [text.text for text in root.iter(f"{SVG}text")] == list(captions.text)
    for k, photo in enumerate(photos_of(root)):
        source = sources[plan.placements.tile[k]]
        title = photo.find(f"{SVG}title").text
        assert title == re.sub("[\x07\udce9]", "\ufffd", os.path.basename(source))
        if options:
            href = photo.get(HREF)
            assert not os.path.isabs(href) and re.fullmatch(r"[\w./%~-]+", href, re.ASCII)
            assert Path(os.path.normpath(path.parent / os.fsdecode(unquote_to_bytes(href)))) == Path(source).absolute()
    if options:
        assert "13 of the linked photos are not where they were" in written.remarks
        assert any("tint" in remark for remark in written.remarks)


def test_what_has_no_file_to_link_is_embedded(tmp_path):
    plan, album = random_mosaic(6)
    there = tmp_path / "7.jpg"
    there.touch()
    files = [f"/nowhere/{i}.tif" for i in range(4)] + [os.fspath(there), os.fspath(there.with_suffix(".tif"))]
    there.with_suffix(".tif").touch()
    sources = ("builtin:plain:3", *(f"generated:stripes/{i}" for i in range(6)), *files)
    album.sources = sources
    plan = replace(plan, tiles=replace(plan.tiles, sources=sources))
    written = export(plan, album, tmp_path / "a.svg", options=LINKED, quality=100)
    export(plan, album, tmp_path / "b.svg", quality=100)
    for k, (linked, embedded) in enumerate(
        zip(photos_of(read(tmp_path / "a.svg")), photos_of(read(tmp_path / "b.svg")), strict=True)
    ):
        drawn = plan.placements.tile[k] < 7
        assert (linked.get(HREF) == embedded.get(HREF)) == drawn == (not linked.get(HREF).endswith(("jpg", "tif")))
    used = {int(tile) for tile in plan.placements.tile}
    assert written.drawn.thumbnails == sum(plan.placements.tile < 7)
    assert written.remarks == (
        f"{len(used & {*range(7)})} of the photos have no file to link, such as built-in ones, and are embedded",
        "linked photos keep their own colours: the tint is only in embedded ones",
        f"{len(used & {*range(7, 11)})} of the linked photos are not where they were",
        "1 of the linked photos are of kinds that browsers do not show, such as TIFF",
    )
    drawn = plan.select(np.flatnonzero(plan.placements.tile < 7))
    assert not any(
        "linked photos" in remark for remark in export(drawn, album, tmp_path / "c.svg", options=LINKED).remarks
    )


@pytest.mark.parametrize("feather", [0.0, 0.2])
def test_a_gap_that_is_wider_than_the_cells_leaves_nothing_of_those_inside(feather, tmp_path):
    plan, album = random_mosaic(7)
    export(plan, album, tmp_path / "a.svg", Look(gap=30.0, feather=feather))
    clips = {e.get("id"): e[0] for e in read(tmp_path / "a.svg").iter(f"{SVG}clipPath")}
    for k in range(63):
        inside = 0 < k % 9 < 8 or 0 < k // 9 < 6
        assert not inside or 0.0 in (float(clips[f"cut{k + 1}"].get(side)) for side in ("width", "height"))
    comb = plan_of(album, Size(60, 52), hexagons(Size(60, 52), 6, 6), outline="hexagon")
    export(comb, album, tmp_path / "b.svg", Look(gap=12.0))
    for shape in read(tmp_path / "b.svg").iter(f"{SVG}polygon"):
        points = np.array(shape.get("points").split(), float).reshape(-1, 2)
        assert np.ptp(points, axis=0) == pytest.approx(0, abs=1e-6)


def test_alternates_are_refused_before_anything_is_written(tmp_path):
    plan, album = random_mosaic(7)
    with pytest.raises(OptionError, match="--alternates"):
        export(plan, album, tmp_path / "a.svg", Look(alternates=1))
    assert not list(tmp_path.iterdir())


def test_rows_are_layers_of_inkscape_with_their_photos_in_painting_order(tmp_path):
    plan, album = random_mosaic(8)
    export(plan, album, tmp_path / "a.svg")
    root = read(tmp_path / "a.svg")
    label = "{http://www.inkscape.org/namespaces/inkscape}label"
    groups = [e for e in root.iter(f"{SVG}g") if (e.get("id") or "").startswith("group")]
    assert [group.get(label) for group in groups] == [f"row {row} (9 photos)" for row in range(7, 0, -1)]
    for row, group in zip(range(6, -1, -1), groups, strict=True):
        assert [e.get("id") for e in group] == [f"placement{9 * row + k + 1}" for k in range(9)]


@pytest.mark.parametrize("corner", [0.0, 0.3])
@pytest.mark.parametrize("wide", [False, True])
def test_soft_edges_are_those_of_the_drawing(corner, wide):
    size = Size(360, 180) if wide else Size(160, 320)
    album = Album([np.full((8, 8, 3), 200, np.uint8)])
    plan = plan_of(
        album,
        size,
        np.array([[0, 0, *size]], float),
        crop=np.array([[0, 0, 8, 8 / size.aspect]]) if wide else np.array([[0, 0, 4, 8.0]]),
    )
    drawn = draw(plan, album, feather=0.4, corner=corner, background="transparent")[..., 3]
    mask = Image.fromarray(soft_edge(Soft(32 if wide else -32, 0.4, corner))).resize(size, Image.Resampling.BILINEAR)
    assert np.abs(np.asarray(mask).astype(int) - drawn).max() <= 6


@pytest.mark.parametrize("options", [None, LINKED], ids=["embedded", "linked"])
def test_masks_cover_the_crop_in_pixels_of_the_photo(options, tmp_path):
    plan, album = turned_mosaic(9)
    export(plan, album, tmp_path / "a.svg", Look(feather=0.3), options=options)
    root = read(tmp_path / "a.svg")
    masks = {e.get("id"): e for e in root.iter(f"{SVG}mask")}
    for k, photo in enumerate(photos_of(root)):
        mask, (x0, y0, x1, y1) = masks[photo.get("mask")[5:-1]], plan.placements.crop[k]
        assert matrix_of(mask[0]) == pytest.approx(np.array([[x1 - x0, 0, x0], [0, y1 - y0, y0]]))
        box = [float(mask.get(name)) for name in ("x", "y", "width", "height")]
        assert box == pytest.approx([x0, y0, x1 - x0, y1 - y0])
        assert root.find(f".//{SVG}image[@id='{mask[0].get(HREF)[1:]}']") is not None


@pytest.mark.parametrize(
    ("look", "there"),
    [({}, True), ({"gap": 2.0}, False), ({"feather": 0.1}, False), ({"corner": 0.1}, False)],
    ids=str,
)
def test_the_mosaic_lies_under_the_seams_of_cells_that_touch(look, there, tmp_path):
    plan, album = random_mosaic(10)
    export(plan, album, tmp_path / "a.svg", Look(**look), quality=100)
    found = read(tmp_path / "a.svg").find(f".//{SVG}image[@id='seams']")
    assert (found is not None) == there
    assert not there or (pixels_of(found.get(HREF)) == draw(plan, album)).all()
    export(plan, album, tmp_path / "b.svg", Look(background="transparent"))
    assert read(tmp_path / "b.svg").find(f".//{SVG}image[@id='seams']") is None


def grid():
    return random_mosaic(11, cell=16)


def turned():
    return turned_mosaic(12)


def see_through():
    plan, album = turned()
    opacity = np.linspace(0.2, 1, 12, dtype=np.float32)
    return replace(plan, placements=replace(plan.placements, opacity=opacity)), album


def comb():
    _, album = turned()
    size, turns = Size(120, 104), np.arange(18) % 4 * 2
    plan = plan_of(album, size, hexagons(size, 4, 4), outline="hexagon", turns=turns, background=(9, 9, 9))
    return plan, album


def captioned():
    plan, album = turned()
    lines = ("Hhxx caption", "a text that is much too long")
    text = Captions(lines, np.array([[4, 4, 116, 40], [4, 50, 116, 86.0]]), 16, (255, 255, 0))
    return replace(plan.select(np.arange(0)), captions=text), album


SEEN = {
    "grid": (grid, {}, 2.5),
    "overlaid": (grid, {"overlay": 0.4, "grey": True}, 8.0),
    "apart": (grid, {"gap": 4.0, "corner": 0.3, "background": (250, 200, 0)}, 4.0),
    "on target": (grid, {"feather": 0.3, "background": "target"}, 9.0),
    "turned": (turned, {}, 2.0),
    "turned and soft": (turned, {"feather": 0.2, "corner": 0.2}, 7.0),
    "see-through": (see_through, {}, 8.0),
    "comb": (comb, {}, 2.5),
    "comb apart": (comb, {"gap": 5.0}, 3.5),
    "captions": (captioned, {}, 8.0),
}
"""Plans, how they are drawn, and by how much of a byte browsers may differ on average.

They blend in sRGB and not in linear light, so soft and see-through photos differ more.
"""


def look_at(path, browser, picture):
    """How much an SVG in a browser differs from a picture."""
    height, width = picture.shape[:2]
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(path.as_uri())
    seen = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
    page.close()
    return np.abs(seen.astype(int) - picture).mean()


@pytest.mark.parametrize(("make", "look", "most"), SEEN.values(), ids=SEEN)
def test_a_browser_sees_what_we_draw(make, look, most, browser, tmp_path):
    plan, album = make()
    export(plan, album, tmp_path / "a.svg", Look(scale=2.0, **look), dpi=96, quality=100)
    assert look_at(tmp_path / "a.svg", browser, draw(plan, album, scale=2.0, **look)) < most


@pytest.mark.parametrize("built_in", [0, 2])
@pytest.mark.parametrize(
    ("look", "most"), [({}, 2.0), ({"grey": True, "corner": math.pi / 10}, 3.0)], ids=["plain", "grey"]
)
def test_a_browser_sees_linked_photos_in_their_own_colours(look, most, built_in, browser, tmp_path):
    plan, album = turned()
    files = []
    for number in range(4):
        files.append(os.fspath(tmp_path / f"# {number} %41 ä'\".png"))
        Image.fromarray(album.thumbs[number]).save(files[-1])
    album.sources = (*(f"builtin:{k}" for k in range(built_in)), *files[built_in:])
    tint = {"tint": 0.0} if built_in else {}  # built-in pictures are embedded, with the tint
    export(plan, album, tmp_path / "a.svg", Look(scale=2.0, **look, **tint), options=LINKED, dpi=96, quality=100)
    assert look_at(tmp_path / "a.svg", browser, draw(plan, album, scale=2.0, **look, tint=0.0)) < most

"""Layers, read back by programs that others wrote."""

import csv
import io
import zipfile
from dataclasses import replace
from typing import NamedTuple
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image
from psd_tools import PSDImage
from psd_tools.constants import Resource

from export.albums import random_mosaic, smooth
from musivum import api
from musivum.color import linear_from_srgb, srgb_from_linear
from musivum.errors import OptionError
from musivum.export import LayerOptions, Look, check_export, export, export_layers
from musivum.export._layered import _layers as layers_module
from musivum.export._layered import _psd as psd_module
from musivum.export._layered._openraster import _reducing
from musivum.geometry import Size
from musivum.plan import Captions, TileTable, instead
from render.mosaics import FakeLibrary, cells, hexagons, plan_of

HOSTILE = (
    "../../escaped.png",
    "C:\\windows\\=cmd|' /C calc'!A0",
    "a\nb\x00\x1b[31m\x7f.jpg",
    "\u202egpj.exe\u2066",
    "x" * 300,
    "שלום & <b>'\"</b>.jpg",
    "\U0001f5bc\U0001f5bc.png",
    "\ud83d half.jpg",
    "-.jpg",
    "\ufffe\uffff",
)


class Read(NamedTuple):
    name: str
    group: str
    x: int
    y: int
    pixels: np.ndarray
    opacity: float
    visible: bool


class File(NamedTuple):
    layers: list[Read]
    picture: np.ndarray | None


def read_psd(path):
    psd = PSDImage.open(path)
    found = []
    for outer in psd:
        assert outer.kind in ("group", "pixel") and outer.blend_mode.name in ("NORMAL", "PASS_THROUGH")
        for layer in outer if outer.is_group() else [outer]:
            group = outer.name if outer.is_group() else ""
            pixels = np.asarray(layer.topil().convert("RGBA"))
            found.append(Read(layer.name, group, *layer.offset, pixels, layer.opacity / 255, layer.visible))
    return File(found, np.asarray(psd.topil()))


def read_ora(path):
    def opened(archive, name):
        return np.asarray(Image.open(io.BytesIO(archive.read(name))))

    with zipfile.ZipFile(path) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert archive.read("mimetype") == b"image/openraster"
        assert max(opened(archive, "Thumbnails/thumbnail.png").shape[:2]) <= 256
        found = []
        image = ET.fromstring(archive.read("stack.xml"))
        for outer in reversed(image.find("stack")):
            for layer in reversed(outer) if outer.tag == "stack" else [outer]:
                pixels = np.asarray(Image.fromarray(opened(archive, layer.get("src"))).convert("RGBA"))
                found.append(
                    Read(
                        layer.get("name"),
                        outer.get("name") if outer.tag == "stack" else "",
                        int(layer.get("x")),
                        int(layer.get("y")),
                        pixels,
                        float(layer.get("opacity")),
                        layer.get("visibility") == "visible",
                    )
                )
        picture = opened(archive, "mergedimage.png")
        assert (int(image.get("w")), int(image.get("h"))) == picture.shape[1::-1]
        return File(found, picture)


def read_folder(path):
    with (path / "placements.csv").open(encoding="utf-8", errors="surrogateescape", newline="") as table:
        lines = list(csv.DictReader(table))
    assert {line["file"] for line in lines} | {"placements.csv", ".musivum"} == {entry.name for entry in path.iterdir()}
    found = []
    for line in lines:
        pixels = np.asarray(Image.open(path / line["file"]).convert("RGBA"))
        assert pixels.shape[1::-1] == (int(line["width"]), int(line["height"]))
        place = int(line["x"]), int(line["y"])
        found.append(
            Read(line["name"], line["group"], *place, pixels, float(line["opacity"]), line["visible"] == "yes")
        )
    return File(found, None)


def rows_of_cells(seed, **changes):
    """Four rows of six tinted cells."""
    return random_mosaic(seed, columns=6, rows=4, **changes)


KINDS = {".psd": read_psd, ".psb": read_psd, ".ora": read_ora, "": read_folder}
every_kind = pytest.mark.parametrize("kind", KINDS)
each_kind = pytest.mark.parametrize("kind", [".psd", ".ora", ""])  # those that differ by more than widths of numbers


def written(kind, plan, album, folder, look=None, **options):
    path = folder / f"picture{kind}"
    told = LayerOptions(**options)
    look = look or Look()
    picture = (
        export(plan, album, path, look, options=told) if kind else export_layers(plan, album, path, look, options=told)
    )
    return picture, KINDS[kind](path)


def over(layers, size, *, linear=False, on=(0, 0, 0)):
    """Visible layers laid on a colour, in sRGB numbers or in linear light."""
    light = np.full((size.height, size.width, 3), on, np.uint8)
    light = linear_from_srgb(light).astype(float) if linear else light.astype(float)
    for layer in layers:
        if layer.visible:
            part = light[layer.y : layer.y + len(layer.pixels), layer.x : layer.x + layer.pixels.shape[1]]
            colours = linear_from_srgb(layer.pixels[..., :3]) if linear else layer.pixels[..., :3]
            part += layer.pixels[..., 3:] / 255 * layer.opacity * (colours - part)
    return (srgb_from_linear(light.astype(np.float32)) if linear else np.rint(light)).astype(int)


def free_form(seed, **changes):
    """Turned, soft photos of several opacities and sizes over each other."""
    rng = np.random.default_rng(seed)
    album = FakeLibrary([smooth(rng, 40, 30) for _ in range(6)], sources=[f"photos/{name}.jpg" for name in "abcdef"])
    n, size = 24, Size(110, 90)
    middle, side = rng.uniform(0, 110, (n, 2)), np.repeat([14.0, 24.0, 40.0], [12, 8, 4])[:, None]
    boxes = np.concatenate([middle - side / 2, middle + side / 2], axis=1)
    columns = {"opacity": rng.uniform(0.4, 1, n), "feather": rng.uniform(0, 0.4, n)}
    settings = {"columns": columns, "recipe": {"engine": "fractal"}, "background": (30, 90, 60)}
    plan = plan_of(album, size, boxes, **settings | changes)
    transform = plan.placements.transform.copy()
    turn = rng.uniform(-0.5, 0.5, n)
    centre = boxes.reshape(n, 2, 2).mean(axis=1)
    crop_middle = plan.placements.crop.reshape(n, 2, 2).mean(axis=1)
    cos, sin = transform[:, 0] * np.cos(turn), transform[:, 0] * np.sin(turn)
    transform[:, 1] = turn
    transform[:, 2] = centre[:, 0] - cos * crop_middle[:, 0] + sin * crop_middle[:, 1]
    transform[:, 3] = centre[:, 1] - sin * crop_middle[:, 0] - cos * crop_middle[:, 1]
    return replace(plan, placements=replace(plan.placements, transform=transform)), album


@every_kind
def test_photos_their_alternates_and_the_target_are_layers(kind, tmp_path):
    plan, album = rows_of_cells(4)
    look = Look(scale=1.7)
    picture, (layers, _) = written(kind, plan, album, tmp_path, look, hidden=2)
    assert picture.remarks == () and picture.drawn.thumbnails + picture.drawn.originals == 24
    assert [(one.name, one.visible) for one in layers[:2]] == [("Background", True), ("Target", False)]
    drawing = look.drawing(plan, album)
    names, groups = [], []
    for row in reversed(range(4)):
        for k in reversed(range(6 * row, 6 * row + 6)):
            near = [tile for tile in plan.alternates.tile[k].tolist() if tile != plan.placements.tile[k]][:2]
            tiles = [int(plan.placements.tile[k]), *near]
            place = f"row {row + 1}, column {k % 6 + 1}"
            names += [f"{t}, a.jpg · {place}" + (f", alternate {i}" if i else "") for i, t in enumerate(tiles)]
            groups += [f"row {row + 1} (6 photos)"] * len(tiles)
    photos = layers[2:]
    assert [one.name for one in photos] == names and [one.group for one in photos] == groups
    assert [one.visible for one in photos] == ["alternate" not in name for name in names]
    chosen = [one for one in photos if one.visible]
    for one, k in zip(chosen, reversed(range(24)), strict=True):
        layer = drawing.layer(k)
        assert (one.x, one.y) == (layer.x, layer.y)
        np.testing.assert_array_equal(one.pixels, layer.pixels)
    first = plan.alternates.tile != plan.placements.tile[:, None]
    column = np.argmax(first, axis=1)
    other = replace(plan, placements=instead(plan.placements, plan.alternates, np.arange(24), column))
    drawing = look.drawing(other, album)
    for one, k in zip([one for one in photos if one.name.endswith(", alternate 1")], reversed(range(24)), strict=True):
        np.testing.assert_array_equal(one.pixels, drawing.layer(k).pixels)


@every_kind
@pytest.mark.parametrize("merged", [False, True])
def test_opaque_cells_laid_on_each_other_are_the_picture(kind, merged, tmp_path):
    plan, album = rows_of_cells(5)
    look = Look(scale=1.3, gap=2.0)
    picture, (layers, whole) = written(kind, plan, album, tmp_path, look, most_layers=3 if merged else None)
    drawn = look.drawing(plan, album).region()
    np.testing.assert_array_equal(over(layers, picture.size), drawn)
    assert whole is None or np.array_equal(whole, drawn)
    if merged:
        assert len(layers) == 5 and layers[-1].name.startswith("Row")
        assert picture.remarks == (
            "24 photos are more layers than 3: merged by group into 3, without the next-best photos",
        )
    assert picture.drawn.thumbnails + picture.drawn.originals == 24


@each_kind
@pytest.mark.parametrize("merged", [False, True])
def test_soft_photos_laid_on_each_other_in_linear_light_are_the_picture(kind, merged, tmp_path):
    plan, album = free_form(6)
    look = Look(scale=1.6)
    picture, (layers, whole) = written(kind, plan, album, tmp_path, look, most_layers=9 if merged else None)
    drawn = look.drawing(plan, album).region().astype(int)
    assert np.abs(over(layers, picture.size, linear=True) - drawn).max() <= 4  # opacities are bytes
    assert whole is None or np.array_equal(whole, drawn)
    if not merged and kind != ".ora":
        tops = [one.opacity for one in layers if one.group]
        there = [k for k in range(24) if look.drawing(plan, album).layer(k) is not None]
        np.testing.assert_allclose(tops, plan.placements.opacity[there], atol=0.5 / 255)


def test_another_program_makes_the_picture_of_them_that_a_mix_of_srgb_numbers_is(tmp_path):
    plan, album = free_form(7, columns={"feather": np.full(24, 0.1)})
    picture, (layers, _) = written(".psd", plan, album, tmp_path)
    seen = np.asarray(PSDImage.open(picture.path).composite(force=True).convert("RGB")).astype(int)
    assert np.abs(seen - over(layers, picture.size)).max() <= 1
    apart = np.abs(seen - Look().drawing(plan, album).region())
    assert apart.max() > 8 and apart.mean() < 3


@each_kind
@pytest.mark.parametrize("merged", [False, True])
def test_hexagons_leave_no_seam(kind, merged, tmp_path):
    rng = np.random.default_rng(8)
    album = FakeLibrary(
        [np.full((30, 30, 3), 200, np.uint8) + rng.integers(0, 9, 3).astype(np.uint8) for _ in range(3)]
    )
    boxes, size = hexagons(Size(90, 78), 4, 4), Size(90, 78)
    near = np.ones((len(boxes), 1), int), np.ones((len(boxes), 1))
    plan = plan_of(album, size, boxes, outline="hexagon", nearest=near)
    look = Look(scale=1.9)
    picture, (layers, _) = written(kind, plan, album, tmp_path, look, most_layers=2 if merged else None)
    drawn = look.drawing(plan, album).region()
    assert np.abs(over(layers, picture.size, linear=True) - drawn).max() <= 2
    shown = {one.name.split(" · ")[1]: one for one in layers if " · " in one.name}
    for name, one in shown.items():
        if ", alternate" in name:
            np.testing.assert_array_equal(one.pixels[..., 3], shown[name.split(", alt")[0]].pixels[..., 3])


@each_kind
@pytest.mark.parametrize(("gap", "opacity"), [(4.0, 1.0), (0.0, 0.5)])
def test_hexagons_that_do_not_fill_what_they_touch_are_cut_as_they_are_drawn(kind, gap, opacity, tmp_path):
    album = FakeLibrary([smooth(np.random.default_rng(9), 30, 30) for _ in range(3)])
    boxes = hexagons(Size(90, 78), 4, 4)
    columns = {"opacity": np.full(len(boxes), opacity)}
    plan = plan_of(album, Size(90, 78), boxes, outline="hexagon", columns=columns)
    _, (layers, _) = written(kind, plan, album, tmp_path, Look(gap=gap))
    drawing = Look(gap=gap).drawing(plan, album)
    for k, one in enumerate(reversed(layers[1:])):
        np.testing.assert_array_equal(one.pixels, drawing.layer(k).pixels)


@each_kind
def test_nothing_stays_nothing(kind, tmp_path):
    plan, album = free_form(10)
    look = Look(background="transparent", corner=0.3)
    picture, (layers, whole) = written(kind, plan, album, tmp_path, look)
    drawn = look.drawing(plan, album).region()
    assert all(one.group for one in layers)
    if whole is not None:
        np.testing.assert_array_equal(whole[..., 3], drawn[..., 3])
        assert np.abs(whole.astype(int) - drawn)[drawn[..., 3] > 128].max() <= 2
    on = (90, 140, 40)
    below = linear_from_srgb(np.array([on], np.uint8))[0]
    light = below + drawn[..., 3:] / 255 * (linear_from_srgb(drawn[..., :3]) - below)
    expected = srgb_from_linear(light.astype(np.float32)).astype(int)
    assert np.abs(over(layers, picture.size, linear=True, on=on) - expected).max() <= 4


@each_kind
def test_captions_lie_on_the_target_that_lies_on_the_photos(kind, tmp_path):
    plan, album = rows_of_cells(11, cell=16)
    text = Captions(("above all", "b"), np.array([[10.0, 10, 70, 30], [20, 30, 90, 60]]), 12.0, (250, 220, 10))
    plan = replace(plan, captions=text)
    look = Look(scale=2.0, overlay=0.3, background="target", grey=True)
    picture, (layers, _) = written(kind, plan, album, tmp_path, look, hidden=0)
    assert [one.name for one in layers[-2:]] == ["Target over the photos", "Captions"]
    assert (layers[0].name, layers[0].visible, len(layers)) == ("Target", True, 27)
    assert layers[-2].opacity == pytest.approx(0.3, abs=0.5 / 255)
    assert (layers[-1].x, layers[-1].y) == (20, 20) and layers[-1].pixels.shape[:2] == (100, 160)
    drawn = look.drawing(plan, album).region()
    assert np.abs(over(layers, picture.size, linear=True) - drawn).max() <= 3
    _, (without, _) = written(kind, plan, album, tmp_path, replace(look, captions=False, overlay=0.0), hidden=0)
    assert [one.name for one in without] == [one.name for one in layers[:-2]]
    _, (merged, _) = written(kind, plan, album, tmp_path, look, most_layers=2)
    np.testing.assert_array_equal(over(merged, picture.size), over(layers, picture.size))


@each_kind
def test_a_damaged_target_is_left_out_unless_it_is_to_be_seen(kind, tmp_path):
    plan, album = rows_of_cells(11)
    _, (whole, _) = written(kind, plan, album, tmp_path, hidden=0)
    damaged = replace(plan, target=b"no picture")
    picture, (layers, _) = written(kind, damaged, album, tmp_path, hidden=0)
    (remark,) = picture.remarks
    assert remark.startswith("there is no layer of the target") and "\n" not in remark
    assert [one.name for one in layers] == [one.name for one in whole if one.name != "Target"]
    for look in (Look(background="target"), Look(overlay=0.2)):
        with pytest.raises(OptionError, match="target"):
            written(kind, damaged, album, tmp_path, look)


@each_kind
def test_the_same_plan_gives_the_same_bytes_with_any_number_of_workers(kind, tmp_path):
    plan, album = free_form(12)
    found = []
    for workers in (1, 3):
        folder = tmp_path / str(workers)
        folder.mkdir()
        written(kind, plan, album, folder, Look(workers=workers))
        found.append({file.name: file.read_bytes() for file in folder.rglob("*") if file.is_file()})
    assert found[0] == found[1]


@each_kind
def test_names_of_photos_do_no_harm(kind, tmp_path):
    rng = np.random.default_rng(13)
    album = FakeLibrary([smooth(rng, 20, 20) for _ in HOSTILE])
    plan = plan_of(album, Size(50, 20), cells(Size(50, 20), 5, 2))
    plan = replace(plan, tiles=TileTable(plan.tiles.ids, HOSTILE, plan.tiles.sizes))
    _, (layers, _) = written(kind, plan, album, tmp_path)
    names = {one.name for one in layers[1:]}
    assert len(names) == 10 and all(len(name) <= 150 and name.isprintable() for name in names)
    shown = {name.split(" · ")[0] for name in names}
    assert {"escaped.png", "gpj.exe", "a b [31m .jpg", "half.jpg", "\U0001f5bc\U0001f5bc.png"} <= shown
    assert any(name.startswith("xxx") and name.endswith("… · row 1, column 5") for name in names)
    assert {entry.name for entry in tmp_path.iterdir()} == {f"picture{kind}"}
    if not kind:
        with (tmp_path / "picture/placements.csv").open(
            encoding="utf-8", errors="surrogateescape", newline=""
        ) as table:
            assert not any(value[:1] in tuple("=+-@") for line in csv.reader(table) for value in line)


@each_kind
@pytest.mark.parametrize("mosaic", [free_form, rows_of_cells])
def test_large_photos_are_drawn_in_strips(kind, mosaic, tmp_path, monkeypatch):
    plan, album = mosaic(14)
    picture, (before, _) = written(kind, plan, album, tmp_path)
    monkeypatch.setattr(layers_module, "_LARGE", 0)
    again, (after, _) = written(kind, plan, album, tmp_path)
    for one, other in zip(before, after, strict=True):
        assert one.name == other.name and one.opacity == other.opacity
        np.testing.assert_array_equal(over([one], picture.size), over([other], picture.size))
    assert again.drawn == picture.drawn


@each_kind
def test_alternates_are_left_out_before_photos_are_merged(kind, tmp_path):
    plan, album = rows_of_cells(15)
    picture, (layers, _) = written(kind, plan, album, tmp_path, hidden=3, most_layers=40)
    assert len(layers) == 26 and all(" · " in one.name for one in layers[2:])
    (remark,) = picture.remarks
    assert remark.endswith("next-best photos are left out: with them there are more layers than 40")


def test_a_document_with_opacity_is_kept_as_it_looks_on_white(tmp_path):
    plan, album = free_form(16)
    look = Look(background="transparent")
    picture, _ = written(".psd", plan, album, tmp_path, look)
    raw = PSDImage.open(picture.path)._record.image_data.get_data(raw_header(picture.path))
    planes = np.stack([np.frombuffer(plane, np.uint8).reshape(picture.size[::-1]) for plane in raw], axis=-1)
    drawn = look.drawing(plan, album).region() / 255
    white = 255 * (drawn[..., :3] * drawn[..., 3:] + 1 - drawn[..., 3:])
    assert np.abs(planes[..., :3] - white).max() <= 0.51


def raw_header(path):
    return PSDImage.open(path)._record.header


def test_resolution_and_profile_are_kept(tmp_path):
    plan, album = rows_of_cells(17)
    for kind in (".psd", ".psb"):
        export(plan, album, tmp_path / f"a{kind}", dpi=254.5)
        psd = PSDImage.open(tmp_path / f"a{kind}")
        assert psd.version == (1 if kind == ".psd" else 2)
        resolution = psd.image_resources.get_data(Resource.RESOLUTION_INFO)
        assert resolution.horizontal / 65536 == pytest.approx(254.5)
        assert b"sRGB" in psd.image_resources.get_data(Resource.ICC_PROFILE).replace(b"\0", b"")


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize(("height", "width"), [(11, 14), (2, 9), (7, 1)])
def test_thumbnails_are_means_of_squares_in_which_what_is_transparent_has_no_colour(channels, height, width):
    pixels = np.random.default_rng(23).integers(0, 256, (height, width, channels), dtype=np.uint8)
    out = []
    assert np.array_equal(np.concatenate(list(_reducing(np.array_split(pixels, 3), 4, out))), pixels)
    small = np.concatenate(out)
    assert small.shape == (-(-height // 4), -(-width // 4), channels)
    for i, j in np.ndindex(small.shape[:2]):
        square = pixels[4 * i : 4 * i + 4, 4 * j : 4 * j + 4].reshape(-1, channels).astype(float)
        weights = square[:, 3] if channels == 4 else np.ones(len(square))
        colour = np.average(square[:, :3], axis=0, weights=weights)
        np.testing.assert_allclose(small[i, j, :3], colour, atol=0.51)
        assert channels == 3 or small[i, j, 3] == pytest.approx(square[:, 3].mean(), abs=0.51)


def test_each_channel_is_packed_or_not_whichever_is_shorter(tmp_path):
    rng = np.random.default_rng(22)
    album = FakeLibrary([rng.integers(0, 256, (20, 20, 3), dtype=np.uint8)])
    plan = plan_of(album, Size(40, 20), cells(Size(40, 20), 2, 1))
    export(plan, album, tmp_path / "a.psd")
    record = PSDImage.open(tmp_path / "a.psd")._record.layer_and_mask_information.layer_info
    kinds = [[int(channel.compression) for channel in channels] for channels in record.channel_image_data]
    assert kinds == [[1, 1, 1, 1], [0, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]


@pytest.mark.parametrize("name", ["a.psd", "a.PSD"])
def test_too_large_documents_are_refused_with_what_to_write(name, tmp_path):
    for size, what in ((Size(30001, 9), "30,001 x 9; write a .psb"), (Size(29999, 29999), "2.7 GB and .psd holds")):
        with pytest.raises(OptionError, match=r"write a \.psb") as fault:
            check_export(tmp_path / name, size)
        assert what in str(fault.value) and "\n" not in str(fault.value)
    check_export(tmp_path / name, Size(30000, 20000))
    check_export(tmp_path / "a.psb", Size(300000, 30000))
    with pytest.raises(OptionError, match="draw it smaller"):
        check_export(tmp_path / "a.psb", Size(300001, 9))
    with pytest.raises(OptionError, match="most-layers is 20,000"):
        check_export(tmp_path / name, Size(9, 9), options=LayerOptions(most_layers=20000))


def test_layers_of_more_than_two_gigabytes_are_refused_before_they_are_drawn(tmp_path, monkeypatch):
    plan, album = rows_of_cells(18)
    exact = 3 * 72 * 48 * (1 + 2 + 2)  # photos, two alternates each at most, target and picture
    monkeypatch.setattr(psd_module, "_LARGEST_PSD", exact // 2)
    seen = []
    with pytest.raises(OptionError, match=r"write a \.psb"):
        export(
            plan, album, tmp_path / "a.psd", options=LayerOptions(hidden=2), progress=lambda *step: seen.append(step)
        )
    assert not seen and not list(tmp_path.iterdir())
    export(plan, album, tmp_path / "a.psb", options=LayerOptions(hidden=2))


def test_what_layers_cannot_hold_is_refused_in_one_line(tmp_path):
    plan, album = rows_of_cells(19)
    for path in (tmp_path / "a.psd", tmp_path / "a.ora"):
        with pytest.raises(OptionError, match="give --hidden 2"):
            export(plan, album, path, Look(alternates=2))
        with pytest.raises(OptionError, match="3 at most"):
            export(plan, album, path, options=LayerOptions(hidden=4))
    for wrong in ({"hidden": -1}, {"most_layers": 0}):
        with pytest.raises(OptionError):
            LayerOptions(**wrong)
    with pytest.raises(OptionError, match="those of layers only"):
        export_layers(plan, album, tmp_path / "a", options=Look())
    with pytest.raises(OptionError, match="not a resolution"):
        export_layers(plan, album, tmp_path / "a", dpi=0)
    (tmp_path / "a").mkdir()
    (tmp_path / "a/dear.txt").write_text("dear")
    with pytest.raises(OptionError, match="it holds other things"):
        export_layers(plan, album, tmp_path / "a")


def test_a_folder_or_a_file_is_written_and_not_both(tmp_path):
    for outputs in ({}, {"output": tmp_path / "a.png", "layers": tmp_path / "b"}):
        with pytest.raises(OptionError, match=r"--output.*--layers"):
            api.render(tmp_path / "none.mosaic", **outputs)


@each_kind
def test_a_plan_without_photos_has_its_background(kind, tmp_path):
    plan, album = rows_of_cells(20)
    picture, (layers, _) = written(kind, plan.select(np.zeros(0, int)), album, tmp_path)
    assert [one.name for one in layers] == ["Background", "Target"]
    np.testing.assert_array_equal(over(layers, picture.size)[0, 0], [255, 0, 255])

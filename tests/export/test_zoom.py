"""Pictures that are looked at piece by piece, put together again by the rules of their formats."""

import io
import json
import math
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from export.albums import random_mosaic
from musivum.color import linear_from_srgb, srgb_from_linear
from musivum.errors import OptionError
from musivum.export import Look, ZoomOptions, check_export, export
from musivum.export._zoom._halve import halve
from musivum.export._zoom._pyramid import level_sizes, slabs
from musivum.geometry import Size
from musivum.render import draw

ZOOM = (".dzi", ".iiif", ".ptif")
SMALL = ZoomOptions(zoom_tile=64)
LOOKS = {
    "opaque": Look(scale=3.31),
    "transparent": Look(scale=3.31, background="transparent", gap=5.0, feather=0.3),
    "in one zoom tile": Look(scale=0.5),
    "of whole zoom tiles": Look(scale=128 / 108),
}


@pytest.fixture(scope="module", params=LOOKS, ids=str)
def drawn(request):
    """A mosaic, how it is to look, and all levels of what it looks like."""
    plan, album = random_mosaic(1)
    look = LOOKS[request.param]
    background = {} if look.background is None else {"background": "transparent", "gap": 5.0, "feather": 0.3}
    return plan, album, look, levels_of(draw(plan, album, scale=look.scale, **background))


def levels_of(pixels):
    """A picture (h, w, 3 or 4) and its halves down to one pixel."""
    found = [pixels]
    height, width, channels = pixels.shape
    rows = np.concatenate([pixels, np.full((height, width, 4 - channels), 255, np.uint8)], axis=2)
    while max(rows.shape[:2]) > 1:
        half = np.empty((-(-rows.shape[0] // 2), -(-rows.shape[1] // 2), 4), np.uint8)
        halve(np.ascontiguousarray(rows), channels == 3, half)
        rows = half
        found.append(half[:, :, :channels])
    return found


def kept(pixels, quality=95):
    """What a zoom tile keeps of its pixels: all that can be seen in a PNG, what Pillow makes of them in a JPEG."""
    if pixels.shape[2] == 4:
        return np.where(pixels[..., 3:] > 0, pixels, 0)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=quality, subsampling=0 if quality >= 90 else 2)
    return np.asarray(Image.open(stream))


def seen(image):
    pixels = np.asarray(image)
    return np.where(pixels[..., 3:] > 0, pixels, 0) if pixels.shape[2] == 4 else pixels


def kept_in_squares(pixels, side, quality):
    """What JPEG keeps of a picture in whole squares."""
    height, width = pixels.shape[:2]
    whole = np.pad(pixels, ((0, -height % side), (0, -width % side), (0, 0)), mode="edge")
    for top, left in np.ndindex(whole.shape[0] // side, whole.shape[1] // side):
        square = np.s_[top * side : (top + 1) * side, left * side : (left + 1) * side]
        whole[square] = kept(whole[square], quality)
    return whole[:height, :width]


@settings(max_examples=50)
@given(
    st.tuples(st.integers(1, 90), st.integers(1, 90)),
    st.sampled_from([3, 4]),
    st.sampled_from([(2, 0), (14, 0), (32, 0), (6, 1), (30, 1), (30, 3)]),
    st.lists(st.integers(0, 50), min_size=1, max_size=4),
)
def test_rows_of_zoom_tiles_are_those_of_the_halved_whole(sides, channels, cut, heights):
    (width, height), (step, overlap) = sides, cut
    pixels = np.random.default_rng(width * height).integers(0, 256, (height, width, channels), np.uint8)
    tops = np.minimum(np.cumsum([0, *heights * 3]), height)
    strips = [*np.split(pixels, tops)]
    expected = levels_of(pixels)
    sizes = level_sizes(Size(width, height), 1)
    assert [(level.shape[1], level.shape[0]) for level in expected] == sizes
    seen = [0] * len(sizes)
    for slab in slabs(strips, sizes, channels, step=step, overlap=overlap):
        level = expected[slab.level]
        assert slab.row == seen[slab.level]
        seen[slab.level] += 1
        first, last = max(slab.row * step - overlap, 0), min((slab.row + 1) * step + overlap, len(level))
        assert slab.top == first and np.array_equal(slab.pixels[:, :, :channels], level[first:last])
        assert channels == 4 or (slab.pixels[:, :, 3] == 255).all()
    assert seen == [-(-size.height // step) for size in sizes]


@given(st.integers(0, 2**32), st.integers(1, 9), st.integers(1, 9), st.booleans())
def test_halving_averages_light_by_its_opacity(seed, height, width, opaque):
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (height, width, 4), np.uint8)
    pixels[..., 3] = 255 if opaque else rng.choice([0, 3, 255], (height, width))
    half = np.empty((-(-height // 2), -(-width // 2), 4), np.uint8)
    halve(pixels, opaque, half)
    for i, j in np.ndindex(half.shape[:2]):
        square = pixels[2 * i : 2 * i + 2, 2 * j : 2 * j + 2].reshape(-1, 4)
        weights = square[:, 3].astype(float)
        assert half[i, j, 3] == math.floor(weights.mean() + 0.5)
        light = (linear_from_srgb(square[:, :3]) * weights[:, None]).sum(axis=0) / max(weights.sum(), 1)
        assert np.abs(half[i, j, :3].astype(int) - srgb_from_linear(light)).max() <= 1
        if len({tuple(pixel) for pixel in square}) == 1 and weights[0] > 0:
            assert tuple(half[i, j]) == tuple(square[0])


def test_black_and_white_are_halved_to_the_grey_of_half_the_light():
    checks = np.indices((4, 4)).sum(axis=0)[..., None] % 2 * np.full(4, 255)
    half = np.empty((2, 2, 4), np.uint8)
    halve(checks.astype(np.uint8), True, half)
    assert (half[..., :3] == 188).all()


def test_a_deep_zoom_is_the_drawing_level_by_level(drawn, tmp_path):
    plan, album, look, levels = drawn
    written = export(plan, album, tmp_path / "a face.dzi", look, options=SMALL, quality=95)
    image = ET.parse(tmp_path / "a face.dzi").getroot()
    space = "{http://schemas.microsoft.com/deepzoom/2008}"
    (size,) = image
    assert image.tag == f"{space}Image" and size.tag == f"{space}Size"
    assert (int(size.get("Width")), int(size.get("Height"))) == written.size == levels[0].shape[1::-1]
    step, overlap = int(image.get("TileSize")), int(image.get("Overlap"))
    assert step + 2 * overlap == 64
    folder = tmp_path / "a face_files"
    assert any("a face_files" in remark for remark in written.remarks)
    expected_files = {folder / ".musivum"}
    for number, level in enumerate(reversed(levels)):
        height, width = level.shape[:2]
        for column, row in np.ndindex(-(-width // step), -(-height // step)):
            file = folder / f"{number}/{column}_{row}.{image.get('Format')}"
            expected_files.add(file)
            x0, x1 = max(column * step - overlap, 0), min((column + 1) * step + overlap, width)
            y0, y1 = max(row * step - overlap, 0), min((row + 1) * step + overlap, height)
            with Image.open(file) as tile:
                assert np.array_equal(seen(tile), kept(level[y0:y1, x0:x1]))
    assert expected_files == {entry for entry in folder.rglob("*") if entry.is_file()}


def test_every_request_that_a_viewer_makes_of_an_iiif_folder_is_a_file(drawn, tmp_path):
    plan, album, look, levels = drawn
    options = ZoomOptions(zoom_tile=64, address="https://example.org/pictures/face.iiif/")
    export(plan, album, tmp_path / "face.iiif", look, options=options, quality=95)
    about = json.loads((tmp_path / "face.iiif/info.json").read_text())
    assert about["@context"] == "http://iiif.io/api/image/3/context.json"
    assert about["id"] == "https://example.org/pictures/face.iiif"
    assert (about["type"], about["protocol"]) == ("ImageService3", "http://iiif.io/api/image")
    assert about["profile"] == "level0"
    width, height = about["width"], about["height"]
    assert (width, height) == levels[0].shape[1::-1]
    suffix = about.get("preferredFormats", ["jpg"])[0]
    assert suffix == ("png" if levels[0].shape[2] == 4 else "jpg")
    left = {entry for entry in (tmp_path / "face.iiif").rglob("*") if entry.is_file()}
    left -= {tmp_path / "face.iiif/info.json", tmp_path / "face.iiif/.musivum"}

    def ask(region, size, expected):
        file = tmp_path / f"face.iiif/{region}/{size}/0/default.{suffix}"
        with Image.open(file) as tile:
            assert np.array_equal(seen(tile), kept(expected))
            assert tile.width <= about["maxWidth"] and tile.height <= about["maxHeight"]
        left.discard(file)

    (tiles,) = about["tiles"]
    for factor in tiles["scaleFactors"]:
        level = levels[factor.bit_length() - 1]
        covered = np.zeros(level.shape[:2], int)
        # Image API 3.0, implementation notes: what to ask for of tiles at a scale factor.
        for x, y in np.ndindex(-(-width // (tiles["width"] * factor)), -(-height // (tiles["height"] * factor))):
            xr, yr = x * tiles["width"] * factor, y * tiles["height"] * factor
            wr, hr = min(width - xr, tiles["width"] * factor), min(height - yr, tiles["height"] * factor)
            ws, hs = math.ceil(wr / factor), math.ceil(hr / factor)
            region = "full" if (wr, hr) == (width, height) else f"{xr},{yr},{wr},{hr}"
            place = np.s_[yr // factor : yr // factor + hs, xr // factor : xr // factor + ws]
            ask(region, f"{ws},{hs}", level[place])
            covered[place] += 1
        assert (covered == 1).all()
    for size in about["sizes"]:
        (level,) = (level for level in levels if level.shape[1::-1] == (size["width"], size["height"]))
        ask("full", f"{size['width']},{size['height']}", level)
    ask("full", "max", level)
    assert not left


def test_an_iiif_folder_names_where_it_is_served_unless_told(tmp_path):
    plan, album = random_mosaic(2)
    written = export(plan, album, tmp_path / "die Höhe.iiif")
    address = "http://localhost:8000/die%20H%C3%B6he.iiif"
    assert json.loads((tmp_path / "die Höhe.iiif/info.json").read_text())["id"] == address
    assert any(address in remark and "--address" in remark for remark in written.remarks)


@pytest.mark.parametrize("quality", [60, 95, 100])
@pytest.mark.parametrize("big", [False, True])
def test_a_pyramidal_tiff_is_read_by_others_page_by_page(drawn, quality, big, tmp_path, monkeypatch):
    import pyvips

    if big:
        monkeypatch.setattr("musivum.raster._tiff_file._MOST_CLASSIC", 1000)
    plan, album, look, levels = drawn
    path = tmp_path / "face.ptif"
    export(plan, album, path, look, options=SMALL, quality=quality, dpi=300)
    channels = levels[0].shape[2]
    lossless = quality == 100 or channels == 4
    with tifffile.TiffFile(path) as tiff, Image.open(path) as image:
        assert tiff.is_bigtiff == big and len(tiff.pages) == image.n_frames
        assert max(tiff.pages[-1].shape[:2]) <= 64 < max((65, *tiff.pages[0].shape[:2]))
        for number, page in enumerate(tiff.pages):
            level = levels[number]
            assert page.shape == level.shape and page.tile == (64, 64)
            assert page.offset % 2 == 0 and all(tag.valueoffset % 2 == 0 for tag in page.tags)
            assert page.subfiletype == (0 if number == 0 else 1)
            assert page.tags["XResolution"].value[0] / page.tags["XResolution"].value[1] == 300 / 2**number
            assert "sRGB" in page.iccprofile.decode("latin-1").replace("\0", "")
            image.seek(number)
            by_vips = pyvips.Image.new_from_file(str(path), page=number, revalidate=True).numpy()
            by_pillow = np.asarray(image.convert("RGB" if channels == 3 else "RGBA"))
            if lossless:
                assert np.array_equal(by_vips, level) and np.array_equal(by_pillow, level)
                assert np.array_equal(page.asarray(), level)
            else:
                expected = kept_in_squares(level, 64, quality)
                assert page.tags["YCbCrSubSampling"].value == ((1, 1) if quality >= 90 else (2, 2))
                for found in (by_vips, by_pillow):
                    assert np.abs(found.astype(int) - expected).mean() < (0.5 if quality >= 90 else 4)


@pytest.mark.parametrize("suffix", ZOOM)
def test_files_do_not_depend_on_the_number_of_threads(suffix, tmp_path):
    plan, album = random_mosaic(3)
    found = []
    for workers in (1, 3):
        (tmp_path / str(workers)).mkdir()
        export(plan, album, tmp_path / str(workers) / f"face{suffix}", Look(scale=3, workers=workers), options=SMALL)
        files = sorted(entry for entry in (tmp_path / str(workers)).rglob("*") if entry.is_file())
        found.append({entry.relative_to(tmp_path / str(workers)): entry.read_bytes() for entry in files})
    assert found[0] == found[1] and found[0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"zoom_tile": 100},
        {"zoom_tile": 32},
        {"zoom_tile": 8192},
        {"address": "face.iiif"},
        {"address": "ftp://a/b"},
        {"address": "http://["},
        {"address": "https://a/b c"},
    ],
)
def test_odd_options_are_refused_in_one_line(wrong):
    with pytest.raises(OptionError) as fault:
        ZoomOptions(**wrong)
    assert "\n" not in str(fault.value) and str(*wrong.values()) in str(fault.value)


@pytest.mark.parametrize("suffix", [".dzi", ".ptif"])
def test_only_iiif_holds_an_address(suffix, tmp_path):
    with pytest.raises(OptionError, match="address"):
        check_export(tmp_path / f"a{suffix}", Size(9, 9), options=ZoomOptions(address="https://example.org/a"))


def test_a_deep_zoom_takes_no_folder_of_others(tmp_path):
    (tmp_path / "face_files").mkdir()
    (tmp_path / "face_files/dear.jpg").write_bytes(b"dear")
    with pytest.raises(OptionError, match="face_files"):
        check_export(tmp_path / "face.dzi", Size(9, 9))


WRITER = """
import sys, threading, time
from pathlib import Path
from types import SimpleNamespace
import numpy as np

sys.modules["musivum.export._zoom._halve"] = SimpleNamespace(  # the kernels are slow to load, and no matter here
    spread=lambda rows, out: out.fill(0), halve=lambda rows, opaque, out: out.fill(0)
)
from musivum.export._zoom import write_deep_zoom, write_pyramidal
from musivum.geometry import Size

def strips(progress):
    for row in range(0, 2000, 100):
        if row == 1500:
            print("begun", flush=True)
            time.sleep(60)
        yield np.zeros((100, 900, 3), np.uint8)

def export(write, name):
    drawing = SimpleNamespace(size=Size(900, 2000), channels=3, strips=strips, drawn=None)
    look = SimpleNamespace(drawing=lambda plan, library: drawing, workers=2)
    write(None, None, Path(sys.argv[1]) / name, look, quality=90, dpi=None, progress=None)

for write, name in ((write_deep_zoom, "a.dzi"), (write_pyramidal, "a.ptif")):
    threading.Thread(target=export, args=(write, name), daemon=True).start()
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")
def test_who_is_killed_in_the_middle_leaves_nothing_under_the_name(tmp_path):
    writer = subprocess.Popen([sys.executable, "-c", WRITER, tmp_path], stdout=subprocess.PIPE, text=True)
    with writer:
        assert [writer.stdout.readline() for _ in range(2)] == ["begun\n"] * 2
        drafts = list(tmp_path.iterdir())
        writer.send_signal(signal.SIGKILL)
    assert len(drafts) == 2 and all(draft.name.endswith(".tmp") for draft in drafts)
    assert any(draft.is_dir() and any(draft.rglob("*.jpg")) for draft in drafts)
    assert sorted(tmp_path.iterdir()) == sorted(drafts)
    plan, album = random_mosaic(5)
    export(plan, album, tmp_path / "a.dzi")
    assert {entry.name for entry in tmp_path.iterdir()} == {"a.dzi", "a_files"}

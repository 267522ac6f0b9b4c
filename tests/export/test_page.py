"""Interactive pages, by their files."""

import base64
import html
import io
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from export.albums import Album, random_mosaic, smooth
from export.pages import turned, write
from musivum.errors import OptionError
from musivum.export import Look, PageOptions, export
from musivum.geometry import Size
from musivum.plan import Captions, rectangles
from render.mosaics import cells, noise, plan_of

TYPES = {"u8": np.uint8, "u16": np.uint16, "u32": np.uint32, "f32": np.float32}
HOSTILE = "<!--<script><img src=x onerror='document.title=1'>&\"\u2028.jpg"


class Page:
    """What a browser would find in a page."""

    def __init__(self, path):
        self.path = path
        self.text = path.read_text(encoding="utf-8")
        self.data = json.loads(self._script("application/json", "data"))
        self.pictures = self._script("text/plain", "pictures").split()

    def _script(self, kind, name):
        return re.search(rf'<script type="{kind}" id="{name}">(.*?)</script>', self.text, re.DOTALL)[1]

    def column(self, name, width=1):
        n, column = self.data["places"]["count"], self.data["places"]["columns"][name]
        return numbers(column, n * width).reshape(n, width) if width > 1 else numbers(column, n)

    def picture(self, number, name):
        if self.data["folder"] is None:
            return Image.open(io.BytesIO(base64.b64decode(self.pictures[number])))
        return Image.open(self.path.parent / self.data["folder"] / name)

    def zoom_tile(self, level, column, row):
        about = self.data["picture"]
        across = -(-about["levels"][level][0] // about["side"])
        order = numbers(about["numbers"], about["first"][0] + 1)
        suffix = {"jpeg": "jpg"}.get(about["kind"], about["kind"])
        number = order[about["first"][level] + row * across + column]
        return self.picture(number, f"zoom/{level}/{column}_{row}.{suffix}")

    def photo(self, number):
        return self.picture(self.data["photos"]["first"] + number, f"photos/{number}.jpg")


def numbers(column, count):
    if "data" not in column:
        return np.full(count, column["value"], TYPES[column["type"]])
    found = np.frombuffer(base64.b64decode(column["data"]), TYPES[column["type"]])
    assert len(found) == count
    return found


def written(plan, album, folder, look=None, **options):
    return Page(write(plan, album, folder, look or Look(), **options))


@pytest.fixture(scope="module")
def mosaic():
    return random_mosaic(5)


@pytest.fixture(scope="module")
def page(mosaic, tmp_path_factory):
    return written(*mosaic, tmp_path_factory.mktemp("page"))


def test_one_file_refers_to_nothing_outside_itself(page):
    assert page.data["folder"] is None and not (page.path.parent / "a mosaic_page").exists()
    rest = re.sub(r"http://www.w3.org/2000/svg|(?<=>)[^<>]{1000,}(?=<)", "", page.text)
    assert not re.search(r"https?:|@import|url\(|\bfetch\(|XMLHttpRequest|WebSocket|eval\(", rest)
    for reference in re.findall(r'(?:src|href)="([^"]*)"', page.text):
        assert reference.startswith(("#", "data:"))


def test_the_policy_allows_this_script_and_style_and_no_network(page, mosaic, tmp_path):
    policy = html.unescape(re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page.text)[1])
    assert policy.startswith("default-src 'none';") and "img-src data:;" in policy
    assert "http" not in policy and "unsafe" not in policy and "connect-src" not in policy
    beside = written(*mosaic, tmp_path, embed=False)
    assert "img-src &#x27;self&#x27; file: data:;" in beside.text


@pytest.mark.parametrize("make", [random_mosaic, turned], ids=["grid", "turned"])
def test_the_numbers_are_the_plans_own(make, tmp_path):
    plan, album = make(8)
    page = written(plan, album, tmp_path)
    placements = plan.placements
    middle, across, down = rectangles(placements.crop, placements.transform)
    for name, values in (("x", middle.real), ("y", middle.imag), ("across", abs(across) / 2), ("down", abs(down) / 2)):
        assert page.column(name) == pytest.approx(values, rel=1e-6, abs=1e-4)
    turn = page.column("turn").astype(np.float64)
    assert np.exp(1j * turn) == pytest.approx(np.exp(1j * placements.transform[:, 1]), abs=1e-6)
    assert (page.column("mirror") == placements.mirror).all()
    assert page.column("error") == pytest.approx(placements.error)
    assert page.column("feather") == pytest.approx(placements.feather)
    shares = placements.crop / np.tile(plan.tiles.sizes[placements.tile], 2)
    assert page.column("crop", 4) / 65535 == pytest.approx(shares, abs=1e-5)
    names = np.array(page.data["photos"]["names"])[page.column("photo")]
    assert names.tolist() == [plan.tiles.sources[tile].rpartition("/")[2] for tile in placements.tile]


def test_zoom_tiles_and_photos_show_what_they_should(page, mosaic):
    plan, album = mosaic
    whole = np.asarray(page.zoom_tile(0, 0, 0), np.float64)
    drawn = Look().drawing(plan, album).region()
    assert whole.shape == drawn.shape and abs(whole - drawn).mean() < 4
    for number, name in enumerate(page.data["photos"]["names"]):
        row = int(name.partition(",")[0])
        photo = np.asarray(page.photo(number), np.float64)
        assert abs(photo - album.thumbs.data[slice(*extent(album, row))].reshape(photo.shape)).mean() < 12


def extent(album, row):
    start, (width, height) = album.thumbs.offsets[row], album.thumbs.sizes[row]
    return start, start + 3 * width * height


def test_alternates_are_told_with_their_errors(page, mosaic):
    plan, _ = mosaic
    about = page.data["places"]["alternates"]
    photo = numbers(about["photo"], plan.alternates.tile.size).reshape(plan.alternates.tile.shape)
    names = np.array(["", *page.data["photos"]["names"]])[photo]
    expected = np.array([source.rpartition("/")[2] for source in plan.tiles.sources])[plan.alternates.tile]
    assert (names == expected).all()
    errors = numbers(about["error"], plan.alternates.tile.size)
    assert errors == pytest.approx(plan.alternates.error.reshape(-1))


def test_several_levels_fit_on_each_other_and_the_folder_holds_the_same(tmp_path):
    rng = np.random.default_rng(4)
    album = Album([smooth(rng, 40, 30) for _ in range(5)])
    size = Size(1100, 700)
    plan = plan_of(album, size, cells(size, 11, 7))
    (tmp_path / "one").mkdir()
    one, beside = written(plan, album, tmp_path / "one", embed=True), written(plan, album, tmp_path, embed=False)
    assert one.data["picture"]["levels"] == [[275, 175], [550, 350], [1100, 700]]
    assert beside.data["folder"] == "a%20mosaic_page" and not beside.pictures
    pages = [replace_folder(one), replace_folder(beside)]
    for page in pages:
        fine = np.asarray(page.zoom_tile(2, 2, 1), np.float64)
        coarse = np.asarray(page.zoom_tile(1, 1, 0).resize((76, 350)), np.float64)
        assert fine.shape == (188, 76, 3) and coarse.shape == (350, 76, 3)
    for place in ((0, 0, 0), (1, 1, 0), (2, 1, 1), (2, 2, 0)):
        assert np.array_equal(*(np.asarray(page.zoom_tile(*place)) for page in pages))
    small, large = (np.asarray(pages[0].zoom_tile(level, 0, 0), np.float64) for level in (1, 2))
    half = np.asarray(Image.fromarray(large.astype(np.uint8)).reduce(2), np.float64)
    assert abs(half - small[:256, :256]).mean() < 6


def replace_folder(page):
    if page.data["folder"] is not None:
        page.data["folder"] = page.data["folder"].replace("%20", " ")
    return page


@pytest.mark.parametrize("embed", [False, True])
def test_equal_plans_make_equal_bytes_with_any_number_of_workers(embed, mosaic, tmp_path):
    found = []
    for workers in (1, 3):
        written(*mosaic, tmp_path, Look(workers=workers), embed=embed)
        files = sorted(path for path in tmp_path.rglob("*") if path.is_file())
        found.append([(path, path.read_bytes()) for path in files])
    assert found[0] == found[1]


def test_large_pages_become_folders_unless_told_otherwise(tmp_path):
    rng = np.random.default_rng(6)
    album = Album([noise(rng, 24, 24) for _ in range(40)], sizes=[(9000, 9000)] * 40)
    size = Size(80, 50)
    plan = plan_of(album, size, cells(size, 8, 5))
    assert written(plan, album, tmp_path).data["folder"] is None
    assert written(plan, album, tmp_path, photo_side=2000).data["folder"] is not None
    assert (tmp_path / "a mosaic_page" / "photos" / "39.jpg").exists()
    picture = export(plan, album, tmp_path / "a mosaic.html", options=PageOptions(photo_side=2000, embed=True))
    assert "an earlier page" in picture.remarks[0]


def test_hostile_names_stay_text(tmp_path):
    rng = np.random.default_rng(1)
    album = Album([noise(rng, 8, 8)], sources=[f"secret folder/{HOSTILE}"])
    page = written(plan_of(album, Size(8, 8), cells(Size(8, 8), 1, 1)), album, tmp_path, title=f"</script>{HOSTILE}")
    assert page.data["photos"]["names"] == [HOSTILE] and page.data["title"] == f"</script>{HOSTILE}"
    assert "<img src=x" not in page.text and "<!--" not in page.text and "secret folder" not in page.text
    assert page.text.count("</script>") == 3


def test_without_photos_neither_pictures_nor_names_are_there(mosaic, tmp_path):
    plan, album = mosaic
    page = written(plan, album, tmp_path, photos=False)
    photos = page.data["photos"]
    assert not photos["pictures"] and set(photos["names"]) == set(photos["taken"]) == {""}
    assert ".png" not in page.text and len(page.pictures) == 1 and page.data["target"] is None  # one zoom tile
    assert len(np.unique(page.column("photo"))) == len(photos["names"]) == len(np.unique(plan.placements.tile))
    assert not numbers(photos["full"], 2 * len(photos["names"])).any() and not page.column("crop", 4).any()
    assert not page.column("tint").any() and page.data["places"]["alternates"]["kept"] == 0
    with_text = replace(plan, captions=Captions(("words",), np.array([[1.0, 2.0, 30.0, 12.0]]), 5, (0, 0, 0)))
    assert written(with_text, album, tmp_path, photos=False).data["places"]["captions"]["lines"] == []


def test_originals_are_read_upright_with_their_dates_and_without_their_metadata(tmp_path):
    rng = np.random.default_rng(2)
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x8769] = 6, "a camera", {0x9003: "2019:08:12 14:03:59"}
    files = [tmp_path / "turned.jpg", tmp_path / "changed.jpg"]
    for file in files:
        Image.fromarray(smooth(rng, 60, 90)).save(file, "JPEG", exif=exif)
    album = Album([noise(rng, 9, 6), noise(rng, 9, 6)], sizes=[(90, 60)] * 2, sources=[str(file) for file in files])
    files[1].write_bytes(b"something else")
    page = written(plan_of(album, Size(20, 10), cells(Size(20, 10), 2, 1)), album, tmp_path)
    assert page.data["photos"]["taken"] == ["2019-08-12T14:03", ""]
    assert [page.photo(number).size for number in (0, 1)] == [(90, 60), (9, 6)]
    assert not page.photo(0).getexif() and b"a camera" not in base64.b64decode(page.pictures[-2])


def test_what_the_look_changes_is_told(mosaic, tmp_path):
    plan, album = mosaic
    plan = replace(plan, captions=Captions(("words",), np.array([[1.0, 2.0, 30.0, 12.0]]), 5, (0, 0, 0)))
    look = Look(gap=2, corner=0.25, feather=0.1, grey=True, overlay=0.3, tint=0, alternates=2, background="transparent")
    page = written(plan, album, tmp_path, look)
    places = page.data["places"]
    told = [places[name] for name in ("gap", "corner", "grey", "overlay", "blended")]
    assert told == [2, 0.25, True, 0.3, True]
    assert page.column("feather") == pytest.approx(0.1) and not page.column("tint").any()
    line = places["captions"]["lines"][0]
    x0, y0, x1, y1 = line["box"]
    assert ((x0 + x1) / 2, (y0 + y1) / 2) == pytest.approx((15.5, 7), abs=0.1) and y0 < line["baseline"] < y1
    assert line["text"] == "words" and 8 < line["length"] < x1 - x0 and places["background"] == "transparent"
    assert page.data["picture"]["kind"] == "webp" and page.zoom_tile(0, 0, 0).mode == "RGBA"
    assert written(plan, album, tmp_path, Look(captions=False)).data["places"]["captions"]["lines"] == []


@pytest.mark.parametrize("side", [0, 15, 9000])
def test_sizes_of_photos_outside_the_range_are_refused(side):
    with pytest.raises(OptionError, match="photo-side"):
        PageOptions(photo_side=side)


def test_a_size_of_photos_that_are_left_out_is_refused():
    with pytest.raises(OptionError, match="--no-photos"):
        PageOptions(photo_side=512, photos=False)


def test_errors_that_are_not_finite_are_told(mosaic, tmp_path):
    plan, album = mosaic
    infinite = replace(plan.alternates, error=np.full_like(plan.alternates.error, np.inf))
    about = written(replace(plan, alternates=infinite), album, tmp_path).data["places"]["alternates"]
    assert np.isposinf(numbers(about["error"], infinite.error.size)).all()


def test_halves_of_characters_are_replaced(tmp_path):
    rng = np.random.default_rng(1)
    album = Album([noise(rng, 8, 8)])
    album.sources = ["folder/\ud83d half \udcff.jpg"]
    page = written(plan_of(album, Size(8, 8), cells(Size(8, 8), 1, 1)), album, tmp_path, title="\ud83d")
    assert page.data["photos"]["names"] == ["\ufffd half \ufffd.jpg"] and page.data["title"] == "\ufffd"


def test_a_plan_without_a_readable_target_has_nothing_to_compare(mosaic, tmp_path):
    plan, album = mosaic
    assert written(replace(plan, target=b"no picture"), album, tmp_path).data["target"] is None

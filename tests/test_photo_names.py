"""Photos by the ends of their paths, and tables of captions for them."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from musivum import api
from musivum.api._captions_table import read_captions
from musivum.api._names import PhotoNames
from musivum.errors import OptionError
from musivum.library import Library, open_library

FILES = ("a/one.png", "a/[12].png", "b/one.png", "b/1.png", "b/c/tone.png", "ab/one.png")
NUMBERS = {name: number for number, name in enumerate(FILES)} | {"b/copy.png": 3}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("names")
    for number, name in enumerate(FILES):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8), (40 * number, 0, 0)).save(folder / name)
    (folder / "b" / "copy.png").write_bytes((folder / "b" / "1.png").read_bytes())
    api.index([folder / "a", folder / "ab", folder / "b"], folder / "library")
    return folder


@pytest.fixture(scope="module")
def library(place: Path) -> Library:
    return open_library(place / "library")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("one.png", {0, 2, 5}),
        ("a/one.png", {0}),
        ("b/one.png", {2}),
        ("/a/one.png", {0}),
        ("ne.png", set()),
        ("/one.png", {0, 2, 5}),
        ("*one.png", {0, 2, 4, 5}),
        ("?one.png", {4}),
        ("b/*", {2, 3, 4}),
        ("[12].png", {1}),
        ("b/[12].png", {3}),
        ("copy.png", {3}),
        ("./one.png", set()),
        ("./b/one.png", {2}),
        ("./a/../b/one.png", {2}),
        (" a\\one.png ", {0}),
        ("", set()),
    ],
)
def test_photos_are_called_by_the_ends_of_their_paths(
    place: Path, library: Library, name: str, found: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    rows = PhotoNames(library).called(name)
    assert rows == sorted(rows)
    assert {NUMBERS[Path(library.sources[row]).relative_to(place).as_posix()] for row in rows} == found


def test_one_photo_is_one(library: Library) -> None:
    names = PhotoNames(library)
    assert names.called("b/one.png") == [names.only("b/one.png")]
    with pytest.raises(OptionError, match="no photo is called two"):
        names.only("two.png")
    with pytest.raises(OptionError, match=r"4 photos are called \*one\.png: .*/a/one.png, .*/ab/one.png, .*, \.\.\.\)"):
        names.only("*one.png")


WORDS = st.text(st.sampled_from("ab é猫.'\",;"), min_size=1, max_size=12)
PLAIN = WORDS.map(lambda text: text.translate(dict.fromkeys(map(ord, ',;"'), "x")))


@settings(max_examples=60)
@given(st.data(), st.sampled_from(",;\t"), st.booleans(), st.booleans(), st.booleans())
def test_tables_are_read_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory,
    data: st.DataObject,
    delimiter: str,
    quoted: bool,
    titled: bool,
    marked: bool,
) -> None:
    photos = (WORDS if quoted else PLAIN).map(lambda text: text.strip() or "x")
    lines = data.draw(st.lists(st.tuples(photos, WORDS), min_size=1, max_size=4))
    file = io.StringIO(newline="")
    table = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
    rows = [(caption, photo) for photo, caption in lines] if titled else lines
    table.writerows([("Caption", "PHOTO"), *rows] if titled else rows)
    path = tmp_path_factory.getbasetemp() / "table.csv"
    path.write_bytes(file.getvalue().encode("utf-8-sig" if marked else "utf-8"))
    assert read_captions(path) == [(photo, caption.strip()) for photo, caption in lines]

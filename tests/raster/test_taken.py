"""When a photo was taken, by what its file says."""

import pytest
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from musivum.raster import Limits, taken

CAMERA, PHOTO_BLOCK, TAKEN = 0x010F, 0x8769, 0x9003
FORMATS = {"a.jpg": "JPEG", "a.png": "PNG", "a.webp": "WEBP", "a.tif": "TIFF"}


def photo(path, said, kind="JPEG"):
    blocks = ImageFileDirectory_v2() if kind == "TIFF" else Image.Exif()
    blocks[CAMERA], blocks[PHOTO_BLOCK] = "a camera", {TAKEN: said}
    Image.new("RGB", (8, 6), (90, 120, 30)).save(path, kind, **{"tiffinfo" if kind == "TIFF" else "exif": blocks})
    return path


@pytest.mark.parametrize("name", FORMATS)
def test_the_camera_tells(name, tmp_path):
    assert taken(photo(tmp_path / name, "2019:08:12 14:03:59", FORMATS[name])) == "2019-08-12T14:03"


@pytest.mark.parametrize(
    "said",
    [
        "0000:00:00 00:00:00",
        "0000:01:01 00:00:00",
        "2024:02:31 10:00:00",
        "2019:13:12 14:03:59",
        "2019:08:12",
        "<script>",
        "",
        "    ",
    ],
)
def test_what_is_no_moment_says_nothing(said, tmp_path):
    assert taken(photo(tmp_path / "a.jpg", said)) is None


def test_photos_without_it_and_what_is_no_photo_say_nothing(tmp_path):
    Image.new("RGB", (8, 6)).save(tmp_path / "plain.jpg")
    (tmp_path / "text.jpg").write_bytes(b"2019:08:12 14:03:59")
    for name in ("plain.jpg", "text.jpg", "absent.jpg", "."):
        assert taken(tmp_path / name) is None
    assert taken(photo(tmp_path / "a.jpg", "2019:08:12 14:03:59"), limits=Limits(bytes=100)) is None


def test_damaged_blocks_say_nothing_and_nobody_is_warned(tmp_path):
    whole = photo(tmp_path / "a.jpg", "2019:08:12 14:03:59").read_bytes()
    start = whole.index(b"Exif") + 6
    for at in range(start, start + 60):
        path = tmp_path / "b.jpg"
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        assert taken(path) in (None, "2019-08-12T14:03")

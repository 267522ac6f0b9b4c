"""Pictures to files."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from musivum.errors import OptionError
from musivum.geometry import Size
from musivum.raster import PICTURE_FORMATS, check_picture, write_picture

SIZE = Size(37, 23)


@pytest.fixture
def pixels():
    ramp = np.add.outer(np.arange(23) * 5, np.arange(37) * 3)
    return np.stack([ramp, ramp[::-1], ramp[:, ::-1]], axis=-1).astype(np.uint8)


def _strips(pixels, rows=10):
    return (pixels[top : top + rows] for top in range(0, len(pixels), rows))


@pytest.mark.parametrize("suffix", [*PICTURE_FORMATS, ".PNG", ".Jpg"])
def test_pictures_carry_their_pixels_resolution_and_profile(tmp_path, pixels, suffix):
    path = tmp_path / f"picture{suffix}"
    write_picture(path, _strips(pixels), SIZE, quality=95, dpi=300)
    with Image.open(path) as image:
        image.load()
        assert image.size == SIZE and image.mode == "RGB"
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        assert "sRGB" in ImageCms.getProfileDescription(profile)
        dpi = image.info.get("dpi") or (image.getexif()[282], image.getexif()[283])
        assert np.allclose(np.array(dpi, float), 300, atol=0.01)
        difference = np.abs(np.asarray(image).astype(int) - pixels)
    assert difference.max() <= (0 if suffix.lower() in {".png", ".tif", ".tiff"} else 24)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_webp_at_quality_100_is_lossless(tmp_path, pixels):
    write_picture(tmp_path / "p.webp", _strips(pixels), SIZE, quality=100)
    with Image.open(tmp_path / "p.webp") as image:
        assert np.array_equal(np.asarray(image), pixels)


@pytest.mark.parametrize("suffix", PICTURE_FORMATS)
def test_equal_pictures_are_equal_files(tmp_path, pixels, suffix):
    for name in ("one", "two"):
        write_picture(tmp_path / (name + suffix), _strips(pixels), SIZE, dpi=72)
    assert (tmp_path / ("one" + suffix)).read_bytes() == (tmp_path / ("two" + suffix)).read_bytes()


@pytest.mark.parametrize(
    ("name", "size", "message"),
    [
        ("p.gif", SIZE, "suffix"),
        ("p", SIZE, "suffix"),
        ("p.jpg", Size(65501, 10), "65500"),
        ("p.webp", Size(10, 16384), "16383"),
        ("no folder/p.png", SIZE, "no folder"),
    ],
)
def test_what_cannot_be_written_is_said_before_anything_is_drawn(tmp_path, name, size, message):
    with pytest.raises(OptionError, match=message) as caught:
        check_picture(tmp_path / name, size)
    assert "\n" not in str(caught.value)

    def drawn():
        raise AssertionError("drawn")
        yield

    with pytest.raises(OptionError, match=message):
        write_picture(tmp_path / name, drawn(), size)


def test_a_folder_in_the_way_and_odd_options_are_refused(tmp_path, pixels):
    (tmp_path / "p.png").mkdir()
    with pytest.raises(OptionError, match="folder"):
        check_picture(tmp_path / "p.png", SIZE)
    for option in ({"quality": 0}, {"quality": 101}, {"dpi": 0.0}, {"dpi": float("nan")}):
        with pytest.raises(OptionError):
            write_picture(tmp_path / "q.jpg", _strips(pixels), SIZE, **option)


@pytest.mark.parametrize("suffix", PICTURE_FORMATS)
def test_a_failure_half_way_leaves_the_old_picture(tmp_path, pixels, suffix):
    path = tmp_path / f"p{suffix}"
    write_picture(path, _strips(pixels), SIZE)
    before = path.read_bytes()

    def breaking():
        yield pixels[:10]
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        write_picture(path, breaking(), SIZE)
    with pytest.raises(ValueError, match="rows"):
        write_picture(path, [pixels[:10]], SIZE)
    with pytest.raises(ValueError, match="strip"):
        write_picture(path, [pixels, *[pixels] * 9], SIZE)
    with pytest.raises(ValueError, match="strip"):
        write_picture(path, [pixels[:, :5]], SIZE)
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1

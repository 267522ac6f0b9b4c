"""Pictures of every kind to upright sRGB."""

import csv
import io
import struct
import threading
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from musivum.errors import UnreadableImage
from musivum.raster import Limits, decode
from raster.pictures import corners, png, png16, turned_profile

NASTY = Path(__file__).parents[2].parent / "shared" / "data" / "nasty"

# What EXIF 2.3 says: which side of the scene the stored row 0 and column 0 are.
STORED = {
    1: lambda up: up,
    2: lambda up: up[:, ::-1],
    3: lambda up: up[::-1, ::-1],
    4: lambda up: up[::-1],
    5: lambda up: up.swapaxes(0, 1),
    6: lambda up: up[:, ::-1].swapaxes(0, 1),
    7: lambda up: up[::-1, ::-1].swapaxes(0, 1),
    8: lambda up: up[::-1].swapaxes(0, 1),
}


def encoded(picture, format, **options):
    if isinstance(picture, np.ndarray):
        picture = Image.fromarray(np.ascontiguousarray(picture))
    file = io.BytesIO()
    picture.save(file, format, **options)
    return file.getvalue()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    ("format", "options"),
    [
        ("JPEG", {"quality": 95, "subsampling": 0}),
        ("PNG", {}),
        ("WEBP", {"lossless": True}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_deflate"}),
        ("AVIF", {"quality": 95}),
    ],
    ids=["jpeg", "png", "webp", "tiff", "tiff-deflate", "avif"],
)
def test_every_orientation_stands_upright(format, options, orientation):
    up = corners()
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(STORED[orientation](up), format, exif=exif, **options)
    whole = decode(data)
    assert whole.size == (48, 32)
    np.testing.assert_allclose(whole.pixels[4::8, 4::8].astype(int), up[4::8, 4::8], atol=12)
    assert np.abs(whole.pixels.astype(int) - up).mean() < 4
    reduced = decode(data, short_side=8)
    assert reduced.size == (48, 32)
    assert reduced.pixels.shape == (8, 12, 3)
    assert np.abs(reduced.pixels[1::6, 1::9].astype(int) - up[4::24, 4::36]).max() < 25


def test_a_profile_is_applied():
    data = encoded(np.full((40, 40, 3), (255, 0, 0), np.uint8), "PNG", icc_profile=turned_profile())
    for short_side in (None, 10):
        assert np.abs(decode(data, short_side=short_side).pixels.astype(int) - (0, 255, 0)).max() <= 2


def test_a_damaged_profile_is_ignored():
    data = encoded(np.full((9, 9, 3), (10, 200, 30), np.uint8), "PNG", icc_profile=b"no profile at all" * 20)
    assert (decode(data).pixels == (10, 200, 30)).all()


def test_a_profile_of_other_pixels_is_ignored():
    data = encoded(np.full((9, 9), 77, np.uint8), "PNG", icc_profile=turned_profile())
    assert (decode(data).pixels == 77).all()


def test_sixteen_bits_are_scaled_and_not_clipped():
    ramp = np.arange(256, dtype=np.uint16)[None] * 257
    grey = encoded(Image.fromarray(ramp.repeat(8, axis=0)), "PNG")
    np.testing.assert_array_equal(decode(grey).pixels[3, :, 1], np.arange(256))
    color = np.stack([ramp, ramp[:, ::-1], ramp // 2], axis=-1)
    pixels = decode(png16(color)).pixels[0].astype(int)
    np.testing.assert_allclose(pixels, color[0] / 257, atol=1)


def test_cmyk_becomes_rgb():
    solid = Image.new("CMYK", (64, 64), (0, 255, 255, 0))
    assert np.abs(decode(encoded(solid, "JPEG", quality=95)).pixels.astype(int) - (255, 0, 0)).max() < 12


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA"])
def test_modes_become_rgb(mode):
    grey = Image.fromarray(np.repeat(np.uint8([[0, 255]]), 20, axis=1).repeat(10, axis=0))
    pixels = decode(encoded(grey.convert(mode), "PNG")).pixels
    assert pixels.shape == (10, 40, 3)
    assert (pixels[:, :20] == 0).all()
    assert (pixels[:, 20:] == 255).all()


def test_hidden_colour_never_bleeds():
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[:, :33] = (0, 0, 255, 255)
    pixels[:, 33:] = (255, 0, 0, 0)
    small = decode(encoded(pixels, "PNG"), short_side=7).pixels.astype(int)
    assert (small[..., 0] <= small[..., 1] + 1).all(), "red was under glass"
    assert np.abs(small[:, 0] - (0, 0, 255)).max() <= 1
    assert (small[:, -1] == 255).all()


def test_opacity_is_turned_and_made_smaller_like_the_pixels():
    pixels = np.zeros((40, 60, 4), np.uint8)
    pixels[:20, :30] = 255
    exif = Image.Exif()
    exif[274] = 6  # a quarter clockwise
    found = decode(encoded(Image.fromarray(pixels), "PNG", exif=exif), short_side=20)
    assert found.opacity.shape == found.pixels.shape[:2] == (30, 20)
    assert np.array_equal(found.opacity[2:13, 12:18], np.full((11, 6), 255))
    assert not found.opacity[17:].any()
    assert decode(encoded(Image.fromarray(pixels[..., :3]), "PNG")).opacity is None


def test_a_palette_may_be_transparent():
    image = Image.fromarray(np.uint8([[0, 1]]).repeat(6, axis=0).repeat(3, axis=1), "L").convert("P")
    image.putpalette([255, 0, 0, 0, 0, 255])
    pixels = decode(encoded(image, "PNG", transparency=0)).pixels
    assert (pixels[:, :3] == 255).all()
    assert (pixels[:, 3:] == (0, 0, 255)).all()


def test_the_first_frame_is_the_picture():
    frames = [Image.new("RGB", (12, 9), color) for color in ("red", "blue")]
    for format in ("GIF", "WEBP", "TIFF", "PNG"):
        data = encoded(frames[0], format, save_all=True, append_images=frames[1:])
        assert np.abs(decode(data).pixels.astype(int) - (255, 0, 0)).max() < 4, format


@given(st.integers(1, 900), st.integers(1, 900), st.integers(1, 200), st.integers(1, 400))
@settings(max_examples=25)
def test_sides_are_as_asked(width, height, short_side, long_side):
    data = encoded(Image.new("L", (width, height), 90), "JPEG")
    decoded = decode(data, short_side=short_side, long_side=long_side)
    h, w = decoded.pixels.shape[:2]
    assert decoded.size == (width, height)
    assert min(h, w) <= short_side
    assert max(h, w) <= long_side
    scale = min(1, short_side / min(width, height), long_side / max(width, height))
    assert abs(w - width * scale) <= 1
    assert abs(h - height * scale) <= 1
    assert np.abs(decoded.pixels.astype(int) - 90).max() <= 2


def test_limits_hold_before_decoding():
    bomb = png((40_000, 40_000), 1, 0, bytes(5001))
    started = time.process_time()
    with pytest.raises(UnreadableImage, match="40000 x 40000 pixels, above the limit of 200,000,000"):
        decode(bomb)
    assert time.process_time() - started < 0.2
    picture = encoded(np.zeros((20, 30, 3), np.uint8), "PNG")
    assert decode(picture, limits=Limits(pixels=600, bytes=len(picture))).size == (30, 20)
    with pytest.raises(UnreadableImage, match="limit of 599"):
        decode(picture, limits=Limits(pixels=599))
    with pytest.raises(UnreadableImage, match="bytes, above the limit"):
        decode(picture, limits=Limits(bytes=len(picture) - 1))


def test_pictures_beyond_pillows_own_limit_are_ours_to_judge():
    w, h = 14_000, 14_000  # 196 million pixels, above the size at which Pillow raises
    data = png((w, h), 1, 0, (b"\0" + bytes(w // 8)) * h)
    assert decode(data, short_side=4).pixels.shape == (4, 4, 3)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b'<?xml version="1.0"?><svg/>', "SVG"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "video"),
        (b"%PDF-1.7", "PDF"),
        (b"hello, world", "unknown"),
        (b"\xff\xd8\xff", "damaged|truncated"),
        (b"\x89PNG\r\n\x1a\n", "damaged|truncated"),
        (b"II*\0", "damaged|truncated"),
        (b"GIF89a", "damaged|truncated"),
        (b"BM", "damaged|truncated"),
        (b"RIFF\0\0\0\0WEBP", "damaged|truncated"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "damaged|truncated"),
        (b"\0\0\0\x18ftypavif\0\0\0\0avifmif1", "damaged|truncated"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_reason(data, reason):
    with pytest.raises(UnreadableImage, match=reason) as caught:
        decode(data)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF"])
def test_files_cut_short_are_refused(format):
    noise = np.random.default_rng(3).integers(0, 256, (60, 80, 3), np.uint8)
    data = encoded(noise, format)
    with pytest.raises(UnreadableImage):
        decode(data[: len(data) * 6 // 10])


def test_flipped_bits_in_a_png_are_found():
    data = bytearray(png((8, 8), 8, 0, (b"\0" + bytes(8)) * 8))
    data[data.index(b"IEND") - 5] ^= 0x10  # in the sum of the image data, which inflates all the same
    with pytest.raises(UnreadableImage, match="checksum"):
        decode(bytes(data))


@given(st.sampled_from(["JPEG", "PNG", "TIFF", "GIF", "BMP", "WEBP"]), st.data())
@settings(max_examples=60)
def test_damage_is_refused_or_survived(format, draw):
    data = bytearray(encoded(corners(), format))
    for _ in range(draw.draw(st.integers(1, 8))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    try:
        pixels = decode(bytes(data), short_side=16, limits=Limits(pixels=10**6)).pixels
    except UnreadableImage as reason:
        assert "\n" not in str(reason)
    else:
        assert pixels.dtype == np.uint8
        assert pixels.ndim == 3


def test_missing_files_are_unreadable(tmp_path):
    with pytest.raises(UnreadableImage, match="no such file"):
        decode(tmp_path / "none.jpg")


def test_warnings_stay_inside_and_filters_stay_as_they_were():
    exif = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 200) + b"\x12\x01"
    data = encoded(corners(), "JPEG", exif=exif)
    before = list(warnings.filters)
    threads = [threading.Thread(target=lambda: [decode(data) for _ in range(20)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(warnings.filters) == before


def _manifest():
    if not NASTY.is_dir():
        return []
    with (NASTY / "MANIFEST.csv").open(encoding="utf-8", newline="") as file:
        return [(row["file"], row["expect"]) for row in csv.DictReader(file)]


@pytest.mark.skipif(not NASTY.is_dir(), reason="the hostile files are not here: ../shared/data/nasty")
@pytest.mark.parametrize(("name", "expected"), _manifest() or [("", "")])
def test_hostile_files_do_as_their_manifest_says(name, expected, capfd):
    started = time.process_time()
    try:
        decode(NASTY / name, short_side=128, long_side=1024)
        outcome = "ok"
    except UnreadableImage as reason:
        outcome = "reject"
        assert "\n" not in str(reason)
    assert expected in (outcome, "either")
    assert time.process_time() - started < 1.5
    assert capfd.readouterr() == ("", "")

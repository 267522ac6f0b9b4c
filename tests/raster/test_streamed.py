"""Pictures that are encoded band by band, read by others, beside their encoding in one go."""

import io
import tracemalloc
import zlib

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from musivum.geometry import Size
from musivum.raster import write_picture
from musivum.raster._png_writer import paeth

SMALL = 500


@pytest.fixture(scope="module")
def small_bands():
    """Bands so small that a little picture has many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("musivum.raster._bands.BAND_BYTES", SMALL)
        patch.setattr("musivum.raster._tiff._STRIP_BYTES", SMALL)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("streamed")


pictures = st.tuples(st.integers(1, 70), st.integers(1, 100), st.integers(0, 99))
heights = st.lists(st.integers(0, 40), min_size=1, max_size=5)


def photo_like(width, height, seed, channels=3):
    """Smooth colours with noise, and some that are flat."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 256, (3, 3, channels), np.uint8))
    pixels = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC)).astype(int)
    pixels += rng.integers(-9, 10, pixels.shape) * (rng.random((height, 1, 1)) < 0.7)
    return np.clip(pixels, 0, 255).astype(np.uint8)


def strips(pixels, heights):
    """The rows of a picture in strips of these heights, in turn, whatever is left in one."""
    row = 0
    for height in heights * 3:
        yield pixels[row : row + height]
        row = min(row + height, len(pixels))
    yield pixels[row:]


def by_vips(path):
    import pyvips

    return pyvips.Image.new_from_file(str(path), revalidate=True).numpy()


@settings(max_examples=40)
@given(pictures, heights, st.sampled_from([40, 89, 90, 100]), st.sampled_from([1, 3]))
def test_a_jpeg_is_what_pillow_makes_in_one_go(small_bands, folder, picture, heights, quality, workers):
    pixels = photo_like(*picture)
    size, path = Size(*picture[:2]), folder / "p.jpg"
    write_picture(path, strips(pixels, heights), size, quality=quality, workers=workers)
    mcu = 8 if quality >= 90 else 16
    options = {"quality": quality, "subsampling": 0 if mcu == 8 else 2}
    rows = max(1, SMALL // (size.width * 3 * mcu))
    once, marked = io.BytesIO(), io.BytesIO()
    Image.fromarray(pixels).save(once, "JPEG", **options)
    Image.fromarray(pixels).save(marked, "JPEG", restart_marker_rows=rows, **options)
    assert scan(path.read_bytes()) == scan(marked.getvalue())
    with Image.open(path) as image, Image.open(once) as other:
        assert np.array_equal(np.asarray(image), np.asarray(other))


def scan(jpeg):
    """From the header of the scan to the end, restart markers and all."""
    return jpeg[jpeg.index(b"\xff\xda\x00\x0c") :]


def test_a_jpeg_of_many_bands_is_read_by_others(small_bands, folder):
    pixels = photo_like(61, 300, 1)
    write_picture(folder / "many.jpg", strips(pixels, [7]), Size(61, 300), quality=95)
    data = (folder / "many.jpg").read_bytes()
    assert b"\xff\xdd\x00\x04" in data
    assert [data.count(bytes((0xFF, 0xD0 + i))) for i in range(8)] == [5, 5, 5, 5, 5, 4, 4, 4]
    with Image.open(folder / "many.jpg") as image:
        assert np.abs(by_vips(folder / "many.jpg").astype(int) - np.asarray(image)).max() <= 2


def test_between_restart_markers_are_no_more_blocks_than_can_be_told(folder, monkeypatch):
    monkeypatch.setattr("musivum.raster._jpeg._MOST_MCUS", 20)
    monkeypatch.setattr("musivum.raster._bands.BAND_BYTES", 2**20)
    pixels = photo_like(61, 90, 4)
    write_picture(folder / "told.jpg", [pixels], Size(61, 90), quality=95)
    data = (folder / "told.jpg").read_bytes()
    assert data[data.index(b"\xff\xdd\x00\x04") + 4 :][:2] == bytes((0, 16))
    with Image.open(folder / "told.jpg") as image:
        assert np.abs(np.asarray(image).astype(int) - pixels).max() < 30


@settings(max_examples=40)
@given(pictures, heights, st.sampled_from([3, 4]), st.sampled_from([1, 3]))
def test_png_and_tiff_keep_every_byte(small_bands, folder, picture, heights, channels, workers):
    pixels = photo_like(*picture, channels)
    for name in ("p.png", "p.tif"):
        write_picture(
            folder / name, strips(pixels, heights), Size(*picture[:2]), channels=channels, workers=workers, dpi=90
        )
        with Image.open(folder / name) as image:
            assert image.mode == ("RGB" if channels == 3 else "RGBA")
            assert np.array_equal(np.asarray(image), pixels)
    assert np.array_equal(tifffile.imread(folder / "p.tif"), pixels)
    assert len(zlib.decompress(image_data((folder / "p.png").read_bytes()))) == pixels.size + len(pixels)


def image_data(png):
    """The contents of all IDAT chunks."""
    at, found = 8, b""
    while at < len(png):
        length, kind = int.from_bytes(png[at : at + 4], "big"), png[at + 4 : at + 8]
        found += png[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        at += 12 + length
    return found


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("big", [False, True])
def test_others_read_png_and_tiff_of_any_size(small_bands, folder, channels, big, monkeypatch):
    if big:
        monkeypatch.setattr("musivum.raster._tiff_file._MOST_CLASSIC", 1000)
    pixels = photo_like(67, 131, 2, channels)
    for name in ("o.png", "o.tiff"):
        write_picture(folder / name, strips(pixels, [50]), Size(67, 131), channels=channels, dpi=254)
        assert np.array_equal(by_vips(folder / name), pixels)
        with Image.open(folder / name) as image:
            assert np.array_equal(np.asarray(image), pixels)
    with tifffile.TiffFile(folder / "o.tiff") as tiff:
        page = tiff.pages.first
        assert tiff.is_bigtiff == big and len(tiff.pages) == 1
        assert page.tags["Predictor"].value == 2 and page.tags["XResolution"].value == (254, 1)
        assert channels == 3 or page.tags["ExtraSamples"].value == (2,)


def test_a_tiff_is_big_where_its_directory_would_pass_the_limit(folder, monkeypatch):
    pixels = photo_like(67, 131, 3)
    for big in (False, True):
        write_picture(folder / "limit.tif", [pixels], Size(67, 131))
        with tifffile.TiffFile(folder / "limit.tif") as tiff:
            assert tiff.is_bigtiff == big and np.array_equal(tiff.asarray(), pixels)
        monkeypatch.setattr("musivum.raster._tiff_file._MOST_CLASSIC", (folder / "limit.tif").stat().st_size - 1)


@given(st.integers(0, 2**32), st.integers(1, 9), st.sampled_from([1, 3, 4]), st.integers(1, 40))
def test_paeth_is_what_the_specification_says(seed, height, channels, columns):
    rng = np.random.default_rng(seed)
    levels = rng.choice([256, 4])
    rows = (rng.integers(0, levels, (height + 1, columns * channels)) * (255 // (levels - 1))).astype(np.uint8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("musivum.raster._png_writer._BLOCK_BYTES", int(rng.integers(1, 400)))
        found = paeth(rows[0], rows[1:], channels)
    padded = np.pad(rows.astype(int), ((0, 0), (channels, 0)))
    a, b, c = padded[1:, :-channels], padded[:-1, channels:], padded[:-1, :-channels]
    nearest = np.argmin([abs(b - c), abs(a - c), abs(a + b - 2 * c)], axis=0)  # of equal ones the first
    assert np.array_equal(found[:, 1:], (rows[1:] - np.choose(nearest, [a, b, c])) % 256)
    assert (found[:, 0] == 4).all()


@pytest.mark.parametrize("repeated", [False, True])
def test_a_png_is_about_as_small_as_that_of_pillow(folder, repeated, monkeypatch):
    monkeypatch.setattr("musivum.raster._bands.BAND_BYTES", 2**17)
    pixels = photo_like(60 if repeated else 600, 400, 5)
    pixels = np.tile(pixels, (1, 600 // pixels.shape[1], 1))
    write_picture(folder / "small.png", [pixels], Size(600, 400))
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", compress_level=3)
    assert (folder / "small.png").stat().st_size < 1.1 * len(stream.getvalue())
    with Image.open(folder / "small.png") as image:
        assert np.array_equal(np.asarray(image), pixels)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif"])
def test_memory_holds_a_few_bands_of_a_large_picture(folder, suffix, monkeypatch):
    monkeypatch.setattr("musivum.raster._bands.BAND_BYTES", 2**17)
    monkeypatch.setattr("musivum.raster._tiff._STRIP_BYTES", 2**17)
    strip = photo_like(1000, 20, 3)
    write_picture(folder / f"one{suffix}", [strip], Size(1000, 20))
    tracemalloc.start()
    write_picture(folder / f"large{suffix}", (strip for _ in range(200)), Size(1000, 4000), workers=2)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5 * 2**20 < 200 * strip.nbytes / 2

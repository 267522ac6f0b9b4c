"""Swatches, means, hashes and near-duplicates against their slow definitions."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from library.folders import photo
from musivum.color import linear_from_srgb, oklab_from_linear
from musivum.geometry import Size
from musivum.library import index, near_duplicates, open_library
from musivum.library._hash import grey_of, hashes_of
from musivum.library._ingest import picture_of, tile_id
from musivum.library._swatch import area_average, swatch_of
from musivum.raster import decode


def weights(own, count):
    """Share of each of `own` pixels in each of `count` equal parts."""
    left, right = np.arange(count)[:, None] * own / count, (np.arange(count) + 1)[:, None] * own / count
    overlap = np.minimum(right, np.arange(own) + 1) - np.maximum(left, np.arange(own))
    return np.clip(overlap, 0, None) * count / own


@given(st.integers(1, 70), st.integers(1, 70), st.integers(1, 40), st.integers(1, 40), st.integers(0, 99))
@settings(max_examples=60)
def test_area_averages(h, w, height, width, seed):
    image = np.random.default_rng(seed).random((h, w, 3), np.float32)
    expected = np.einsum("ah,bw,hwc->abc", weights(h, height), weights(w, width), image)
    np.testing.assert_allclose(area_average(image, height, width), expected, atol=2e-5)


@given(st.integers(1, 140), st.integers(1, 200), st.integers(0, 9))
@settings(max_examples=30)
def test_swatches_keep_the_mean_light(h, w, seed):
    thumb = np.random.default_rng(seed).integers(0, 256, (h, w, 3), np.uint8)
    swatch = swatch_of(thumb)
    assert min(swatch.shape[:2]) == min(32, h, w)
    light = linear_from_srgb(thumb).mean(axis=(0, 1), dtype=np.float64)
    np.testing.assert_allclose(swatch.mean(axis=(0, 1)) / 65535, light, atol=2e-5)


def test_means_are_those_of_light(tmp_path):
    pixels = np.zeros((40, 40, 3), np.uint8)
    pixels[:, ::2] = 255
    Image.fromarray(pixels).save(tmp_path / "stripes.png")
    index([tmp_path / "stripes.png"], tmp_path / "library")
    np.testing.assert_allclose(
        open_library(tmp_path / "library").means[0], oklab_from_linear(np.full(3, 0.5)), atol=1e-4
    )


def hash_of(data):
    decoded = decode(data, short_side=128)
    return picture_of(decoded.pixels, decoded.size)


@pytest.mark.parametrize("seed", range(6))
def test_copies_keep_their_hash_and_others_do_not(seed):
    def jpeg(pixels, scale, quality):
        image = Image.fromarray(pixels)
        file = io.BytesIO()
        image.resize((int(image.width * scale), int(image.height * scale))).save(file, "JPEG", quality=quality)
        return file.getvalue()

    original = photo(seed, (300, 200))
    copies = [hash_of(jpeg(original, *how)) for how in ((1, 95), (0.6, 50), (1.4, 75))]
    others = [hash_of(jpeg(photo(900 + seed * 9 + k, (300, 200)), 1, 95)) for k in range(5)]
    hashes = hashes_of(np.stack([picture.grey for picture in copies + others]))
    apart = np.bitwise_count(hashes ^ hashes[0])
    assert apart[:3].max() <= 6
    assert apart[3:].min() > 12


def test_hashes_are_the_cosine_transform_above_its_median():
    grey = np.random.default_rng(5).random((3, 32, 32), np.float32)
    x = np.arange(32)
    for own, picture in zip(hashes_of(grey), grey, strict=True):
        waves = [np.cos(np.pi * k * (2 * x + 1) / 64) for k in range(1, 9)]
        coefficients = np.array([[(picture * down[:, None] * along).sum() for along in waves] for down in waves])
        coefficients[np.abs(coefficients) / 16 < 0.02] = 0
        bits = (coefficients > np.median(coefficients)).ravel()
        assert int(own) == sum(1 << k for k in range(64) if bits[k])


def test_flat_pictures_say_nothing():
    flat = [np.full((9, 9, 3), value, np.uint8) for value in (0, 100, 255)]
    hashes = hashes_of(np.stack([grey_of(swatch_of(pixels)) for pixels in flat]))
    assert (hashes == 0).all()
    np.testing.assert_array_equal(near_duplicates(hashes), range(3))


def test_ids_name_pixels_and_size():
    thumb = photo(1)
    assert tile_id(Size(480, 360), thumb) == tile_id(Size(480, 360), thumb.copy())
    ids = {
        tile_id(Size(480, 360), thumb),
        tile_id(Size(960, 720), thumb),
        tile_id(Size(480, 360), thumb[::-1]),
        tile_id(Size(480, 360), thumb.reshape(48, 36, 3)),
    }
    assert len(ids) == 4
    assert all(len(id) == 32 for id in ids)


@given(st.integers(0, 15), st.integers(0, 999))
@settings(max_examples=15)
def test_near_duplicates_are_those_of_all_pairs(distance, seed):
    rng = np.random.default_rng(seed)
    kernels = rng.integers(1, 2**63, 12, np.uint64)
    hashes = kernels[rng.integers(0, 12, 80)]
    for i in range(80):
        for bit in rng.integers(0, 64, rng.integers(0, 9)):
            hashes[i] ^= np.uint64(1) << np.uint64(bit)
    sizes = rng.integers(1, 5, (80, 2)).astype(np.int32)
    means = rng.random((80, 3), np.float32) * 0.1

    expected = np.arange(80)
    order = sorted(range(80), key=lambda i: (-int(sizes[i].prod()), i))
    for k, row in enumerate(order):
        for ahead in order[:k]:
            near = int(hashes[ahead] ^ hashes[row]).bit_count() <= distance
            alike = ((means[ahead] - means[row]) ** 2).sum() <= 0.05**2
            if expected[ahead] == ahead and near and alike and hashes[row] and hashes[ahead]:
                expected[row] = ahead
                break
    found = near_duplicates(hashes, distance=distance, sizes=sizes, means=means)
    np.testing.assert_array_equal(found, expected)


def test_near_duplicates_of_nothing_and_of_all():
    assert near_duplicates(np.empty(0, np.uint64)).shape == (0,)
    same = np.full(3000, 0x1234_5678_9ABC_DEF0, np.uint64)
    assert (near_duplicates(same) == 0).all()
    with pytest.raises(ValueError, match="distance"):
        near_duplicates(same, distance=16)

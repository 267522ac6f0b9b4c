"""Patches, extractors, saliency and compression against their definitions."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musivum.color import linear_from_srgb, oklab_from_linear
from musivum.errors import OptionError
from musivum.features import (
    EXTRACTORS,
    color_grid,
    extractor,
    gradient,
    kept_saliency,
    linear_samples,
    patches,
)


def picture(seed, height, width):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def slow_patch(linear, box, side):
    """Area average by sampling every pixel a thousandth apart would take; here by exact overlaps, one by one."""
    height, width, _ = linear.shape
    out = np.zeros((side, side, 3))
    xs, ys = np.linspace(box[0], box[2], side + 1), np.linspace(box[1], box[3], side + 1)
    for r in range(side):
        for c in range(side):
            total = 0.0
            for y in range(int(np.floor(ys[r])), int(np.ceil(ys[r + 1]))):
                for x in range(int(np.floor(xs[c])), int(np.ceil(xs[c + 1]))):
                    w = max(0, min(ys[r + 1], y + 1) - max(ys[r], y)) * max(0, min(xs[c + 1], x + 1) - max(xs[c], x))
                    out[r, c] += w * linear[min(max(y, 0), height - 1), min(max(x, 0), width - 1)]
                    total += w
            out[r, c] /= total
    return out


@settings(max_examples=25)
@given(
    st.integers(0, 10**6),
    st.tuples(st.floats(-4, 8), st.floats(-4, 6), st.floats(0.3, 14), st.floats(0.3, 14)),
    st.integers(1, 5),
)
def test_a_patch_is_the_area_average_in_linear_light(seed, corner_and_size, side):
    pixels = picture(seed, 9, 13)
    x, y, w, h = corner_and_size
    box = np.array([[x, y, x + w, y + h]])
    found = patches(linear_samples(pixels), box, side)[0]
    np.testing.assert_allclose(found, slow_patch(linear_from_srgb(pixels), box[0], side), atol=2e-4)


def test_patches_of_blocks_and_workers_are_the_same():
    samples = linear_samples(picture(1, 40, 50))
    boxes = np.random.default_rng(2).uniform(0, 20, (1300, 4))
    boxes[:, 2:] += boxes[:, :2] + 1
    assert (patches(samples, boxes, 4, workers=1) == patches(samples, boxes, 4, workers=4)).all()


# torch has no network of its own: test_backbone gives it one.
FAMILIES = sorted(EXTRACTORS.keys() - {"torch"})
OTHERS = (
    "grid1",
    "grid3",
    "gradient2",
    "gabor:phase",
    "gabor13",
    "steerable32",
    "scattering16",
    "histogram:cumulative",
)


@pytest.mark.parametrize("name", [*FAMILIES, *OTHERS])
def test_every_extractor_keeps_its_contract(name):
    found = extractor(name)
    given_patches = np.random.default_rng(0).uniform(0, 1, (5, found.side, found.side, 3)).astype(np.float32)
    given_patches[0], given_patches[1] = 0, 1
    before = given_patches.copy()
    vectors = found.describe(given_patches)
    assert vectors.dtype == np.float32
    assert vectors.shape == (5, found.dimensions)
    assert vectors.flags.c_contiguous
    assert np.isfinite(vectors).all()
    assert (given_patches == before).all()
    np.testing.assert_allclose(found.describe(given_patches[2:3]), vectors[2:3], atol=1e-5)
    assert extractor(found.name).dimensions == found.dimensions
    assert found.matches
    assert found.invariant


@pytest.mark.parametrize("name", ["", "nothing", "grid0", "grid9999", "grid8:x", "8", "grid 8", "grid8*2"])
def test_a_name_that_is_none_is_refused(name):
    with pytest.raises(OptionError):
        extractor(name)


def test_the_colour_grid_is_oklab_row_by_row():
    given_patches = np.random.default_rng(3).uniform(0, 1, (2, 3, 4, 3)).astype(np.float32)
    expected = oklab_from_linear(given_patches.astype(np.float64)).reshape(2, -1)
    np.testing.assert_allclose(color_grid(given_patches), expected, atol=1e-5)


def test_the_gradient_ignores_a_shift_of_lightness():
    grey = np.array([[0.2, 0.4], [0.6, 0.8]])
    ramp = np.repeat((grey**3)[None, ..., None], 3, axis=3)
    lighter = np.repeat(((grey + 0.1) ** 3)[None, ..., None], 3, axis=3)
    np.testing.assert_allclose(gradient(ramp), [[0.4, 0.4, 0.2, 0.2]], atol=1e-4)
    np.testing.assert_allclose(gradient(lighter), gradient(ramp), atol=1e-4)


def swatch(pixels):
    samples = linear_samples(pixels)
    return SimpleNamespace(
        data=samples.reshape(-1),
        offsets=np.array([0]),
        sizes=np.array([[pixels.shape[1], pixels.shape[0]]], np.int32),
    )


def test_a_crop_keeps_the_saliency_of_the_bright_spot_it_holds():
    pixels = np.full((32, 64, 3), 40, np.uint8)
    pixels[8:24, 4:20] = (250, 200, 40)
    boxes = np.array([[0, 0, 0.5, 1], [0.5, 0, 1, 1], [0, 0, 1, 1], [0.25, 0, 0.75, 1]])
    left, right, whole, middle = kept_saliency(swatch(pixels), np.zeros(4, np.int64), boxes)
    assert whole == pytest.approx(1)
    assert left + right == pytest.approx(1)
    assert left > 0.6 > 0.4 > right
    assert left > middle

"""Histograms of lightness and colour against their definitions and promised invariances."""

import colorsys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.waves import grey
from musivum.color import linear_from_srgb
from musivum.errors import OptionError
from musivum.features import extractor

NAMES = ["histogram", "histogram:cumulative", "hsv", "deviation"]


def described(name, pixels):
    """The vector of a 16 x 16 patch that repeats a few sRGB colours."""
    repeated = np.resize(np.asarray(pixels, np.uint8), (16, 16, 3))
    return extractor(name).describe(linear_from_srgb(repeated)[None])[0]


@pytest.mark.parametrize("name", NAMES)
def test_where_things_are_does_not_matter(name):
    rng = np.random.default_rng(0)
    patch = rng.uniform(0, 1, (256, 3)).astype(np.float32)
    both = np.stack([patch, rng.permutation(patch)]).reshape(2, 16, 16, 3)
    plain, moved = extractor(name).describe(both)
    np.testing.assert_allclose(plain, moved, atol=1e-6)


def test_the_histogram_of_lightness_is_the_definition():
    light = np.random.default_rng(1).uniform(0, 1, (16, 16))
    shares = np.zeros(16)
    for value in light.reshape(-1):
        shares += np.maximum(1 - np.abs(value * 15 - np.arange(16)), 0) / 256
    np.testing.assert_allclose(extractor("histogram").describe(grey(light[None]))[0], shares, atol=1e-5)
    cumulative = extractor("histogram:cumulative").describe(grey(light[None]))[0]
    np.testing.assert_allclose(cumulative, [shares[: k + 1].sum() for k in range(15)], atol=1e-5)


def test_only_the_cumulative_one_knows_how_far_apart_two_greys_are():
    light = grey(np.broadcast_to(np.array([4, 6, 12])[:, None, None] / 15, (3, 16, 16)))
    for name, ratio in (("histogram", 1.0), ("histogram:cumulative", 2.0)):
        a, b, c = extractor(name).describe(light)
        assert np.linalg.norm(c - a) / np.linalg.norm(b - a) == pytest.approx(ratio, rel=1e-4)


def test_the_deviation_is_that_of_lightness():
    light = np.random.default_rng(2).uniform(0.2, 0.8, (16, 16))
    even, one, lighter, negative, checks = extractor("deviation").describe(
        grey(np.stack([np.full((16, 16), 0.4), light, light + 0.1, 1 - light, np.indices((16, 16)).sum(0) % 2]))
    )[:, 0]
    assert even == pytest.approx(0, abs=1e-6)
    assert one == pytest.approx(light.std(), rel=1e-4)
    assert lighter == pytest.approx(one, rel=1e-4)
    assert negative == pytest.approx(one, rel=1e-4)
    assert checks == pytest.approx(0.5, rel=1e-4)


def slow_shares(pixels):
    """35 shares of colours (n, 3), by Python's own colour conversion, bin by bin."""
    shares = np.zeros(35)
    for pixel in pixels:
        hue, saturation, value = colorsys.rgb_to_hsv(*(float(c) / 255 for c in pixel))
        for v in range(3):
            in_value = max(1 - abs(2 * value - v), 0)
            for s in range(3):
                in_both = in_value * max(1 - abs(2 * saturation - s), 0)
                if v == 0:
                    shares[0] += in_both
                elif s == 0:
                    shares[1 + 17 * (v - 1)] += in_both
                else:
                    for h in range(8):
                        apart = abs(8 * hue - h)
                        at = 17 * (v - 1) + 2 + 8 * (s - 1) + h
                        shares[at] += in_both * max(1 - min(apart, 8 - apart), 0)
    return shares / len(pixels)


@settings(max_examples=60)
@given(st.lists(st.tuples(*3 * [st.integers(0, 255)]), min_size=1, max_size=4))
def test_the_histogram_of_colour_is_the_definition(colours):
    pixels = np.resize(np.array(colours, np.uint8), (256, 3))
    vector = described("hsv", colours)
    np.testing.assert_allclose(vector**2, slow_shares(pixels), atol=1e-5)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_equal_colours_fall_together_whatever_their_nominal_hue():
    for one, other in (((128, 128, 127), (127, 128, 128)), ((1, 0, 0), (0, 0, 1)), ((250, 0, 1), (250, 1, 0))):
        apart = np.linalg.norm(described("hsv", [one]) - described("hsv", [other]))
        assert apart < 0.2 * np.linalg.norm(described("hsv", [(255, 0, 0)]) - described("hsv", [(0, 0, 255)]))


def test_what_there_is_not_is_refused():
    for name in ("histogram65", "histogram:16", "hsv65", "hsv:rgb", "deviation1", "deviation65", "deviation:max"):
        with pytest.raises(OptionError):
            extractor(name)

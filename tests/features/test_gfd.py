"""Generic Fourier descriptors against their definition and promised invariances."""

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from features.waves import blobs, grey
from musivum.features import extractor


def described(*light, side=32):
    return extractor(f"gfd{side}").describe(grey(np.stack(light)))


def test_descriptors_are_those_of_the_definition():
    side, angles = 9, 96
    light = np.random.default_rng(0).uniform(0.1, 0.9, (side, side))
    radius = (np.arange(side // 2) + 0.5) * side / 2 / (side // 2)
    angle = 2 * np.pi * (np.arange(angles) + 0.5) / angles
    at = [side / 2 - 0.5 + radius[:, None] * f(angle) for f in (np.sin, np.cos)]
    rectangle = map_coordinates(light, at, order=1, mode="nearest")
    magnitude = np.abs(np.fft.fft2(rectangle))[:4, :9].reshape(-1) / rectangle.size
    magnitude[1:] /= magnitude[0]
    np.testing.assert_allclose(described(light, side=side)[0], magnitude, atol=1e-5)


def test_quarter_turns_change_nothing():
    light = np.random.default_rng(1).uniform(0, 1, (32, 32))
    plain, *turned = described(*(np.rot90(light, k) for k in range(4)))
    for vector in turned:
        np.testing.assert_allclose(vector, plain, atol=1e-5)


def test_any_turn_changes_it_little_against_another_picture():
    plain = described(blobs(32))[0]
    others = described(*(blobs(32, seed) for seed in range(1, 20)))
    for degrees in (10, 33, 75, 140):
        turned = described(blobs(32, turn=np.radians(degrees)))[0]
        assert np.linalg.norm(turned - plain) < 0.25 * np.linalg.norm(others - plain, axis=1).min()


def test_a_move_is_noticed():
    plain, moved, turned = described(blobs(32), blobs(32, dx=5), blobs(32, turn=1))
    assert np.linalg.norm(moved - plain) > 3 * np.linalg.norm(turned - plain)


def test_exposure_changes_the_first_number_only():
    patches = grey(blobs(32)[None])
    plain, darker = extractor("gfd").describe(np.concatenate([patches, patches * 0.125]))
    assert darker[0] == pytest.approx(plain[0] / 2, abs=1e-5)
    np.testing.assert_allclose(darker[1:], plain[1:], atol=1e-5)


def test_an_even_patch_is_its_lightness():
    np.testing.assert_allclose(described(np.full((32, 32), 0.7))[0], [0.7] + 35 * [0], atol=1e-5)

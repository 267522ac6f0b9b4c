"""Steerable amplitudes: the steering, turned pictures, planted waves and promised invariances."""

import numpy as np
import pytest

from features.waves import blobs, grey, wave
from musivum.features import extractor
from musivum.features._steerable import HARMONICS, _steering, basis_filters


def test_filters_steered_from_the_basis_are_filters_turned():
    x, y = np.random.default_rng(0).uniform(-2, 2, (2, 50))
    basis = basis_filters(x, y)
    even, odd, _ = _steering()
    for k in range(8):
        c, s = np.cos(np.pi * k / 8), np.sin(np.pi * k / 8)
        turned = basis_filters(c * x + s * y, c * y - s * x)
        np.testing.assert_allclose(even[:, k] @ basis[:3], turned[0], atol=1e-5)
        np.testing.assert_allclose(odd[:, k] @ basis[3:], turned[3], atol=1e-3)  # the table has four digits


@pytest.mark.parametrize("side", [8, 16, 21, 32])
def test_a_quarter_turn_moves_the_squares_and_turns_the_first_pair_over(side):
    light = np.random.default_rng(1).uniform(0.1, 0.9, (1, side, side))
    found = extractor(f"steerable{side}")
    plain, turned = (
        found.describe(grey(x)).reshape(-1, 4, 4, HARMONICS) for x in (light, np.rot90(light, axes=(1, 2)))
    )
    expected = np.rot90(plain, axes=(1, 2)) * np.array([1, -1, -1, 1, 1])
    np.testing.assert_allclose(turned, expected, atol=1e-5)


@pytest.mark.parametrize("angle", [0.0, 0.5, 1.3, 2.6])
def test_a_wave_is_found_with_its_angle_and_amplitude(angle):
    light = wave(16, 6.3, angle, phase=0.7, amplitude=0.2)
    squares = extractor("steerable").describe(grey(light[None]))[0].reshape(3, 4, 4, HARMONICS)
    mean, cosine, sine = squares[1, 1:3, 1:3].mean((0, 1))[:3]
    assert np.cos(np.arctan2(sine, cosine) - 2 * angle) > np.cos(2 * np.radians(3))
    assert squares[:, 1:3, 1:3, 0].mean((1, 2)).argmax() == 1
    assert 0.25 * 0.2 < mean < 0.75 * 0.2


def test_negatives_and_shifts_of_lightness_have_the_same_vector_and_even_patches_none():
    light = 0.3 + 0.5 * blobs(16)[None]
    describe = extractor("steerable").describe
    plain = describe(grey(light))
    np.testing.assert_allclose(describe(grey(light + 0.1)), plain, atol=1e-5)
    np.testing.assert_allclose(describe(grey(1 - light)), plain, atol=1e-5)
    np.testing.assert_allclose(describe(grey(np.full((1, 16, 16), 0.7))), 0, atol=1e-6)


def test_a_small_move_changes_it_less_than_the_gradient():
    plain, moved = (grey(wave(16, 6.3, 0.4, phase=phase)[None]) for phase in (0, np.pi))
    change = {}
    for name in ("steerable", "gradient16"):
        a, b = (extractor(name).describe(x) for x in (plain, moved))
        change[name] = np.linalg.norm(a - b) / np.linalg.norm(a)
    assert change["steerable"] < 0.3 < 1.5 < change["gradient16"]

"""Gabor amplitudes and signed responses against their definition, planted waves and promised invariances."""

import numpy as np
import pytest

from features.waves import blobs, grey, wave
from musivum.errors import OptionError
from musivum.features import extractor


def slow_response(light, x, y, wavelength, angle, phase):
    """One filter at one place, pixel by pixel; the window is cut off at the border, its share of the sum taken away."""
    sigma = 0.4 * wavelength
    window, values = np.zeros(light.shape), np.zeros(light.shape)
    for row in range(light.shape[0]):
        for column in range(light.shape[1]):
            dx, dy = column + 0.5 - x, row + 0.5 - y
            window[row, column] = np.exp(-(dx**2 + dy**2) / (2 * sigma**2)) / (np.pi * sigma**2)
            along = dx * np.cos(angle) + dy * np.sin(angle)
            values[row, column] = window[row, column] * np.cos(2 * np.pi * along / wavelength - phase)
    return ((values - window * values.sum() / window.sum()) * light).sum()


def test_responses_and_amplitudes_are_those_of_the_definition():
    light = np.random.default_rng(0).uniform(0.1, 0.9, (8, 8))
    signed = extractor("gabor8:phase").describe(grey(light[None]))[0].reshape(2, 4, 4, 2, 8)
    energy = extractor("gabor8").describe(grey(light[None]))[0].reshape(2, 4, 4, 8)
    for scale, row, column, k in [(0, 0, 0, 0), (0, 1, 3, 5), (1, 2, 2, 3), (1, 3, 0, 7)]:
        place = 2 * column + 1, 2 * row + 1, (3, 6)[scale], np.pi * k / 8
        pair = [slow_response(light, *place, phase) for phase in (0, np.pi / 2)]
        np.testing.assert_allclose(signed[scale, row, column, :, k], pair, atol=1e-5)
        assert energy[scale, row, column, k] == pytest.approx(np.hypot(*pair), abs=1e-5)


@pytest.mark.parametrize("name", ["gabor8", "gabor16", "gabor23", "gabor32", "gabor:phase"])
def test_an_even_patch_has_no_energy_anywhere(name):
    found = extractor(name)
    flat = np.broadcast_to(np.float32([0.9, 0.4, 0.1]), (1, found.side, found.side, 3))
    np.testing.assert_allclose(found.describe(flat), 0, atol=1e-6)


@pytest.mark.parametrize("k", range(8))
@pytest.mark.parametrize(("scale", "wavelength"), [(0, 3), (1, 6)])
def test_a_wave_is_found_in_its_channel_with_its_amplitude(scale, wavelength, k):
    light = wave(16, wavelength, np.pi * k / 8, phase=1.0, amplitude=0.2)
    middle = extractor("gabor").describe(grey(light[None]))[0].reshape(3, 4, 4, 8)[:, 1:3, 1:3].mean((1, 2))
    assert np.unravel_index(middle.argmax(), middle.shape) == (scale, k)
    assert middle[scale, k] == pytest.approx(0.2, rel=0.2)


def test_negatives_and_shifts_of_lightness_have_the_same_amplitudes_and_opposite_or_equal_responses():
    light = 0.3 + 0.5 * blobs(16)[None]
    for name, sign in (("gabor", 1), ("gabor:phase", -1)):
        plain, lighter, negative = (extractor(name).describe(grey(x)) for x in (light, light + 0.1, 1 - light))
        np.testing.assert_allclose(lighter, plain, atol=1e-5)
        np.testing.assert_allclose(negative, sign * plain, atol=1e-5)


def test_amplitudes_bear_a_small_move_where_responses_turn_over():
    plain, moved = wave(16, 6, 0.4)[None], wave(16, 6, 0.4, phase=np.pi)[None]
    change = {}
    for name in ("gabor", "gabor:phase"):
        a, b = (extractor(name).describe(grey(x)) for x in (plain, moved))
        change[name] = np.linalg.norm(a - b) / np.linalg.norm(a)
    assert change["gabor"] < 0.3
    assert change["gabor:phase"] > 1.5


@pytest.mark.parametrize("name", ["gabor7", "gabor33", "gabor:sine"])
def test_what_there_is_not_is_refused(name):
    with pytest.raises(OptionError, match="gabor"):
        extractor(name)

"""Scattering against its definition without subsampling, its bound, and planted waves."""

import numpy as np
import pytest

from features.waves import blobs, grey, wave
from musivum.errors import OptionError
from musivum.features import extractor
from musivum.features._scattering import CHANNELS, _filters


def mirrored(light):
    return np.pad(light, ((0, 0), (8, 8), (8, 8)), mode="symmetric")


def slow_scattering(light):
    """(squares, CHANNELS) of one patch: every wavelet and average at full size."""
    wavelets, averages = _filters(len(light))
    size = len(light) + 16
    transfers = []
    for rows, columns, transfer in wavelets:
        full = np.zeros((len(transfer), size, size))
        for k in range(len(transfer)):
            np.add.at(full[k], (rows[k] % size, columns[k] % size), transfer[k])
        transfers.append(full)

    def moduli(image, transfer):
        return [np.abs(np.fft.ifft2(np.fft.fft2(image) * t)) for t in transfer]

    found, second = [mirrored(light[None])[0]], []
    for j, transfer in enumerate(transfers):
        first = moduli(found[0], transfer)
        found += first
        for coarser in transfers[j + 1 :]:
            second += [twice for once in first for twice in moduli(once, coarser)]
    return np.stack([image.reshape(-1) @ averages[size] for image in found + second], axis=1)


@pytest.mark.parametrize("side", [16, 24])
def test_coefficients_are_those_of_the_definition(side):
    light = np.random.default_rng(0).uniform(0.1, 0.9, (side, side))
    found = extractor(f"scattering{side}").describe(grey(light[None]))[0].reshape(-1, CHANNELS)
    expected = slow_scattering(light)
    np.testing.assert_allclose(found[:, :5], expected[:, :5], atol=1e-5)  # nothing is subsampled yet
    np.testing.assert_allclose(found, expected, atol=0.03 * expected[:, 1:].max())


def test_the_weights_of_an_average_sum_to_one_and_lie_about_its_square():
    _, averages = _filters(16)
    for size, weights in averages.items():
        np.testing.assert_allclose(weights.sum(0), 1, atol=1e-6)
        at = np.arange(size) * (32 / size) - 8
        for k, (row, column) in enumerate([(3.5, 3.5), (3.5, 11.5), (11.5, 3.5), (11.5, 11.5)]):
            found = weights[:, k].reshape(size, size)
            assert found.sum(1) @ at == pytest.approx(row, abs=0.1)
            assert found.sum(0) @ at == pytest.approx(column, abs=0.1)


@pytest.mark.parametrize("side", [16, 32])
def test_no_frequency_gains_energy(side):
    wavelets, _ = _filters(side)
    size = side + 16
    frequency = 2 * np.pi * np.fft.fftfreq(size)
    total = np.exp(-(3.2**2) * (frequency[:, None] ** 2 + frequency**2))
    for rows, columns, transfer in wavelets:
        np.add.at(total, (rows % size, columns % size), transfer**2 / 2)
        np.add.at(total, (-rows % size, -columns % size), transfer**2 / 2)
    assert total.max() == pytest.approx(1, abs=1e-3)


def test_vectors_are_no_farther_apart_than_patches():
    light = np.stack([*np.random.default_rng(0).uniform(0, 1, (6, 32, 32)), *(blobs(32, s) for s in range(6))])
    vectors = 8 * extractor("scattering").describe(grey(light))  # one number for 8 x 8 pixels
    for i in range(len(light)):
        for j in range(i):
            apart = np.linalg.norm(mirrored(light[i][None]) - mirrored(light[j][None]))
            assert np.linalg.norm(vectors[i] - vectors[j]) <= apart


def test_an_even_patch_has_its_lightness_and_nothing_else():
    vector = extractor("scattering").describe(grey(np.full((1, 32, 32), 0.7)))[0].reshape(16, CHANNELS)
    np.testing.assert_allclose(vector[:, 0], 0.7, atol=1e-5)
    np.testing.assert_allclose(vector[:, 1:], 0, atol=1e-5)


@pytest.mark.parametrize("k", range(4))
@pytest.mark.parametrize(("octave", "wavelength"), [(0, 8 / 3), (1, 16 / 3), (2, 32 / 3)])
def test_a_wave_is_found_in_its_channel(octave, wavelength, k):
    light = wave(32, wavelength, np.pi * k / 4)
    first = extractor("scattering").describe(grey(light[None]))[0].reshape(4, 4, CHANNELS)[1:3, 1:3, 1:13]
    assert first.mean((0, 1)).argmax() == 4 * octave + k


def test_a_small_move_changes_texture_less_than_it_changes_pixels():
    texture = np.random.default_rng(3).uniform(0.2, 0.8, (33, 33))
    plain, moved = texture[:32, :32], texture[1:, 1:]
    a, b = extractor("scattering").describe(grey(np.stack([plain, moved]))).reshape(2, 16, CHANNELS)[..., 1:]
    assert np.linalg.norm(a - b) / np.linalg.norm(a) < 0.35
    assert np.linalg.norm(plain - moved) / np.linalg.norm(plain - 0.5) > 1.2


@pytest.mark.parametrize("name", ["scattering8", "scattering20", "scattering72", "scattering:2"])
def test_what_there_is_not_is_refused(name):
    with pytest.raises(OptionError, match="scattering"):
        extractor(name)

"""Colour spaces and differences against published numbers."""

import numpy as np
import pytest

from musivum.color import (
    DIFFERENCES,
    cie76,
    ciede2000,
    cielab_from_linear,
    linear_from_oklab,
    linear_from_srgb,
    oklab_from_linear,
    srgb_from_linear,
)

# Table 1 of Sharma, Wu and Dalal 2005, doi:10.1002/col.20070: L1 a1 b1, L2 a2 b2, difference.
SHARMA = np.array(
    [
        [50.0000, 2.6772, -79.7751, 50.0000, 0.0000, -82.7485, 2.0425],
        [50.0000, 3.1571, -77.2803, 50.0000, 0.0000, -82.7485, 2.8615],
        [50.0000, 2.8361, -74.0200, 50.0000, 0.0000, -82.7485, 3.4412],
        [50.0000, -1.3802, -84.2814, 50.0000, 0.0000, -82.7485, 1.0000],
        [50.0000, -1.1848, -84.8006, 50.0000, 0.0000, -82.7485, 1.0000],
        [50.0000, -0.9009, -85.5211, 50.0000, 0.0000, -82.7485, 1.0000],
        [50.0000, 0.0000, 0.0000, 50.0000, -1.0000, 2.0000, 2.3669],
        [50.0000, -1.0000, 2.0000, 50.0000, 0.0000, 0.0000, 2.3669],
        [50.0000, 2.4900, -0.0010, 50.0000, -2.4900, 0.0009, 7.1792],
        [50.0000, 2.4900, -0.0010, 50.0000, -2.4900, 0.0010, 7.1792],
        [50.0000, 2.4900, -0.0010, 50.0000, -2.4900, 0.0011, 7.2195],
        [50.0000, 2.4900, -0.0010, 50.0000, -2.4900, 0.0012, 7.2195],
        [50.0000, -0.0010, 2.4900, 50.0000, 0.0009, -2.4900, 4.8045],
        [50.0000, -0.0010, 2.4900, 50.0000, 0.0010, -2.4900, 4.8045],
        [50.0000, -0.0010, 2.4900, 50.0000, 0.0011, -2.4900, 4.7461],
        [50.0000, 2.5000, 0.0000, 50.0000, 0.0000, -2.5000, 4.3065],
        [50.0000, 2.5000, 0.0000, 73.0000, 25.0000, -18.0000, 27.1492],
        [50.0000, 2.5000, 0.0000, 61.0000, -5.0000, 29.0000, 22.8977],
        [50.0000, 2.5000, 0.0000, 56.0000, -27.0000, -3.0000, 31.9030],
        [50.0000, 2.5000, 0.0000, 58.0000, 24.0000, 15.0000, 19.4535],
        [50.0000, 2.5000, 0.0000, 50.0000, 3.1736, 0.5854, 1.0000],
        [50.0000, 2.5000, 0.0000, 50.0000, 3.2972, 0.0000, 1.0000],
        [50.0000, 2.5000, 0.0000, 50.0000, 1.8634, 0.5757, 1.0000],
        [50.0000, 2.5000, 0.0000, 50.0000, 3.2592, 0.3350, 1.0000],
        [60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644],
        [63.0109, -31.0961, -5.8663, 62.8187, -29.7946, -4.0864, 1.2630],
        [61.2901, 3.7196, -5.3901, 61.4292, 2.2480, -4.9620, 1.8731],
        [35.0831, -44.1164, 3.7933, 35.0232, -40.0716, 1.5901, 1.8645],
        [22.7233, 20.0904, -46.6940, 23.0331, 14.9730, -42.5619, 2.0373],
        [36.4612, 47.8580, 18.3852, 36.2715, 50.5065, 21.2231, 1.4146],
        [90.8027, -2.0831, 1.4410, 91.1528, -1.6435, 0.0447, 1.4441],
        [90.9257, -0.5406, -0.9208, 88.6381, -0.8985, -0.7239, 1.5381],
        [6.7747, -0.2908, -2.4247, 5.8714, -0.0985, -2.2286, 0.6377],
        [2.0776, 0.0795, -1.1350, 0.9033, -0.0636, -0.5514, 0.9082],
    ]
)


def test_ciede2000_gives_the_published_differences():
    np.testing.assert_allclose(ciede2000(SHARMA[:, :3], SHARMA[:, 3:6]), SHARMA[:, 6], atol=5e-5)
    np.testing.assert_allclose(ciede2000(SHARMA[:, 3:6], SHARMA[:, :3]), SHARMA[:, 6], atol=5e-5)


@pytest.mark.parametrize("name", DIFFERENCES)
def test_every_difference_is_zero_for_equals_and_symmetric(name):
    rng = np.random.default_rng(0)
    one, two = (rng.uniform((0, -90, -90), (100, 90, 90), (50, 3)) for _ in range(2))
    difference = DIFFERENCES[name]
    np.testing.assert_allclose(difference(one, one), 0, atol=1e-9)
    np.testing.assert_allclose(difference(one, two), difference(two, one), rtol=1e-9)
    assert (difference(one, two) > 0).all()


def test_cie76_is_the_euclidean_distance():
    assert cie76(np.array([50.0, 1, 2]), np.array([53.0, 5, 14])) == pytest.approx(13)


@pytest.mark.parametrize(
    ("srgb", "cielab", "oklab"),
    [
        ((255, 255, 255), (100, 0, 0), (1, 0, 0)),
        ((0, 0, 0), (0, 0, 0), (0, 0, 0)),
        ((255, 0, 0), (53.24, 80.09, 67.20), (0.6280, 0.2249, 0.1258)),
        ((0, 255, 0), (87.73, -86.18, 83.18), (0.8664, -0.2339, 0.1795)),
        ((0, 0, 255), (32.30, 79.19, -107.86), (0.4520, -0.0325, -0.3115)),
    ],
)
def test_primaries_have_their_published_coordinates(srgb, cielab, oklab):
    linear = linear_from_srgb(np.array([srgb], np.uint8)).astype(np.float64)
    np.testing.assert_allclose(cielab_from_linear(linear)[0], cielab, atol=0.05)
    np.testing.assert_allclose(oklab_from_linear(linear)[0], oklab, atol=5e-4)


def test_linear_light_of_middle_grey_and_the_dark_end():
    found = linear_from_srgb(np.array([[0, 1, 10], [128, 188, 255]], np.uint8))
    np.testing.assert_allclose(found, [[0, 1 / 255 / 12.92, 10 / 255 / 12.92], [0.2158605, 0.5028865, 1]], atol=1e-6)


def test_every_byte_survives_linear_light_and_oklab():
    every = np.arange(256, dtype=np.uint8)
    assert (srgb_from_linear(linear_from_srgb(every)) == every).all()
    colours = np.random.default_rng(1).integers(0, 256, (4000, 3), dtype=np.uint8)
    through = linear_from_oklab(oklab_from_linear(linear_from_srgb(colours).astype(np.float64)))
    assert (srgb_from_linear(through) == colours).all()


def test_bytes_of_linear_light_are_the_nearest_and_clipped():
    encoded = np.linspace(0, 1, 5001)
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    exact = encoded * 255
    clear = np.abs(exact - np.floor(exact) - 0.5) > 1e-3
    assert (srgb_from_linear(linear)[clear] == np.round(exact)[clear]).all()
    assert srgb_from_linear(np.array([-0.5, 1.5])).tolist() == [0, 255]

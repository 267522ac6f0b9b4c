"""Fidelity against its slow definitions."""

import numpy as np
import pytest
from scipy.ndimage import uniform_filter

from musivum.color import cie76, ciede2000, cielab_from_linear, linear_from_srgb
from musivum.export import _fidelity, mean_difference, ssim
from render.mosaics import noise


def slow_ssim(a, b, window=7):
    """Wang et al. 2004, equation 13, one window after the other."""
    luma = [0.2126, 0.7152, 0.0722]
    x, y = a / 255 @ luma, b / 255 @ luma
    found = []
    for i in range(x.shape[0] - window + 1):
        for j in range(x.shape[1] - window + 1):
            p, q = (z[i : i + window, j : j + window].ravel() for z in (x, y))
            (s_pp, s_pq), (_, s_qq) = np.cov(p, q)
            low = (p.mean() ** 2 + q.mean() ** 2 + 0.01**2) * (s_pp + s_qq + 0.03**2)
            found.append((2 * p.mean() * q.mean() + 0.01**2) * (2 * s_pq + 0.03**2) / low)
    return np.mean(found)


@pytest.fixture
def pair():
    rng = np.random.default_rng(3)
    a = noise(rng, 23, 19)
    return a, np.clip(a + rng.normal(0, 40, a.shape), 0, 255).astype(np.uint8)


def test_ssim_is_its_definition(pair):
    assert ssim(*pair) == pytest.approx(slow_ssim(*pair), abs=1e-12)


def test_ssim_is_a_uniform_filter_inside_the_border():
    rng = np.random.default_rng(4)
    a, b = noise(rng, 150, 131), noise(rng, 150, 131)
    x, y = (z / 255 @ [0.2126, 0.7152, 0.0722] for z in (a, b))
    mx, my = uniform_filter(x, 7), uniform_filter(y, 7)
    vx, vy, vxy = (49 / 48 * (uniform_filter(p, 7) - q) for p, q in ((x * x, mx**2), (y * y, my**2), (x * y, mx * my)))
    index = (2 * mx * my + 1e-4) * (2 * vxy + 9e-4) / ((mx**2 + my**2 + 1e-4) * (vx + vy + 9e-4))
    assert ssim(a, b) == pytest.approx(index[3:-3, 3:-3].mean(), abs=1e-12)


def test_mean_differences_are_the_means_of_the_formulas(pair):
    lab = [cielab_from_linear(linear_from_srgb(pixels).astype(np.float64)) for pixels in pair]
    assert mean_difference(*pair) == pytest.approx(ciede2000(*lab).mean(), rel=1e-4)
    assert mean_difference(*pair, "cie76") == pytest.approx(cie76(*lab).mean(), rel=1e-4)


@pytest.mark.parametrize("band", [1, 60, 23 * 8])
def test_bands_add_up_to_the_whole(pair, band, monkeypatch):
    whole = ssim(*pair), mean_difference(*pair)
    monkeypatch.setattr(_fidelity, "_BAND_PIXELS", band)
    assert (ssim(*pair), mean_difference(*pair)) == pytest.approx(whole, rel=1e-6)


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (4, 3), (7, 7), (40, 2)])
def test_equal_pictures_of_any_size(shape):
    picture = noise(np.random.default_rng(0), *shape)
    assert ssim(picture, picture) == pytest.approx(1, abs=1e-12)
    assert mean_difference(picture, picture) == 0
    assert -1 <= ssim(picture, 255 - picture) < 1


def test_black_and_white_are_100_apart():
    black = np.zeros((9, 9, 3), np.uint8)
    assert mean_difference(black, ~black) == pytest.approx(100, abs=1e-3)
    assert ssim(black, ~black) == pytest.approx(1e-4 / (1 + 1e-4), rel=1e-6)


def test_pictures_of_different_sizes_are_refused():
    a = np.zeros((9, 9, 3), np.uint8)
    for compare in (ssim, mean_difference):
        with pytest.raises(ValueError, match="cannot be compared"):
            compare(a, a[:8])

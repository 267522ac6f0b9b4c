"""Small libraries on disk, made once for all tests of the engines."""

import numpy as np
import pytest
from PIL import Image

from musivum.color import linear_from_oklab, srgb_from_linear
from musivum.library import index, open_library


def photo(seed, width, height):
    """A picture with a colour of its own, a slope and some structure."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] / max(width, height)
    base = np.array([rng.uniform(0.15, 0.95), *rng.uniform(-0.1, 0.1, 2)])
    lab = base + rng.uniform(-0.2, 0.2) * x[..., None] + rng.uniform(-0.2, 0.2) * y[..., None]
    wave = np.sin(2 * np.pi * (x * rng.uniform(-4, 4) + y * rng.uniform(-4, 4)))
    lab = lab + (rng.uniform(0, 0.15) * wave)[..., None] * np.array([1, 0, 0])
    return srgb_from_linear(linear_from_oklab(lab).astype(np.float32))


@pytest.fixture(scope="session")
def photos(tmp_path_factory):
    """120 photos, upright, wide and square."""
    folder = tmp_path_factory.mktemp("photos")
    for i in range(120):
        width, height = ((48, 32), (32, 48), (40, 40), (64, 32))[i % 4]
        Image.fromarray(photo(i, width, height)).save(folder / f"{i:03d}.png")
    directory = tmp_path_factory.mktemp("library") / "lib"
    index([folder], directory)
    return open_library(directory)


@pytest.fixture(scope="session")
def target():
    """A picture of 110 x 140 pixels with smooth parts and edges."""
    pixels = photo(1000, 140, 110)
    pixels[30:80, 40:90] = photo(1001, 50, 50)
    return pixels

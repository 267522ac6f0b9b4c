"""Small libraries on disk, made once for all tests of the engines."""

import pytest
from PIL import Image

from engines.textures import photo
from musivum.library import index, open_library


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

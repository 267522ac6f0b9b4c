"""Parts of a picture, turned, scaled and tinted and put among strangers, are placed where they came from."""

import math

import numpy as np
import pytest
from PIL import Image

from engines.textures import about, photo, seen, texture
from musivum.engines.fractal import FractalOptions, plan_fractal
from musivum.geometry import Similarity, Size
from musivum.library import index, open_library

CANVAS = Size(240, 180)
OPTIONS = FractalOptions(smallest=0.1, copies="1", detail=1.0, shift=1.0, fill="match")
# Middle, side, angle of each part on the canvas, and its photo's pixels.
PARTS = [
    ((60, 62), 85, 0.4, 128),
    ((175, 60), 72, -2.1, 60),
    ((60, 140), 50, 3.0, 77),
    ((130, 130), 58, 1.3, 100),
    ((200, 135), 44, -0.7, 64),
]


def as_bytes(picture, gain=1.0, offset=0.0):
    return np.rint(128 + 4 * picture * gain + offset).clip(0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """The target, a library of its parts and of strangers, and where each part belongs, by its file's name."""
    rng = np.random.default_rng(7)
    folder = tmp_path_factory.mktemp("planted")
    waves, poses = texture(rng), {}
    for number, (middle, side, angle, pixels) in enumerate(PARTS):
        pose = about(side / pixels, angle, (pixels / 2, pixels / 2), middle)
        part = as_bytes(seen(waves, pose, pixels, pixels), rng.uniform(0.9, 1.1, 3), rng.uniform(-10, 10, 3))
        Image.fromarray(part).save(folder / f"part{number}.png")
        poses[f"part{number}.png"] = pose
    for seed in range(40):
        Image.fromarray(photo(seed, 48, 48)).save(folder / f"stranger{seed}.png")
    directory = tmp_path_factory.mktemp("library") / "lib"
    index([folder], directory)
    return as_bytes(seen(waves, Similarity(), *CANVAS)), open_library(directory), poses


def test_planted_parts_are_placed_where_they_came_from(planted):
    target, library, poses = planted
    plan = plan_fractal(target, library, OPTIONS, canvas=CANVAS)
    names = [source.rsplit("/", 1)[-1] for source in plan.tiles.sources]
    found = {names[plan.placements.tile[i]]: plan.placements[i].transform for i in range(len(plan.placements))}
    for (_, side, _, pixels), (name, pose) in zip(PARTS, poses.items(), strict=True):
        middle = (pixels / 2, pixels / 2)
        assert math.dist(found[name](middle), pose(middle)) < 0.01 * side, name
        turn = (found[name].rotation - pose.rotation + math.pi) % (2 * math.pi) - math.pi
        assert abs(math.degrees(turn)) < 1, name
        assert found[name].scale == pytest.approx(pose.scale, rel=0.01), name

"""The tiles that come with musivum."""

import numpy as np

from musivum.color import linear_from_srgb, oklab_from_linear
from musivum.library import generate_tiles


def test_there_are_enough_and_all_differ(builtin_tiles):
    assert len(builtin_tiles) >= 500
    assert len({pixels.tobytes() for pixels in builtin_tiles.values()}) == len(builtin_tiles)
    assert all(pixels.shape == (128, 128, 3) and pixels.dtype == np.uint8 for pixels in builtin_tiles.values())


def test_they_are_the_same_every_time(builtin_tiles):
    for (name, pixels), _ in zip(generate_tiles(), range(40), strict=False):
        np.testing.assert_array_equal(builtin_tiles[name], pixels)


def test_their_colours_reach_everywhere(builtin_tiles):
    means = np.array([linear_from_srgb(pixels).mean(axis=(0, 1)) for pixels in builtin_tiles.values()])
    own = oklab_from_linear(means.astype(np.float64))
    steps = np.linspace(0, 1, 7) ** 2.2
    wanted = oklab_from_linear(np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3))
    nearest = np.sqrt(((wanted[:, None] - own[None]) ** 2).sum(axis=2).min(axis=1))
    assert nearest.mean() < 0.06
    assert nearest.max() < 0.17


def test_they_have_edges_in_every_direction(builtin_tiles):
    grey = np.stack([pixels.mean(axis=2) for name, pixels in builtin_tiles.items() if name.startswith("grating/")])
    dy, dx = np.gradient(grey, axis=(1, 2))
    xx, yy, xy = (dx * dx).mean((1, 2)), (dy * dy).mean((1, 2)), (dx * dy).mean((1, 2))
    angle = np.arctan2(2 * xy, xx - yy) / 2
    strong = np.hypot(xx - yy, 2 * xy) > 0.5 * (xx + yy)
    counted, _ = np.histogram(angle[strong], 8, (-np.pi / 2, np.pi / 2))
    assert counted.min() >= 5

"""Pictures that stand for photos, and textures without end that can be seen exactly through any similarity."""

import math
from dataclasses import replace

import numpy as np

from musivum.color import linear_from_oklab, srgb_from_linear
from musivum.geometry import Similarity

WAVES = 150


def photo(seed, width, height):
    """A picture with a colour of its own, a slope and some structure."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] / max(width, height)
    base = np.array([rng.uniform(0.15, 0.95), *rng.uniform(-0.1, 0.1, 2)])
    lab = base + rng.uniform(-0.2, 0.2) * x[..., None] + rng.uniform(-0.2, 0.2) * y[..., None]
    wave = np.sin(2 * np.pi * (x * rng.uniform(-4, 4) + y * rng.uniform(-4, 4)))
    lab = lab + (rng.uniform(0, 0.15) * wave)[..., None] * np.array([1, 0, 0])
    return srgb_from_linear(linear_from_oklab(lab).astype(np.float32))


def texture(rng):
    """A picture without end: waves of all lengths from 10 to 500, as much of each octave, as in photos."""
    length = np.exp(rng.uniform(math.log(10), math.log(500), WAVES))
    angle = rng.uniform(0, 2 * math.pi, WAVES)
    frequency = np.stack([np.cos(angle), np.sin(angle)], axis=1) / length[:, None]
    heights = rng.normal(size=(WAVES, 1)) + 0.5 * rng.normal(size=(WAVES, 3))
    return frequency, rng.uniform(0, 2 * math.pi, WAVES), heights


def seen(waves, view, width, height):
    """(height, width, 3): each pixel is the exact mean of the texture over its square as `view` lays it."""
    frequency, phase, heights = waves
    turned = frequency @ np.array(
        [[math.cos(view.rotation), -math.sin(view.rotation)], [math.sin(view.rotation), math.cos(view.rotation)]]
    )
    per_pixel = view.scale * turned
    phase = phase + 2 * math.pi * frequency @ np.array([view.dx, view.dy])
    heights = heights * (np.sinc(per_pixel[:, 0]) * np.sinc(per_pixel[:, 1]))[:, None]
    across = np.exp(2j * math.pi * np.outer(np.arange(width) + 0.5, per_pixel[:, 0]))
    down = np.exp(1j * (2 * math.pi * np.outer(np.arange(height) + 0.5, per_pixel[:, 1]) + phase))
    return np.stack([((down * h) @ across.T).real for h in heights.T], axis=-1)


def about(pose_scale, rotation, centre, onto):
    """The similarity that brings the point `centre` to `onto`."""
    turned = Similarity(pose_scale, rotation)
    x, y = np.subtract(onto, turned(centre))
    return replace(turned, dx=float(x), dy=float(y))

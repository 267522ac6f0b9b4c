"""Textured tiles: clouds, marble, wood, water, leaves, stone."""

import numpy as np

from musivum.library._generated._fields import SIDE, Field, X, Y, between, level, noise, one_of, smooth, turned


def clouds(rng: np.random.Generator) -> Field:
    return smooth(noise(rng, 1.9) * 1.5 - 0.3)


def marble(rng: np.random.Generator) -> Field:
    """Veins: a wave bent by noise, sharp on one side."""
    along, _ = turned(between(rng, 0, np.pi))
    wave = np.sin(between(rng, 2.5, 6) * along + between(rng, 6, 10) * noise(rng, 2.0))
    return 1 - np.abs(wave) ** between(rng, 0.35, 0.8)


def wood(rng: np.random.Generator) -> Field:
    """Year rings cut lengthwise, with fine grain."""
    along, across = turned(between(rng, 0, np.pi))
    bent = across + 0.45 * noise(rng, 2.4) + 0.12 * along**2
    rings = (bent * between(rng, 2.5, 5)) % 1
    return 0.75 * rings**1.4 + 0.25 * noise(rng, 0.6, 4, (6.0, 0.6))


def water(rng: np.random.Generator) -> Field:
    """Light on ripples: two noises folded against each other."""
    first, second = noise(rng, 2.1, 2, (1.7, 0.6)), noise(rng, 2.1, 2, (1.7, 0.6))
    return level((1 - np.abs(2 * first - 1)) ** 3 + (1 - np.abs(2 * second - 1)) ** 3)


def stone(rng: np.random.Generator) -> Field:
    return 0.65 * noise(rng, 1.6) + 0.35 * noise(rng, 0.35, 6)


def cells(rng: np.random.Generator) -> Field:
    """Cracked earth or giraffe: cells of a jittered grid, dark along the cracks."""
    first, second, shade = _cells(rng, one_of(rng, 3, 6))
    return np.clip(smooth((second - first) / 0.16), 0, 1) * (0.55 + 0.45 * shade)


def facets(rng: np.random.Generator) -> Field:
    """Stained glass: flat cells, each its own shade."""
    first, second, shade = _cells(rng, one_of(rng, 3, 5))
    return shade * (0.92 + 0.08 * smooth((second - first) / 0.05))


def scales(rng: np.random.Generator) -> Field:
    """Bubbles or pebbles, round and lit from their middle."""
    first, _, shade = _cells(rng, one_of(rng, 4, 7))
    return np.clip(1 - first / np.max(first) * 1.15, 0, 1) * (0.6 + 0.4 * shade)


def foliage(rng: np.random.Generator) -> Field:
    """Overlapping leaves of light and shade, smaller ones on top."""
    field = 0.35 * noise(rng, 1.6)
    for k in range(70):
        x, y = turned(between(rng, 0, 2 * np.pi))
        px, py = between(rng, -1.3, 1.3), between(rng, -1.3, 1.3)
        size = 0.42 - 0.0035 * k
        along, across = (x - px) / size, (y - py) / (size * 0.42)
        inside = np.abs(across) < 1 - along**2
        field[inside] = ((k * 37 % 70) / 70 * 0.65 + 0.25 + 0.12 * across)[inside]
    return np.clip(field, 0, 1)


def grass(rng: np.random.Generator) -> Field:
    lean = X + between(rng, -0.5, 0.5) * (1 - Y) ** 2 * 0.3
    blades = noise(rng, 1.1, 2, (0.55, 7.0))
    columns = np.clip(((lean + 1) / 2 * (SIDE - 1)).astype(int), 0, SIDE - 1)
    return 0.75 * np.take_along_axis(blades, columns, axis=1) + 0.25 * (1 - Y) / 2


def _cells(rng: np.random.Generator, count: int) -> tuple[Field, Field, Field]:
    """Distances to the nearest and second nearest point of a jittered grid (Worley noise), and the nearest's shade."""
    step = 2 / count
    corner = np.arange(-1, count + 1)
    grid = np.stack(np.meshgrid(corner, corner), axis=-1).reshape(-1, 2)
    points = (grid + 0.12 + 0.76 * rng.random(grid.shape)) * step - 1
    shades = rng.random(len(points))
    first, second, shade = X * 0 + 9, X * 0 + 9, X * 0
    for (px, py), own in zip(points.tolist(), shades.tolist(), strict=True):
        apart = (X - px) ** 2 + (Y - py) ** 2
        nearer = apart < first
        np.minimum(second, np.maximum(apart, first), out=second)
        np.copyto(first, apart, where=nearer)
        np.copyto(shade, own, where=nearer)
    return np.sqrt(first), np.sqrt(second), shade


TEXTURES = (clouds, marble, foliage, water, wood, facets, stone, scales, clouds, cells, grass)

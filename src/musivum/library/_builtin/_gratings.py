"""Oriented tiles: edges and stripes in every direction and width."""

import numpy as np

from musivum.library._generated._fields import RADIUS, Field, X, Y, between, edge, noise, one_of, turned


def sine(rng: np.random.Generator) -> Field:
    along, _ = turned(between(rng, 0, np.pi))
    return 0.5 + 0.5 * np.sin(np.pi * between(rng, 1.2, 9) * along + between(rng, 0, 2 * np.pi))


def windowed(rng: np.random.Generator) -> Field:
    """A Gabor patch: a grating under a Gaussian window."""
    along, across = turned(between(rng, 0, np.pi))
    window = np.exp(-((RADIUS / between(rng, 0.45, 0.75)) ** 2) - 0.4 * across**2)
    return 0.5 + 0.5 * window * np.cos(np.pi * between(rng, 2, 8) * along)


def stripes(rng: np.random.Generator) -> Field:
    """Hard stripes of two widths."""
    along, _ = turned(between(rng, 0, np.pi))
    count, duty = between(rng, 1.0, 6), between(rng, 0.3, 0.7)
    phase = (along * count + between(rng, 0, 1)) % 1
    return edge((np.abs(phase - 0.5) - duty / 2) / count)


def half(rng: np.random.Generator) -> Field:
    """One edge across the tile, and a little light on either side."""
    along, across = turned(between(rng, 0, 2 * np.pi))
    return np.asarray(0.08 + 0.84 * edge(along - between(rng, -0.45, 0.45)) + 0.08 * across)


def beam(rng: np.random.Generator) -> Field:
    """One bar across the tile."""
    along, across = turned(between(rng, 0, np.pi))
    width = between(rng, 0.1, 0.4)
    return np.asarray(0.92 * edge(np.abs(along - between(rng, -0.4, 0.4)) - width, 1.5) + 0.08 * (0.5 + across / 2))


def waves(rng: np.random.Generator) -> Field:
    along, across = turned(between(rng, 0, np.pi))
    bend = between(rng, 0.08, 0.3) * np.sin(np.pi * between(rng, 1, 2.5) * across + between(rng, 0, 6))
    return 0.5 + 0.5 * np.sin(np.pi * between(rng, 2, 6) * (along + bend))


def plaid(rng: np.random.Generator) -> Field:
    along, across = turned(between(rng, 0, np.pi / 2))
    count = between(rng, 1.5, 4)
    first, second = np.sin(np.pi * count * along), np.sin(np.pi * count * across)
    return np.asarray(0.5 + 0.25 * np.tanh(3 * first) + 0.25 * np.tanh(3 * second))


def brushed(rng: np.random.Generator) -> Field:
    """Fibres that run along one axis."""
    streaks = noise(rng, 1.2, 1.0, (9.0, 0.8) if rng.random() < 0.5 else (0.8, 9.0))
    return np.asarray(0.7 * streaks + 0.3 * (0.5 + (X if one_of(rng, 0, 1) else Y) / 2))


GRATINGS = (sine, half, stripes, windowed, waves, beam, brushed, half, plaid)

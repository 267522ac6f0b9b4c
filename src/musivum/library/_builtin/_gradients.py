"""Smooth tiles: what skies, walls and skin are matched with."""

import numpy as np

from musivum.library._generated._fields import RADIUS, Field, between, noise, smooth, turned


def linear(rng: np.random.Generator) -> Field:
    along, _ = turned(between(rng, 0, 2 * np.pi))
    return 0.5 + along / 2.6


def horizon(rng: np.random.Generator) -> Field:
    """Two colours that meet softly along a line."""
    along, across = turned(between(rng, 0, 2 * np.pi))
    bend = between(rng, -0.25, 0.25) * across**2
    return smooth(0.5 + (along - between(rng, -0.35, 0.35) + bend) / between(rng, 0.08, 0.9))


def glow(rng: np.random.Generator) -> Field:
    x, y = turned(0)
    distance = np.hypot(x - between(rng, -0.5, 0.5), y - between(rng, -0.5, 0.5))
    return np.asarray(np.exp(-((distance / between(rng, 0.6, 1.1)) ** 2)))


def vignette(rng: np.random.Generator) -> Field:
    return smooth((RADIUS - between(rng, 0.1, 0.4)) / 1.1)


def ball(rng: np.random.Generator) -> Field:
    """A lit sphere that fades into its ground."""
    angle = between(rng, 0, 2 * np.pi)
    x, y = turned(angle)
    inside = np.clip(1 - (RADIUS / 0.82) ** 2, 0, None)
    lit = 0.55 * np.sqrt(inside) + 0.55 * x * (inside > 0) * np.sqrt(np.clip(inside, 0, 1))
    return np.clip(0.25 + lit * 0.75 + 0.06 * y, 0, 1)


def silk(rng: np.random.Generator) -> Field:
    """Folds of light."""
    along, across = turned(between(rng, 0, np.pi))
    fold = noise(rng, 2.6, 1.0)
    return 0.5 + 0.5 * np.sin(between(rng, 2, 5) * along + 3.2 * fold + across)


def mist(rng: np.random.Generator) -> Field:
    return noise(rng, 2.8)


GRADIENTS = (linear, horizon, glow, vignette, linear, ball, silk, mist, horizon)

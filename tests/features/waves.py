"""Patches whose lightness is known."""

import numpy as np


def grey(lightness):
    """Grey patches (n, h, w, 3) in linear light of OKLab lightness (n, h, w)."""
    return np.repeat(np.asarray(lightness, np.float64)[..., None] ** 3, 3, axis=3).astype(np.float32)


def wave(side, wavelength, angle, phase=0.0, amplitude=0.3):
    """Lightness (side, side) of a wave about 1/2 that travels at an angle, clockwise from rightward."""
    at = np.arange(side) + 0.5
    along = at * np.cos(angle) + at[:, None] * np.sin(angle)
    return 0.5 + amplitude * np.cos(2 * np.pi * along / wavelength - phase)


def blobs(side, seed=0, dx=0.0, dy=0.0, turn=0.0):
    """Smooth lightness (side, side), moved by dx, dy pixels and turned clockwise about the patch's centre."""
    rng = np.random.default_rng(seed)
    at = np.arange(side) + 0.5 - side / 2
    x, y = at[None, :] - dx, at[:, None] - dy
    u, v = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    out = np.full((side, side), 0.5)
    for _ in range(12):
        u0, v0 = rng.uniform(-side / 2, side / 2, 2)
        out += rng.uniform(-0.3, 0.3) * np.exp(-((u - u0) ** 2 + (v - v0) ** 2) / (side / 8) ** 2)
    return out.clip(0, 1)

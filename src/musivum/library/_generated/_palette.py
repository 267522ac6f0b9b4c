"""Colours spread evenly over what sRGB can show, with more of what photographs are made of."""

import numpy as np
import numpy.typing as npt

from musivum.color import linear_from_oklab, oklab_from_linear, srgb_from_linear

Colors = npt.NDArray[np.float64]

_STEPS = 17
_MUTED = 0.10

# Lightness, chroma and hue (degrees) in OKLab: where photographs crowd.
_FAMILIAR = [
    *[(lightness, 0.0, 0.0) for lightness in (0.04, 0.14, 0.25, 0.36, 0.47, 0.58, 0.69, 0.80, 0.90, 0.985)],
    *[(lightness, 0.065, 55.0) for lightness in (0.35, 0.45, 0.55, 0.64, 0.73, 0.81, 0.88)],  # skin
    *[(lightness, 0.095, 45.0) for lightness in (0.42, 0.56, 0.70)],
    *[(lightness, 0.075, 242.0) for lightness in (0.45, 0.57, 0.68, 0.78, 0.87, 0.93)],  # sky
    *[(lightness, 0.13, 250.0) for lightness in (0.45, 0.58, 0.70)],
    *[(lightness, 0.085, 128.0) for lightness in (0.25, 0.35, 0.45, 0.55, 0.65, 0.76)],  # leaves
    *[(lightness, 0.14, 135.0) for lightness in (0.45, 0.60, 0.75)],
    *[(lightness, 0.05, 75.0) for lightness in (0.22, 0.33, 0.44, 0.62, 0.78, 0.92)],  # earth, wood, sand
]


def from_lch(lightness: float, chroma: float, hue: float) -> Colors:
    """OKLab of lightness, chroma and hue in degrees, its chroma lowered until sRGB can show it."""
    direction = np.array([0.0, np.cos(np.radians(hue)), np.sin(np.radians(hue))])
    chromas = np.linspace(chroma, 0, 33)[:, None]
    linear = linear_from_oklab(np.array([lightness, 0.0, 0.0]) + chromas * direction)
    inside = np.all((linear >= -1e-3) & (linear <= 1 + 1e-3), axis=1)
    inside[-1] = True
    return np.asarray(np.array([lightness, 0.0, 0.0]) + chromas[np.argmax(inside)] * direction)


def to_lch(color: Colors) -> tuple[float, float, float]:
    """Lightness, chroma and hue in degrees of an OKLab colour."""
    lightness, a, b = color.tolist()
    return lightness, float(np.hypot(a, b)), float(np.degrees(np.arctan2(b, a)))


def relative(color: Colors, *, lighter: float = 0.0, richer: float = 1.0, turn: float = 0.0) -> Colors:
    """A colour akin to `color`: lightness added, chroma multiplied, hue turned by degrees."""
    lightness, chroma, hue = to_lch(color)
    return from_lch(min(max(lightness + lighter, 0.02), 0.99), chroma * richer, hue + turn)


def palette(vivid: int, muted: int) -> Colors:
    """OKLab colours (n, 3): the familiar, then `vivid` of any chroma and `muted` of low, each far from the rest."""
    axis = np.linspace(0, 1, _STEPS) ** 2
    candidates = oklab_from_linear(np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3))
    chosen = [from_lch(*lch) for lch in _FAMILIAR]
    low = np.hypot(candidates[:, 1], candidates[:, 2]) < _MUTED
    for pool, count in ((candidates, vivid), (candidates[low], muted)):
        nearest = np.min([np.sum((pool - color) ** 2, axis=1) for color in chosen], axis=0)
        for _ in range(count):
            farthest = pool[int(np.argmax(nearest))]
            chosen.append(farthest)
            nearest = np.minimum(nearest, np.sum((pool - farthest) ** 2, axis=1))
    return np.array(chosen)


def paint(field: npt.NDArray[np.float64], stops: list[Colors]) -> npt.NDArray[np.uint8]:
    """Pixels (h, w, 3) of a field 0..1 that runs evenly through the OKLab colours `stops`."""
    position = np.linspace(0, len(stops) - 1, 1024)
    table = np.stack([np.interp(position, np.arange(len(stops)), channel) for channel in np.array(stops).T], axis=-1)
    return srgb_from_linear(linear_from_oklab(table))[(np.clip(field, 0, 1) * 1023 + 0.5).astype(np.int16)]

"""Colour modes: what is done to a photo's colours in its cell, and so what need not match."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.color import LUMINANCE
from musivum.engines.grid._metric import GREY, MEAN, PLANE, SIDE
from musivum.engines.grid._planes import contrast_gain, fit_planes
from musivum.features import color_grid

Patches = npt.NDArray[np.float32]
Columns = dict[str, npt.NDArray[Any]]

_FAINT = SIDE * SIDE * 0.02**2  # squared OKLab over a patch: fainter patterns lead no colours
_MOST = 4.0  # no colour is multiplied, no contrast raised by more


class ColourMode(NamedTuple):
    """One way to colour photos.

    Attributes
    ----------
    columns
        Linear-light patches (n, SIDE, SIDE, 3) of cells and of the crops in them, and whether contrast may be turned
        over -> columns of `Placements`.
    moved
        (3, 3) the part of a patch that it moves, see `metric.PLANE`.
    strength
        How strongly it is applied unless a person says otherwise, 0..1.
    priced
        Whether the move counts as a fault that the matching should keep small.
    fitted
        Whether brightness and contrast are fitted, so that only the pattern need match.
    """

    columns: Callable[[Patches, Patches, bool], Columns]
    moved: npt.NDArray[np.bool_] = PLANE
    strength: float = 1.0
    priced: bool = False
    fitted: bool = False


def _tint(cells: Patches, crops: Patches, either_sign: bool) -> Columns:
    wanted, own = fit_planes(cells), fit_planes(crops)
    return {
        "mean": own.mean,
        "gain": np.repeat(contrast_gain(wanted, own)[:, None], 3, axis=1),
        "shift": wanted.mean - own.mean,
        "slope": wanted.slope - own.slope,
    }


def _gain(cells: Patches, crops: Patches, either_sign: bool) -> Columns:
    own = np.maximum(crops.mean((1, 2)), 1e-4)
    return {"multiply": (cells.mean((1, 2)) / own).clip(0, _MOST)}


def _multiply(cells: Patches, crops: Patches, either_sign: bool) -> Columns:
    return {"multiply": cells.mean((1, 2)).clip(0, 1)}


def _multiply_grey(cells: Patches, crops: Patches, either_sign: bool) -> Columns:
    return {"multiply": np.repeat((cells.mean((1, 2)) @ LUMINANCE)[:, None].clip(0, 1), 3, axis=1)}


def _fit(cells: Patches, crops: Patches, either_sign: bool) -> Columns:
    """Gain and offset of lightness by least squares; a and b, which a grey tile lacks, follow plane and lightness."""
    wanted, own = fit_planes(cells), fit_planes(crops)
    own_slope, wanted_slope = own.slope.copy(), wanted.slope.copy()
    own_slope[..., 0] = wanted_slope[..., 0] = 0
    y, x = _beside_plane(cells, wanted.mean, wanted_slope), _beside_plane(crops, own.mean, own_slope)
    gain = np.einsum("npc,npc->nc", y, x) / (np.einsum("npc,npc->nc", x, x) + 1e-6)
    gain = gain.clip(-_MOST if either_sign else 0, _MOST)
    slope = wanted_slope - gain[:, None] * own_slope
    light = _beside_plane(crops, own.mean, own.slope)[..., :1]
    left = (y - gain[:, None] * x)[..., 1:]
    follow = np.einsum("npc,npk->nc", left, light) / (np.einsum("npk,npk->n", light, light)[:, None] + _FAINT)
    slope[..., 1:] -= follow[:, None] * own.slope[..., :1]
    return {
        "mean": own.mean,
        "gain": gain,
        "shift": wanted.mean - own.mean,
        "slope": slope,
        "follow": follow,
    }


def _beside_plane(patches: Patches, mean: Patches, slope: Patches) -> Patches:
    """OKLab (n, SIDE * SIDE, 3) of patches less their planes."""
    at = (np.arange(SIDE, dtype=np.float32) + 0.5) / SIDE - 0.5
    v, u = (part.reshape(1, -1, 1) for part in np.meshgrid(at, at, indexing="ij"))
    plane = mean[:, None] + slope[:, None, 0] * u + slope[:, None, 1] * v
    return np.asarray(color_grid(patches).reshape(len(patches), -1, 3) - plane, np.float32)


COLOURS: dict[str, ColourMode] = {
    "tint": ColourMode(_tint, strength=0.5, priced=True),
    "none": ColourMode(_tint, strength=0.0),
    "gain": ColourMode(_gain, MEAN, priced=True),
    "multiply": ColourMode(_multiply, MEAN),
    "multiply-grey": ColourMode(_multiply_grey, GREY),
    "fit": ColourMode(_fit, fitted=True),
}
"""Modes by name, the default first."""

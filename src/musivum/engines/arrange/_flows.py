"""Which way likeness is to flow over a collage: guides by name."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from musivum.engines.arrange._guide import Guide

FloatArray = npt.NDArray[np.float32]


class Scene(NamedTuple):
    """What flows go by.

    Attributes
    ----------
    vectors
        (n, d) of the photos.
    colours
        (n, 3) their mean colours in OKLab.
    centre
        The photo that all others are compared with, or None for the most typical one.
    mask
        (rows, columns) cells of the collage.
    middle
        Row and column that count as its middle.
    """

    vectors: FloatArray
    colours: FloatArray
    centre: int | None
    mask: npt.NDArray[np.bool_]
    middle: tuple[float, float]


class Flow(Protocol):
    """From a scene and a strength to a guide."""

    def __call__(self, scene: Scene, strength: float) -> Guide: ...


def outward(scene: Scene, strength: float) -> Guide:
    """The more a photo is like the one in the centre, the nearer to the middle."""
    v = scene.vectors
    centre = v[scene.centre] if scene.centre is not None else v.mean(axis=0)
    far = _ranks(np.linalg.norm(v - centre, axis=1))
    return Guide(far[:, None], _over(scene.mask, np.hypot(*_from_middle(scene)))[..., None], strength)


def wheel(scene: Scene, strength: float) -> Guide:
    """Hues round the middle, greys in it and strong colours at the rim: a wheel of colours."""
    a, b = scene.colours[:, 1], scene.colours[:, 2]
    down, right = _from_middle(scene)
    hue, vivid = np.arctan2(b, a), (_ranks(np.hypot(a, b)) + 1) / 2
    rim = (_over(scene.mask, np.hypot(down, right)) + 1) / 2
    angle = np.arctan2(down, right)
    return Guide(
        np.stack([vivid * np.cos(hue), vivid * np.sin(hue)], axis=1).astype(np.float32),
        np.stack([rim * np.cos(angle), rim * np.sin(angle)], axis=2).astype(np.float32),
        strength,
    )


def light(scene: Scene, strength: float) -> Guide:
    """Light photos at the top, dark ones at the bottom."""
    down, _ = _from_middle(scene)
    return Guide(-_ranks(scene.colours[:, 0])[:, None], _over(scene.mask, down)[..., None], strength)


FLOWS: dict[str, Flow | None] = {"free": None, "outward": outward, "wheel": wheel, "light": light}
"""By name; None for likeness alone."""


def _from_middle(scene: Scene) -> tuple[FloatArray, FloatArray]:
    """Rows down and columns right of the middle (rows, columns)."""
    rows, columns = scene.mask.shape
    down, right = np.mgrid[0:rows, 0:columns].astype(np.float32)
    return down - np.float32(scene.middle[0]), right - np.float32(scene.middle[1])


def _ranks(values: npt.NDArray[np.floating]) -> FloatArray:
    """Ranks (n,) from -1 to 1; equal values share the mean of theirs."""
    _, where, counts = np.unique(np.asarray(values, np.float32), return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray(((2 * ends - counts) / len(values) - 1)[where], np.float32)


def _over(mask: npt.NDArray[np.bool_], values: FloatArray) -> FloatArray:
    """Ranks of the values in a mask, 0 elsewhere."""
    out = np.zeros(mask.shape, np.float32)
    out[mask] = _ranks(values[mask])
    return out

"""The ways to put a photo into a window that stays where it is."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.engines.fractal._windows import Poses

_ROUNDING = 1e-6


class Turns(NamedTuple):
    """Poses (w,) that cover one window, and for each the shape of crops, as an index, that fits it best."""

    shape: npt.NDArray[np.int64]
    poses: Poses


def turns_of(pose: Poses, aspects: npt.NDArray[np.float64], reach: float) -> Turns:
    """Turn a window by quarters; those turns are left whose sides have most nearly one of the aspects.

    Parameters
    ----------
    pose
        (1,) the window.
    aspects
        (s,) width over height of the shapes that there are.
    reach
        Degrees by which windows may be turned either way, 0..180.
    """
    quarters = np.arange(4)
    angle = np.remainder(pose.angle + quarters * (np.pi / 2) + np.pi, 2 * np.pi) - np.pi
    sides = np.concatenate([pose.width, pose.height])
    width, height = sides[quarters % 2], sides[1 - quarters % 2]
    off = np.abs(np.log(width / height)[:, None] - np.log(aspects))
    allowed = np.abs(angle) <= math.radians(reach) + _ROUNDING
    least = np.where(allowed, off.min(axis=1), np.inf)
    turn = np.flatnonzero(least <= least.min() + _ROUNDING)
    x, y = np.repeat(pose.x, len(turn)), np.repeat(pose.y, len(turn))
    return Turns(off.argmin(axis=1)[turn], Poses(x, y, angle[turn], width[turn], height[turn]))

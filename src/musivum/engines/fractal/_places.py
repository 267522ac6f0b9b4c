"""The places of a level: where its windows are tried, at which angles, and what error is allowed there."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.engines.fractal._options import FractalOptions
from musivum.geometry import Size

FAINT = 1e-3
"""Squared OKLab: a window with less variance shows nothing to be recognised by."""

_ANGLES, _FEWEST = 32, 8  # per full turn
_STEP, _WIDEST = 1 / 6, 0.6  # between places, in sides
_WINDOWS = 120_000  # places times angles, above which both become sparser
_TOLERANCE = 0.15  # of a window's own variance that squared errors may reach besides: busy parts hide them
_BUSY = 0.015  # squared OKLab: variance beyond is that of edges, which hide nothing
_MARGIN = 0.3  # of a side: how near the border of the canvas the middle of a window may come


@dataclass(frozen=True, slots=True)
class Places:
    """Where windows of one side are tried.

    Attributes
    ----------
    middles
        (n, 2) on the canvas.
    limits
        (n,) largest squared error there, in squared OKLab, where the target is even.
    laxity
        (n,) factors of what `tolerance` adds.
    angles
        (a,) radians clockwise.
    side
        Root of a window's area, in pixels of the canvas.
    share
        Of the target's variance in a window: if given, squared errors may be so large, in place of limits.
    """

    middles: npt.NDArray[np.float64]
    limits: npt.NDArray[np.float64]
    laxity: npt.NDArray[np.float64]
    angles: npt.NDArray[np.float64]
    side: float
    share: float | None = None

    def __len__(self) -> int:
        return len(self.middles)

    def allowed(self, place: npt.NDArray[np.int64], contrast: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Largest squared errors (n,) of windows at these places in which the target has these variances.

        0 where nothing may be placed, since there is nothing to be recognised by.
        """
        if self.share is not None:
            return np.where(contrast > FAINT, self.share * contrast, 0.0)
        return self.limits[place] + self.laxity[place] * tolerance(contrast)

    def take(self, rows: npt.NDArray[np.integer[Any]]) -> Places:
        """Some of them."""
        return replace(self, middles=self.middles[rows], limits=self.limits[rows], laxity=self.laxity[rows])


def tolerance(contrast: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Squared errors that variances of the target in its windows hide."""
    return np.asarray(_TOLERANCE * np.minimum(contrast, _BUSY), np.float64)


def lattice(
    side: float, canvas: Size, free: float, options: FractalOptions, jitter: npt.NDArray[np.float64], shapes: int = 1
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Spread places evenly over the canvas: middles (n, 2) and angles (a,).

    Where there would be too many windows, places and angles become sparser together, down to 0.6 of a side and 45
    degrees: small photos show less of where exactly they lie, and there is less left for them.

    Parameters
    ----------
    free
        Share of the canvas that is free yet.
    jitter
        (2,) in 0..1, by which the lattice is moved.
    shapes
        How many windows are tried at each place and angle.
    """
    area = canvas.width * canvas.height * free
    angles = angles_of(options, _ANGLES)
    step = _STEP * side
    excess = area / step**2 * len(angles) * shapes / _WINDOWS
    if excess > 1:
        angles = angles_of(options, max(_FEWEST, round(_ANGLES / excess ** (1 / 3))))
        step = min(_WIDEST * side, max(step, math.sqrt(area * len(angles) * shapes / _WINDOWS)))
    x, y = (np.arange(_MARGIN * side + step * j, n - _MARGIN * side, step) for j, n in zip(jitter, canvas, strict=True))
    x, y = (axis if len(axis) else np.array([n / 2]) for axis, n in zip((x, y), canvas, strict=True))
    return np.stack([np.tile(x, len(y)), np.repeat(y, len(x))], axis=1), angles


def angles_of(options: FractalOptions, turn: int) -> npt.NDArray[np.float64]:
    """Angles (a,) in radians over the range that is allowed, evenly, `turn` or more of them to a full turn."""
    reach = math.radians(options.reach)
    if reach >= math.pi:
        return np.linspace(0, 2 * math.pi, turn, endpoint=False)
    count = math.ceil(reach * turn / (2 * math.pi))
    return np.linspace(-reach, reach, 2 * count + 1) if count else np.zeros(1)

"""The canvas while photos are placed on it: what is covered, and where each photo is already."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from numba import njit

from musivum.engines.fractal._candidates import Candidates
from musivum.engines.fractal._windows import Poses
from musivum.geometry import Size

_PROBES = 8  # along each side of a window: enough to refuse most candidates without counting pixels
_SLACK = 0.12  # by which probes may mislead


@dataclass(slots=True)
class Board:
    """What has been placed.

    Attributes
    ----------
    covered
        (h, w) uint8, 1 where a photo lies.
    scale
        Pixels of `covered` per pixel of the canvas.
    inset, widest
        Share of a photo's shorter side that fades out at each edge and covers nothing, at most so many pixels of the
        canvas.
    uses
        (n,) of each tile so far.
    newest, older
        (n,) the last placement of each tile, and for each placement the one before it of the same tile; -1 for none.
    spots
        Rows of x, y and side of the placements.
    """

    covered: npt.NDArray[np.uint8]
    scale: npt.NDArray[np.float64]
    inset: float
    widest: float
    uses: npt.NDArray[np.int64]
    newest: npt.NDArray[np.int64]
    older: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    spots: npt.NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 3)))

    @classmethod
    def empty(cls, canvas: Size, size: Size, inset: float, widest: float, tiles: int) -> Board:
        """Nothing placed yet, to be tracked on so many pixels."""
        scale = np.array([size.width / canvas.width, size.height / canvas.height])
        covered = np.zeros((size.height, size.width), np.uint8)
        return cls(covered, scale, inset, widest, np.zeros(tiles, np.int64), np.full(tiles, -1))

    @property
    def coverage(self) -> float:
        """Share of the canvas that is covered, 0..1."""
        return float(self.covered.mean())

    def overlaps(self, poses: Poses) -> npt.NDArray[np.float64]:
        """Estimate how much of each window, as far as it lies on the canvas, is covered: 0..1."""
        out = np.empty(len(poses.x))
        _probe(self.covered, self.scale, *poses, out)
        return out

    def place(
        self, candidates: Candidates, *, overlap: float, copies: int, spacing: float
    ) -> tuple[npt.NDArray[np.int64], int]:
        """Place candidates in this order wherever the limits allow it, one at each place.

        Returns
        -------
        Which were placed, and how many found room but had been used too often or too near.
        """
        poses, tiles, places = candidates.poses, candidates.tile, candidates.place
        n, before = len(tiles), len(self.older)
        self.older = np.concatenate([self.older, np.full(n, -1)])
        self.spots = np.concatenate([self.spots, np.empty((n, 3))])
        taken = np.zeros(n, np.bool_)
        used = np.zeros(places.max(initial=-1) + 1, np.bool_)
        limits = (overlap, float(copies), spacing, self.inset, self.widest)
        tables = (self.uses, self.newest, self.older, self.spots)
        refused = _place(self.covered, self.scale, *poses, tiles, places, used, *limits, *tables, before, taken)
        placed = np.flatnonzero(taken)
        self.older, self.spots = self.older[: before + len(placed)], self.spots[: before + len(placed)]
        return placed, int(refused)


@njit(nogil=True, cache=True, error_model="numpy")
def _probe(covered, scale, x, y, angle, width, height, out):  # type: ignore[no-untyped-def]
    rows, columns = covered.shape
    for i in range(len(x)):
        cos, sin = math.cos(angle[i]), math.sin(angle[i])
        count, hidden = 0, 0
        for r in range(_PROBES):
            for c in range(_PROBES):
                u, v = ((c + 0.5) / _PROBES - 0.5) * width[i], ((r + 0.5) / _PROBES - 0.5) * height[i]
                px = math.floor((x[i] + cos * u - sin * v) * scale[0])
                py = math.floor((y[i] + sin * u + cos * v) * scale[1])
                if 0 <= px < columns and 0 <= py < rows:
                    count += 1
                    hidden += covered[int(py), int(px)]
        out[i] = hidden / count if count else 1.0


@njit(nogil=True, cache=True, error_model="numpy")
def _place(  # type: ignore[no-untyped-def]
    covered,
    scale,
    x,
    y,
    angle,
    width,
    height,
    tiles,
    places,
    used,
    overlap,
    copies,
    spacing,
    inset,
    widest,
    uses,
    newest,
    older,
    spots,
    at,
    taken,
):
    rows, columns = covered.shape
    refused = 0
    probe = np.empty(1)
    for i in range(len(x)):
        if used[places[i]]:
            continue
        shorter = min(width[i], height[i])
        edge = min(inset * shorter, widest)
        w, h = width[i] - 2 * edge, height[i] - 2 * edge
        if overlap < 1:
            _probe(
                covered, scale, x[i : i + 1], y[i : i + 1], angle[i : i + 1], width[i : i + 1], height[i : i + 1], probe
            )
            if probe[0] > overlap + _SLACK:
                continue
        tile = tiles[i]
        side = math.sqrt(width[i] * height[i])
        near = uses[tile] >= copies
        other = newest[tile]
        while other >= 0 and not near:
            apart = spacing * min(side, spots[other, 2])
            near = (spots[other, 0] - x[i]) ** 2 + (spots[other, 1] - y[i]) ** 2 < apart * apart
            other = older[other]
        if near:
            refused += 1
            continue
        cos, sin = math.cos(angle[i]), math.sin(angle[i])
        reach_x, reach_y = (abs(cos) * w + abs(sin) * h) / 2, (abs(sin) * w + abs(cos) * h) / 2
        left, right = max(0, int((x[i] - reach_x) * scale[0])), min(columns, int((x[i] + reach_x) * scale[0]) + 1)
        top, low = max(0, int((y[i] - reach_y) * scale[1])), min(rows, int((y[i] + reach_y) * scale[1]) + 1)
        count, hidden = 0, 0
        for py in range(top, low):
            dy = (py + 0.5) / scale[1] - y[i]
            for px in range(left, right):
                dx = (px + 0.5) / scale[0] - x[i]
                if abs(cos * dx + sin * dy) < w / 2 and abs(cos * dy - sin * dx) < h / 2:
                    count += 1
                    hidden += covered[py, px]
        if hidden > overlap * count or hidden == count:
            continue
        for py in range(top, low):
            dy = (py + 0.5) / scale[1] - y[i]
            for px in range(left, right):
                dx = (px + 0.5) / scale[0] - x[i]
                if abs(cos * dx + sin * dy) < w / 2 and abs(cos * dy - sin * dx) < h / 2:
                    covered[py, px] = 1
        taken[i] = used[places[i]] = True
        uses[tile] += 1
        spots[at] = x[i], y[i], side
        older[at] = newest[tile]
        newest[tile] = at
        at += 1
    return refused

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

_PROBES = 6  # along each side of a window: enough to refuse most candidates without counting pixels
_SHARED = 0.5  # of a square: what lies in it however it is turned about its middle
_USED, _REFUSED = 1, 2  # what became of a place
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

    def cover(self, poses: Poses) -> None:
        """Count what lies in windows as covered, but for their soft edges, whatever is covered already."""
        for x, y, angle, width, height in np.stack(poses, axis=1).tolist():
            edge = 2 * min(self.inset * min(width, height), self.widest)
            _cover(self.covered, self.scale, x, y, angle, width - edge, height - edge, True)

    @property
    def coverage(self) -> float:
        """Share of the canvas that is covered, 0..1."""
        return float(self.covered.mean())

    def hopeless(
        self, middles: npt.NDArray[np.float64], side: float, overlap: float, aspect: float = 1.0
    ) -> npt.NDArray[np.bool_]:
        """Which windows about middles (n, 2) lie deeper under others than allowed, however they are turned.

        What is hidden of the square that all of them hold is hidden of each.

        Parameters
        ----------
        side
            Root of the windows' area.
        aspect
            Longer side over shorter one, at most.
        """
        shared = _SHARED / aspect
        within = np.full(len(middles), side * math.sqrt(shared))
        x, y = np.ascontiguousarray(middles.T)
        return shared * self.overlaps(Poses(x, y, np.zeros(len(middles)), within, within)) > overlap

    def overlaps(self, poses: Poses) -> npt.NDArray[np.float64]:
        """Estimate how much of each window, as far as it lies on the canvas, is covered: 0..1."""
        out = np.empty(len(poses.x))
        _probe(self.covered, self.scale, *poses, out)
        return out

    def place(
        self, candidates: Candidates, *, overlap: float, copies: int, spacing: float
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Place candidates in this order wherever the limits allow it, one at each place.

        Returns
        -------
        Which were placed, and the places where there was room but photos had been used too often or too near.
        """
        n, before = len(candidates.tile), len(self.older)
        self.older = np.concatenate([self.older, np.full(n, -1)])
        self.spots = np.concatenate([self.spots, np.empty((n, 3))])
        taken, fate = np.zeros(n, np.bool_), np.zeros(candidates.place.max(initial=-1) + 1, np.int8)
        poses = np.stack(candidates.poses, axis=1)
        # Numbers of one type, or the kernel is compiled for each mixture of whole and broken ones.
        limits = tuple(map(float, (overlap, copies, spacing, self.inset, self.widest)))
        tables = (self.uses, self.newest, self.older, self.spots)
        _place(self.covered, self.scale, poses, candidates.tile, candidates.place, limits, tables, before, taken, fate)
        placed = np.flatnonzero(taken)
        self.older, self.spots = self.older[: before + len(placed)], self.spots[: before + len(placed)]
        return placed, np.flatnonzero(fate == _REFUSED)


@njit(nogil=True, cache=True, error_model="numpy")
def _probe(covered, scale, x, y, angle, width, height, out):  # type: ignore[no-untyped-def]
    for i in range(len(x)):
        out[i] = _share(covered, scale, x[i], y[i], angle[i], width[i], height[i])


@njit(nogil=True, cache=True, error_model="numpy")
def _share(covered, scale, x, y, angle, width, height):  # type: ignore[no-untyped-def]
    """Share of the probes on the canvas that are covered."""
    rows, columns = covered.shape
    cos, sin = math.cos(angle), math.sin(angle)
    count, hidden = 0, 0
    for r in range(_PROBES):
        for c in range(_PROBES):
            u, v = ((c + 0.5) / _PROBES - 0.5) * width, ((r + 0.5) / _PROBES - 0.5) * height
            px = math.floor((x + cos * u - sin * v) * scale[0])
            py = math.floor((y + sin * u + cos * v) * scale[1])
            if 0 <= px < columns and 0 <= py < rows:
                count += 1
                hidden += covered[int(py), int(px)]
    return hidden / count if count else 1.0


@njit(nogil=True, cache=True, error_model="numpy")
def _place(covered, scale, poses, tiles, places, limits, tables, at, taken, fate):  # type: ignore[no-untyped-def]
    overlap, copies, spacing, inset, widest = limits
    uses, newest, older, spots = tables
    for i in range(len(poses)):
        if fate[places[i]] == _USED:
            continue
        x, y, angle, width, height = poses[i]
        if overlap < 1 and _share(covered, scale, x, y, angle, width, height) > overlap + _SLACK:
            continue
        side, tile = math.sqrt(width * height), tiles[i]
        near = uses[tile] >= copies
        other = newest[tile]
        while other >= 0 and not near:
            apart = spacing * min(side, spots[other, 2])
            near = (spots[other, 0] - x) ** 2 + (spots[other, 1] - y) ** 2 < apart * apart
            other = older[other]
        if near:
            fate[places[i]] = _REFUSED
            continue
        edge = 2 * min(inset * min(width, height), widest)
        count, hidden = _cover(covered, scale, x, y, angle, width - edge, height - edge, False)
        if hidden > overlap * count or hidden == count:
            continue
        _cover(covered, scale, x, y, angle, width - edge, height - edge, True)
        taken[i], fate[places[i]] = True, _USED
        uses[tile] += 1
        spots[at] = x, y, side
        older[at], newest[tile] = newest[tile], at
        at += 1


@njit(nogil=True, cache=True, error_model="numpy")
def _cover(covered, scale, x, y, angle, width, height, paint):  # type: ignore[no-untyped-def]
    """Count the pixels in a window, and those that were covered; cover them, to `paint`."""
    rows, columns = covered.shape
    cos, sin = math.cos(angle), math.sin(angle)
    reach_x, reach_y = (abs(cos) * width + abs(sin) * height) / 2, (abs(sin) * width + abs(cos) * height) / 2
    left, right = max(0, int((x - reach_x) * scale[0])), min(columns, int((x + reach_x) * scale[0]) + 1)
    top, low = max(0, int((y - reach_y) * scale[1])), min(rows, int((y + reach_y) * scale[1]) + 1)
    count, hidden = 0, 0
    for py in range(top, low):
        dy = (py + 0.5) / scale[1] - y
        for px in range(left, right):
            dx = (px + 0.5) / scale[0] - x
            if abs(cos * dx + sin * dy) < width / 2 and abs(cos * dy - sin * dx) < height / 2:
                count += 1
                hidden += covered[py, px]
                if paint:
                    covered[py, px] = 1
    return count, hidden

"""Justified rows: every photo keeps its aspect, every line fills the width, and heights stay near each other."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.engines.arrange._lattice import Lattice, choose_lattice

Line = npt.NDArray[np.int64]

_COST_OF_ALL = 0.006
_BEYOND_MENDING = 0.1
_TALLEST = 1.5


class _Move(NamedTuple):
    """Photos that change between a line and the next one; the lower the score, the better."""

    score: float
    down: tuple[int, ...] = ()
    up: tuple[int, ...] = ()


def row_lattice(
    aspects: npt.NDArray[np.float64], *, aspect: float, columns: int | None = None, rows: int | None = None
) -> Lattice:
    """The lattice to sort photos on before they are set in justified rows.

    With S the sum of the photos' aspects, R lines of equal height make a collage of the aspect S / R**2; the R that
    comes nearest to `aspect` is taken unless `columns` or `rows` is given.

    Parameters
    ----------
    aspects
        (n,) width / height of each photo.
    aspect
        Wanted width / height of the collage.
    columns, rows
        As for `choose_lattice`: at most so many photos in a line, and lines.
    """
    if rows is None and columns is None:
        lines = math.sqrt(float(aspects.sum()) / aspect)
        rows = max(1, min(len(aspects), math.floor(lines)))
        rows += int(rows < len(aspects) and lines * lines > rows * (rows + 1))
    return choose_lattice(len(aspects), aspect=aspect, columns=columns, rows=rows)


def justify(lattice: Lattice, aspects: npt.NDArray[np.float64]) -> list[Line]:
    """Photos of each line so that the lines, set equally wide, are almost equally high.

    The lines of a sorted lattice hold the right photos but not the right sum of aspects: one of towers would be high,
    one of panoramas low. From the top down, each line gives photos to the next one or takes some from it, or both,
    until all so far have the sum they should; what a line cannot mend (a panorama wider than that) the lines below
    share. A photo keeps its place across and moves by one line at most; breaking the lines elsewhere would instead
    carry photos from the right end of one to the left end of the next, where nothing is like them. A line that would
    still be half as high again as the others joins the one beside it, so that neither the last line nor any other is a
    single photo stretched.

    Parameters
    ----------
    lattice
        The sorted lattice, best from `row_lattice`.
    aspects
        (count,) width / height of the photo in each of its cells, in reading order.

    Returns
    -------
    list of ndarray of int64
        For each line the indices into `aspects`, from left to right; each index once.
    """
    x, y = lattice.centres.T
    lines = [set(np.flatnonzero(y == row).tolist()) for row in np.unique(y)]
    rest, moved = math.fsum(aspects), set[int]()
    nominal = even = rest / len(lines)
    for left, (line, following) in zip(range(len(lines) - 1, 0, -1), pairwise(lines), strict=False):
        _balance(line, following, moved, aspects, rest - left * even)
        rest -= _sum(line, aspects)
        if abs(rest / left - even) * left > _BEYOND_MENDING * even:
            even = rest / left
    _join_tall(lines, aspects, nominal)
    return [np.array(sorted(line, key=lambda i: (x[i], i)), dtype=np.int64) for line in lines]


def _sum(line: set[int], aspects: npt.NDArray[np.float64]) -> float:
    return math.fsum(aspects[list(line)])


def _balance(
    line: set[int], following: set[int], moved: set[int], aspects: npt.NDArray[np.float64], goal: float
) -> None:
    """Move photos between a line and the following one until no move brings its sum nearer to `goal`.

    A photo wider than the goal stays: any line that it is in will be a low one.
    """
    while True:
        excess = _sum(line, aspects) - goal
        own, next_ = (sorted(i for i in photos - moved if aspects[i] <= goal) for photos in (line, following))
        move = _best_move(excess, goal, own, next_, aspects)
        if len(line) + len(move.up) == len(move.down) or len(following) + len(move.down) == len(move.up):
            return
        if move.score >= (excess / goal) ** 2:
            return
        line.difference_update(move.down)
        line.update(move.up)
        following.difference_update(move.up)
        following.update(move.down)
        moved.update(move.down, move.up)


def _best_move(excess: float, goal: float, own: list[int], next_: list[int], aspects: npt.NDArray[np.float64]) -> _Move:
    """The one photo down, up, or pair exchanged that is best.

    The score is the square of the excess that is left, as a share of the sum, and 0.006 for the share of photos moved:
    in lines of any length, an excess below about 0.3 % is not worth a move.
    """
    cost = 2 * _COST_OF_ALL / max(1, len(own) + len(next_))
    fall, rise = aspects[own], aspects[next_]
    moves = [_Move(math.inf)]
    if own:
        i = int(np.argmin(np.abs(excess - fall)))
        moves.append(_Move(float((excess - fall[i]) / goal) ** 2 + cost, (own[i],)))
    if next_:
        j = int(np.argmin(np.abs(excess + rise)))
        moves.append(_Move(float((excess + rise[j]) / goal) ** 2 + cost, (), (next_[j],)))
    if own and next_:
        order = np.argsort(rise, kind="stable")
        place = np.searchsorted(rise[order], fall - excess)
        for near in (np.maximum(place - 1, 0), np.minimum(place, len(order) - 1)):
            left = np.abs(excess - fall + rise[order[near]])
            i = int(np.argmin(left))
            moves.append(_Move(float(left[i] / goal) ** 2 + 2 * cost, (own[i],), (next_[order[near[i]]],)))
    return min(moves)


def _join_tall(lines: list[set[int]], aspects: npt.NDArray[np.float64], nominal: float) -> None:
    """Join lines that are too high to the one beside them as long as that brings them nearer to the others."""
    sums = [_sum(line, aspects) for line in lines]
    while len(lines) > 1:
        k = int(np.argmin(sums))
        beside = min((b for b in (k - 1, k + 1) if 0 <= b < len(lines)), key=lambda b: sums[b])
        joined = sums[k] + sums[beside]
        if nominal / sums[k] <= _TALLEST or abs(math.log(joined / nominal)) >= math.log(nominal / sums[k]):
            return
        first = min(k, beside)
        lines[first : first + 2] = [lines[first] | lines[first + 1]]
        sums[first : first + 2] = [joined]

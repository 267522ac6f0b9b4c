"""The last gaps: what is left free between photos, covered from below."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.engines.fractal._board import Board
from musivum.engines.fractal._coarse import search_places
from musivum.engines.fractal._compose import Placed, settle
from musivum.engines.fractal._levels import Level, gap_level
from musivum.engines.fractal._lineup import judge
from musivum.engines.fractal._places import Places, angles_of
from musivum.engines.fractal._setup import Setup
from musivum.engines.fractal._windows import SIDE

_SHARE = 0.8  # of a side, in which one photo is enough
_ANGLES = 8
_NEAREST, _KEPT = 24, 16  # crops of each window and tiles of each place: one photo must not fill all gaps
_FAR = 8  # rounds that mind the spacing of copies
_PATIENCE = 20  # rounds in which nothing may be placed before photos count as used up
_MOST = 1000  # rounds; each covers at least the middles of its places


def fill_gaps(
    board: Board, levels: tuple[Level, ...], setup: Setup, random: np.random.Generator
) -> Iterator[tuple[Placed, dict[str, Any]]]:
    """Cover all free pixels of a board by small photos, which lie under what is there.

    In each round the canvas is cut into squares, and a photo comes into the middle of what is free in each: the one
    that fits best where it will be seen. So only rims of these photos appear, and nothing is cut up into specks.

    Yields
    ------
    What each round placed, and what to say of it. It ends early when photos run out.
    """
    angles = angles_of(setup.options, _ANGLES)
    for number in range(_MOST):
        free = np.argwhere(board.covered == 0)
        if not len(free):
            return
        level = gap_level(setup.options, levels, number)
        plane = setup.scene.plane(level.side / SIDE, workers=setup.workers)
        middles = _middles(free, _SHARE * level.side * board.scale.mean(), random.random(2)) / board.scale
        anything = np.full(len(middles), level.threshold**2)
        places = Places(middles, anything, anything, angles, level.side)
        closed = board.uses >= level.copies
        if closed.all() and setup.options.copies is not None:
            return
        found, poses = search_places(places, plane, board, setup, level.overlap, closed, nearest=_NEAREST, kept=_KEPT)
        found = judge(found, plane, board, setup).best_first()
        spacing = setup.options.spacing if number < _FAR else 0.0
        taken, _ = board.place(found, overlap=level.overlap, copies=level.copies, spacing=spacing)
        chosen = found.take(taken)
        if len(taken):
            yield settle(chosen, plane, setup), level.row(len(places), poses, len(taken), board.coverage)
        elif number >= _PATIENCE:
            return


def _middles(free: npt.NDArray[np.int64], side: float, jitter: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The free pixel (row, column) nearest to the middle of all free ones in each square of so many pixels: x, y."""
    cell = np.floor(free / side + jitter).astype(np.int64)
    _, index = np.unique(cell[:, 0] * (cell[:, 1].max() + 1) + cell[:, 1], return_inverse=True)
    count = np.bincount(index)
    middle = np.stack([np.bincount(index, free[:, axis]) / count for axis in (0, 1)], axis=1)
    order = np.lexsort((((free - middle[index]) ** 2).sum(axis=1), index))
    nearest = order[np.searchsorted(index[order], np.arange(len(count)))]
    return np.asarray(free[nearest, ::-1] + 0.5, np.float64)

"""Photos that truly show what the target shows: found first, whatever their size, and placed where they belong.

Errors say how well a photo will do. Here correspondence is asked for: how little of the target's own variation a photo
leaves unexplained, however strong the pattern and whatever the tint. Strangers hardly ever explain most of a window.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from musivum.engines.fractal._board import Board
from musivum.engines.fractal._candidates import join
from musivum.engines.fractal._coarse import search_places
from musivum.engines.fractal._compose import Placed, settle
from musivum.engines.fractal._levels import Level
from musivum.engines.fractal._lineup import recognise
from musivum.engines.fractal._places import Places, lattice
from musivum.engines.fractal._setup import Setup
from musivum.engines.fractal._windows import SIDE
from musivum.progress import Progress
from musivum.search import Neighbours

_SMALLEST = 0.06  # of the canvas's shorter side: in smaller photos nobody looks for what they show
_ROUGHLY = 0.65  # of a window's variance that may be unexplained before photos are lined up with it
_TRULY = 0.06  # the same when they are lined up


def place_matches(
    levels: tuple[Level, ...], board: Board, setup: Setup, random: np.random.Generator, progress: Progress
) -> tuple[Placed, dict[str, Any]]:
    """Place photos of all large levels that truly match, those that explain most first."""
    canvas, options = setup.scene.canvas, setup.options
    large = [level for level in levels if level.side >= _SMALLEST * min(canvas)] or [levels[0]]
    closed = board.uses < 0
    candidates, planes, starts, compared, tried = [], [], [0], 0, 0
    for number, level in enumerate(large):
        middles, angles = lattice(level.side, canvas, 1.0, options, random.random(2), len(setup.tiles))
        nothing = np.zeros(len(middles))
        places = Places(middles, nothing, nothing, angles, level.side, _ROUGHLY)
        plane = setup.scene.plane(level.side / SIDE, workers=setup.workers)
        stage = f"matches of size {number + 1} of {len(large)}"
        found, poses = search_places(places, plane, board, setup, level.overlap, closed, progress, stage)
        found = recognise(found, plane, places, setup, _TRULY)
        candidates.append(found._replace(place=found.place + tried))
        planes.append(plane)
        compared, tried = compared + poses, tried + len(places)
        starts.append(starts[-1] + len(found.row))
    everything = join(candidates)
    level_of = np.searchsorted(starts, np.arange(starts[-1]), side="right") - 1
    order = everything.ranking()
    taken, _ = board.place(
        everything.take(order), overlap=options.overlap, copies=large[0].copies, spacing=options.spacing
    )
    taken = order[taken]
    parts = [
        settle(everything.take(taken[level_of[taken] == number]), plane, setup) for number, plane in enumerate(planes)
    ]
    in_order = np.argsort(np.argsort(level_of[taken], kind="stable"), kind="stable")
    placed = Placed(
        join([part.chosen for part in parts]).take(in_order),
        np.concatenate([part.means for part in parts])[in_order],
        Neighbours(
            *(np.concatenate(column)[in_order] for column in zip(*(part.others for part in parts), strict=True))
        ),
    )
    row = large[0].row(tried, compared, len(taken), board.coverage)
    return placed, row | {"overlap": options.overlap, "matches": True}

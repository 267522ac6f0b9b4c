"""The fractal engine: from a target and a library to a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from musivum.engines._eligible import eligible
from musivum.engines._target import small_target
from musivum.engines.fractal._board import Board
from musivum.engines.fractal._candidates import join, nobody
from musivum.engines.fractal._coarse import search_places
from musivum.engines.fractal._compose import Placed, compose, settle
from musivum.engines.fractal._gaps import fill_gaps
from musivum.engines.fractal._levels import Level, levels_of
from musivum.engines.fractal._limits import limits_at
from musivum.engines.fractal._lineup import line_up
from musivum.engines.fractal._matches import place_matches
from musivum.engines.fractal._options import FractalOptions
from musivum.engines.fractal._places import Places, lattice
from musivum.engines.fractal._setup import Setup, empty_board, prepare
from musivum.engines.fractal._windows import SIDE
from musivum.geometry import Size
from musivum.library import Library
from musivum.plan import Plan
from musivum.progress import Progress, silent
from musivum.threads import thread_count

_ROUNDS, _FEW = 12, 3  # searches of one level, and of tiny photos: those that are used up make way for others


def plan_fractal(
    target: npt.NDArray[np.uint8],
    library: Library,
    options: FractalOptions | None = None,
    *,
    canvas: Size | None = None,
    importance: npt.NDArray[np.uint8] | None = None,
    weights: npt.NDArray[np.float64] | None = None,
    progress: Progress = silent,
    live: Callable[[Plan], None] | None = None,
) -> Plan:
    """Plan a free-form mosaic: photos anywhere, at any angle, large where they fit and small where detail asks.

    Level by level, from large photos to small ones, windows of the target at all places and angles are compared with
    all crops of the library, as short vectors by matrix products; what comes near is registered by least squares on
    position, angle and scale; and the best of the whole level is placed first, under limits on overlap, copies and
    spacing. Larger photos lie on top of smaller ones, so that the last gaps are filled from below.

    Cost grows with places x angles x crops of the library; the number of places and angles of a level is bounded.
    Memory grows with the crops and with the places, never with their product.

    Parameters
    ----------
    target
        (h, w, 3) sRGB bytes.
    library
        At least one tile.
    canvas
        Size of the mosaic in pixels at scale 1; the target's by default. Of another aspect, the target is stretched.
    importance
        (h, w, 3) grey picture, stretched over the canvas: the brighter, the better photos must match.
    weights
        (tiles,) favour of each tile, 0.001 to 1000: 1 for plain ones, more to be taken sooner; 0 bans it.
    live
        Called with a plan of what has been placed so far, after every level.

    Returns
    -------
    A plan with its placements in painting order: the smallest first, the largest last.

    Raises
    ------
    OptionError
        If the options do not fit the canvas.
    LibraryError
        If no tile is left to use.
    """
    options = options or FractalOptions()
    canvas = canvas or Size(target.shape[1], target.shape[0])
    library, favour = eligible(library, weights, dedupe=options.dedupe)
    workers = thread_count(options.workers)
    # The last bits of products on many threads would depend on how many there are.
    with threadpool_limits(limits=1, user_api="blas"):
        setup = prepare(
            target,
            library,
            favour,
            options,
            canvas=canvas,
            importance=importance,
            workers=workers,
            progress=progress,
        )
        copy = small_target(target, workers)
        placed, rows = [], []
        for some, row in _placing(setup, progress):
            placed.append(some)
            rows.append(row)
            if live is not None:
                live(_plan(setup, copy, placed, rows, library))
        return _plan(setup, copy, placed, rows, library, finished=True)


def _placing(setup: Setup, progress: Progress) -> Iterator[tuple[Placed, dict[str, Any]]]:
    """Place photos, large ones first: what each level placed, in the order it was placed, and what to say of it."""
    canvas, options = setup.scene.canvas, setup.options
    random = np.random.default_rng(options.seed)
    levels = levels_of(options, canvas, len(setup.library))
    board = empty_board(levels, setup)
    matches, row = place_matches(levels, board, setup, random, progress)
    count = row["placements"]
    yield matches, row
    for number, level in enumerate(levels):
        stage = f"level {number + 1} of {len(levels)}: {count:,} photos, {board.coverage:.0%} covered"
        some, row = _place_level(level, board, setup, random, progress, stage)
        count += row["placements"]
        yield some, row
    if options.fill == "all":
        progress(f"last gaps: {board.coverage:.1%} covered", int(100 * board.coverage), 100)
        for some, row in fill_gaps(board, levels, setup, random):
            progress(f"last gaps: {board.coverage:.1%} covered", int(100 * board.coverage), 100)
            yield some, row | {"fill": True}


def _place_level(
    level: Level, board: Board, setup: Setup, random: np.random.Generator, progress: Progress, stage: str
) -> tuple[Placed, dict[str, Any]]:
    """Search, register and place photos of one size; again, as long as photos that were used up are in the way."""
    options, canvas = setup.options, setup.scene.canvas
    middles, angles = lattice(level.side, canvas, 1 - board.coverage, options, random.random(2), len(setup.tiles))
    longest = max(max(tiles.shape.aspect, 1 / tiles.shape.aspect) for tiles in setup.tiles)
    middles = middles[~board.hopeless(middles, level.side, level.overlap, longest)]
    limits, laxity = limits_at(middles, level, setup)
    places = Places(middles, limits, laxity, angles, level.side).take(np.flatnonzero(limits > 0))
    tried = len(places)
    plane = setup.scene.plane(level.side / SIDE, workers=setup.workers)
    placed, poses = [nobody()], 0
    for _ in range(_FEW if setup.tiny(level.side) else _ROUNDS):
        closed = board.uses >= level.copies
        found, compared = search_places(places, plane, board, setup, level.overlap, closed, progress, stage)
        poses += compared
        found = line_up(found, plane, places, setup).best_first()
        taken, refused = board.place(found, overlap=level.overlap, copies=level.copies, spacing=options.spacing)
        placed.append(found.take(taken))
        places = places.take(refused)
        if not len(places) or not len(taken):
            break
    chosen = join(placed)
    return settle(chosen, plane, setup), level.row(tried, poses, len(chosen.row), board.coverage)


def _plan(
    setup: Setup,
    target: bytes,
    placed: list[Placed],
    rows: list[dict[str, Any]],
    library: Library,
    *,
    finished: bool = False,
) -> Plan:
    options = setup.options
    table, placements, alternates = compose(placed, setup)
    coverage = rows[-1]["coverage"]
    relaxed = []
    if options.fill == "all" and finished and coverage < 1:
        relaxed.append(f"{1 - coverage:.1%} of the picture is not covered: no photo may be used more often")
    return Plan(
        canvas=setup.scene.canvas,
        background=options.ground,
        outline="box",
        grey=options.grey,
        tint=options.shift,
        overlay=0.0,
        gap=0.0,
        tiles=table,
        placements=placements,
        alternates=alternates,
        target=target,
        recipe={"engine": "fractal", "options": asdict(replace(options, workers=None)), "library": library.digest},
        statistics={"levels": rows, "poses": sum(row["poses"] for row in rows), "relaxed": relaxed},
    )

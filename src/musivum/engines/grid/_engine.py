"""The grid engine: from a target and a library to a plan."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from musivum.engines._eligible import eligible
from musivum.engines._target import small_target
from musivum.engines.grid._colour import COLOURS
from musivum.engines.grid._compose import compose
from musivum.engines.grid._importance import cell_importance
from musivum.engines.grid._limits import feasible_limits
from musivum.engines.grid._match import describe, match
from musivum.engines.grid._metric import SIDE
from musivum.engines.grid._options import GridOptions
from musivum.engines.grid._target import cut_target
from musivum.geometry import Size
from musivum.library import Library
from musivum.plan import Plan
from musivum.progress import Progress, silent
from musivum.threads import thread_count


def plan_grid(
    target: npt.NDArray[np.uint8],
    library: Library,
    options: GridOptions | None = None,
    *,
    canvas: Size | None = None,
    importance: npt.NDArray[np.uint8] | None = None,
    weights: npt.NDArray[np.float64] | None = None,
    progress: Progress = silent,
) -> Plan:
    """Plan a photographic mosaic: every cell of the target gets the crop of a library photo that fits it best.

    Cells and crops are compared by their features, which are 8 x 8 OKLab grids with gradient structure unless others
    are asked for, after the change of colour that will follow, in an SVD-compressed space; tiles are assigned to all
    cells at once, under limits, by an auction.

    Parameters
    ----------
    target
        (h, w, 3) sRGB bytes.
    library
        At least one tile.
    canvas
        Size of the mosaic in pixels at scale 1; the target's by default. Of another aspect, the target is stretched.
    importance
        (h, w, 3) grey picture, stretched over the canvas: the brighter, the better the tile. By default found from
        the target's detail and colours.
    weights
        (tiles,) favour of each tile, 0.001 to 1000: 1 for plain ones, 2 to count its error half; 0 bans it.

    Returns
    -------
    A plan with one placement a cell, in reading order.

    Raises
    ------
    OptionError
        If the options do not fit the canvas.
    LibraryError
        If no tile is left to use.
    """
    options = options or GridOptions()
    canvas = canvas or Size(target.shape[1], target.shape[0])
    library, favour = eligible(library, weights, dedupe=options.dedupe)
    # Products of few columns are slower on many threads, and their last bits would depend on how many there are.
    with threadpool_limits(limits=1, user_api="blas"):
        return _plan(target, library, options, canvas, importance, favour, thread_count(options.workers), progress)


def _plan(
    target: npt.NDArray[np.uint8],
    library: Library,
    options: GridOptions,
    canvas: Size,
    mask: npt.NDArray[np.uint8] | None,
    favour: npt.NDArray[np.float64],
    workers: int,
    progress: Progress,
) -> Plan:
    progress("target", 0, 1)
    cut = cut_target(target, canvas, options, workers)
    cells, patches = cut.cells, cut.patches(SIDE, workers=workers)
    progress("target", 1, 1)
    mode = COLOURS[options.colour]
    importance = cell_importance(cells, patches, mode, mask, canvas)
    described = describe(cells, library, favour, options, workers=workers, progress=progress)
    limits = feasible_limits(options, len(cells), len(library))
    found = match(cut, importance, described, limits, workers=workers, progress=progress)

    table, alternates, placements = compose(library, cells, patches, found, options, workers=workers)
    settled = replace(options, workers=None, search=found.statistics["search"])
    return Plan(
        canvas=canvas,
        background=(0, 0, 0),
        outline=cells.outline,
        tint=options.strength,
        overlay=options.overlay,
        gap=0.0,
        tiles=table,
        placements=placements,
        alternates=alternates,
        target=small_target(target, workers),
        recipe={"engine": "grid", "options": asdict(settled), "library": library.digest},
        statistics=found.statistics,
    )

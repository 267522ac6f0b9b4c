"""The grid engine: from a target and a library to a plan."""

from __future__ import annotations

import os
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from musivum.engines.grid._assignment import Assignment, assign
from musivum.engines.grid._compose import place_crops, used_tiles
from musivum.engines.grid._dictionary import TileDictionary, describe
from musivum.engines.grid._importance import automatic_importance, mask_importance
from musivum.engines.grid._limits import Limits, feasible_limits
from musivum.engines.grid._metric import fit_planes, hexagon_mask, metric
from musivum.engines.grid._options import GridOptions
from musivum.engines.grid._target import cut_target, small_target
from musivum.errors import LibraryError, OptionError
from musivum.geometry import Size
from musivum.library import Library, near_duplicates
from musivum.plan import Plan
from musivum.progress import Progress, silent
from musivum.search import pair_costs


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

    Cells and crops are compared as 8 x 8 OKLab grids with gradient structure, after the tint that will follow, in an
    SVD-compressed space; tiles are assigned to all cells at once, under limits, by an auction.

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
    library, favour = _eligible(library, options, weights)
    # Products of few columns are slower on many threads, and their last bits would depend on how many there are.
    with threadpool_limits(limits=1, user_api="blas"):
        return _plan(
            target, library, options, canvas, importance, favour, options.workers or os.cpu_count() or 1, progress
        )


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
    cells, patches = cut_target(target, canvas, options, workers)
    progress("target", 1, 1)
    planes = fit_planes(patches)
    if mask is None:
        weight = automatic_importance(planes)
    else:
        weight = mask_importance(mask, cells.boxes / np.tile(canvas, 2))
    importance = (weight * cells.areas / (weight * cells.areas).mean()).astype(np.float32)
    matrix = metric(
        tint=options.tint,
        shift_price=options.shift_price,
        chroma=options.chroma,
        structure=options.structure,
        mask=hexagon_mask() if cells.outline == "hexagon" else None,
    )
    described = describe(library, cells.aspect, matrix, options, favour, workers=workers, progress=progress)
    vectors = described.project(patches, matrix)
    limits = feasible_limits(options, len(cells), len(library))
    found = assign(vectors, described.dictionary, importance, cells.places, limits, workers=workers, progress=progress)
    costs, rows = pair_costs(vectors, described.dictionary, found.tile_of)
    best, _ = pair_costs(vectors, described.dictionary, found.nearest.owners[:, 0])
    placements = place_crops(library, cells, described, rows, costs, planes, workers)
    table, alternates, placements = used_tiles(library, placements, found.nearest)
    return Plan(
        canvas=canvas,
        background=(0, 0, 0),
        outline=cells.outline,
        tint=options.tint,
        overlay=options.overlay,
        gap=0.0,
        tiles=table,
        placements=placements,
        alternates=alternates,
        target=small_target(target, workers),
        recipe={"engine": "grid", "options": asdict(replace(options, workers=None)), "library": library.digest},
        statistics=_statistics(found, limits, costs, best, importance, library, described),
    )


def _eligible(
    library: Library, options: GridOptions, weights: npt.NDArray[np.float64] | None
) -> tuple[Library, npt.NDArray[np.float64]]:
    """The tiles that may be used, and their weights."""
    favour = np.ones(len(library)) if weights is None else np.asarray(weights, np.float64)
    sensible = (favour == 0) | ((favour >= 0.001) & (favour <= 1000))
    if favour.shape != (len(library),) or not sensible.all():
        raise OptionError(
            f"weights: {len(library)} numbers are needed, each 0 or from 0.001 to 1000, one for each tile"
        )
    keep = favour > 0
    if options.dedupe:
        allowed = np.flatnonzero(keep)
        stands_for = near_duplicates(
            library.hashes[allowed], sizes=library.sizes[allowed], means=library.means[allowed]
        )
        keep[allowed] &= stands_for == np.arange(len(allowed))
    if not keep.any():
        raise LibraryError(f"{library.path}: no photo to use: index some, or ban fewer")
    rows = np.flatnonzero(keep)
    return (library if keep.all() else library.select(rows)), favour[rows]


def _statistics(
    found: Assignment,
    limits: Limits,
    costs: npt.NDArray[np.float32],
    best: npt.NDArray[np.float32],
    weight: npt.NDArray[np.float32],
    library: Library,
    described: TileDictionary,
) -> dict[str, Any]:
    bound = float((weight * np.minimum(best, costs)).sum(dtype=np.float64))
    total = float((weight * costs).sum(dtype=np.float64))
    return {
        "cost": total,
        "bound": bound,
        "copies": limits.copies,
        "spacing": limits.spacing,
        "relaxed": list(limits.relaxed),
        "clashes": found.clashes,
        "bids": found.bids,
        "eligible": len(library),
        "crops": len(described.crops),
        "dimensions": int(described.dictionary.vectors.shape[1]),
        "energy": described.compression.energy,
    }

"""The grid engine: from a target and a library to a plan."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from musivum.engines.grid._assignment import assign
from musivum.engines.grid._cells import Cells
from musivum.engines.grid._colour import COLOURS, ColourMode
from musivum.engines.grid._compose import place_crops, used_tiles
from musivum.engines.grid._describe import agreement, describe_library
from musivum.engines.grid._dictionary import crop_patches, in_blocks
from musivum.engines.grid._importance import automatic_importance, contrast_importance, mask_importance
from musivum.engines.grid._limits import feasible_limits
from musivum.engines.grid._metric import SIDE
from musivum.engines.grid._options import GridOptions
from musivum.engines.grid._planes import fit_planes
from musivum.engines.grid._rerank import rerank, whole_costs
from musivum.engines.grid._target import cut_target, small_target
from musivum.engines.grid._voices import keep_voices, metric_of, voices_of
from musivum.errors import LibraryError, OptionError
from musivum.features import mixture_name
from musivum.geometry import Size
from musivum.library import Library, near_duplicates
from musivum.plan import Plan
from musivum.progress import Progress, silent
from musivum.search import SEARCHES, Neighbours, choose_search, pair_costs
from musivum.threads import thread_count

_ASKED = 256  # cells whose nearest tiles are compared with those by whole vectors


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
    library, favour = _eligible(library, options, weights)
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
    mode, metric = COLOURS[options.colour], metric_of(options)
    importance = _importance(cells, patches, mode, mask, canvas)
    voices, kept = keep_voices(voices_of(options, cells.outline), library, workers=workers, progress=progress)
    described, sample = describe_library(
        library, cells.aspect, voices, kept, metric, options, favour, workers=workers, progress=progress
    )

    def whole(rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        return described.space.join(cut.describe(voices, rows), queries=True)

    refined = options.rerank > 0 and described.space.compression is not None

    def refine(lists: Neighbours) -> Neighbours:
        return rerank(lists, queries, described, whole, options.rerank, workers=workers)

    dictionary, compression = described.dictionary, described.space.compression
    queries = in_blocks(len(cells), lambda rows: described.space.queries(whole(rows)), "target", workers, progress)
    search = choose_search(options.search, len(dictionary.vectors), len(cells))
    limits = feasible_limits(options, len(cells), len(library))
    found = assign(
        queries,
        dictionary,
        importance,
        cells.places,
        limits,
        search=SEARCHES[search],
        refine=refine if refined else None,
        workers=workers,
        progress=progress,
    )
    costs, rows = pair_costs(queries, dictionary, found.tile_of)
    if refined:

        def costs_of(block: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
            return whole_costs(described, whole(block), rows[block])[:, None]

        costs = in_blocks(len(cells), costs_of, "assign", workers, silent)[:, 0]
    best = np.minimum(found.nearest.distances[:, 0], costs)
    crops = described.crop_of(rows)
    colours = mode.columns(patches, crop_patches(library, described.crops, crops, SIDE), metric.either_sign)
    placements = place_crops(library, cells, described.crops, crops, {"error": costs, **colours})
    table, alternates, placements = used_tiles(library, placements, found.nearest)
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
        recipe={
            "engine": "grid",
            "options": asdict(replace(options, workers=None, search=search)),
            "library": library.digest,
        },
        statistics={
            "cost": float((importance * costs).sum(dtype=np.float64)),
            "bound": float((importance * best).sum(dtype=np.float64)),
            "copies": limits.copies,
            "spacing": limits.spacing,
            "relaxed": list(limits.relaxed),
            "clashes": found.clashes,
            "bids": found.bids,
            "eligible": len(library),
            "crops": len(described.crops),
            "features": mixture_name(voices),
            "search": search,
            "whole": sample.whole.shape[1],
            "dimensions": described.space.dimensions or sample.whole.shape[1],
            "energy": compression.energy if compression else 1.0,
            "agreement": agreement(described, sample, whole(_some(len(cells)))),
        },
    )


def _importance(
    cells: Cells, patches: npt.NDArray[np.float32], mode: ColourMode, mask: npt.NDArray[np.uint8] | None, canvas: Size
) -> npt.NDArray[np.float32]:
    """Weights (n,) of the cells, of mean 1."""
    planes = fit_planes(patches)
    weight = automatic_importance(planes) if mask is None else mask_importance(mask, cells.boxes / np.tile(canvas, 2))
    if mode.fitted:  # of two cells of one pattern the fainter shows a misfit less
        weight = weight * contrast_importance(patches)
    shares = weight * cells.areas
    return np.asarray(shares / shares.mean(), np.float32)


def _some(n: int) -> npt.NDArray[np.int64]:
    """A few of n rows, evenly spread."""
    return np.unique(np.linspace(0, n - 1, min(n, _ASKED)).astype(np.int64))


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

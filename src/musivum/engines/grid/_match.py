"""From cells and a library to the crop that each cell gets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.engines.grid._assignment import assign
from musivum.engines.grid._crops import Crops
from musivum.engines.grid._describe import agreement, describe_library
from musivum.engines.grid._dictionary import in_blocks
from musivum.engines.grid._limits import feasible_limits
from musivum.engines.grid._options import GridOptions
from musivum.engines.grid._rerank import rerank, whole_costs
from musivum.engines.grid._space import Vectors
from musivum.engines.grid._target import TargetCells
from musivum.engines.grid._voices import keep_voices, metric_of, voices_of
from musivum.features import even_rows, mixture_name
from musivum.library import Library
from musivum.progress import Progress, silent
from musivum.search import SEARCHES, Neighbours, choose_search, pair_costs

_ASKED = 256  # cells whose nearest tiles are compared with those by whole vectors


@dataclass(frozen=True, slots=True)
class Matching:
    """What each cell gets.

    Attributes
    ----------
    crops
        All crops of the library.
    chosen
        (n,) crop of each cell.
    costs
        (n,) their costs.
    nearest
        The best few tiles of each cell were there no limits.
    nearest_crops
        (n, k) their best crops; any where there is no tile.
    statistics
        What the report tells of it.
    """

    crops: Crops
    chosen: npt.NDArray[np.int64]
    costs: npt.NDArray[np.float32]
    nearest: Neighbours
    nearest_crops: npt.NDArray[np.int64]
    statistics: dict[str, Any]


def match(
    cut: TargetCells,
    importance: npt.NDArray[np.float32],
    library: Library,
    favour: npt.NDArray[np.float64],
    options: GridOptions,
    *,
    workers: int,
    progress: Progress,
) -> Matching:
    """Describe library and cells, find the nearest tiles of each cell, and assign tiles to all cells under limits.

    Parameters
    ----------
    importance
        (n,) weights of the cells.
    favour
        (tiles,) positive: costs of tile i are divided by favour[i].
    """
    cells = cut.cells
    voices, kept = keep_voices(voices_of(options, cells.outline), library, workers=workers, progress=progress)
    described, sample = describe_library(
        library, cells.aspect, voices, kept, metric_of(options), options, favour, workers=workers, progress=progress
    )
    space, dictionary = described.space, described.dictionary

    def whole(rows: npt.NDArray[np.int64]) -> Vectors:
        return space.join(cut.describe(voices, rows), queries=True)

    def refine(lists: Neighbours) -> Neighbours:
        return rerank(lists, queries, described, whole, options.rerank, workers=workers)

    queries = in_blocks(len(cells), lambda rows: space.queries(whole(rows)), "target", workers, progress)
    search = choose_search(options.search, len(dictionary.vectors), len(cells))
    limits = feasible_limits(options, len(cells), len(library))
    refined = options.rerank > 0 and space.compression is not None
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

        def costs_of(block: npt.NDArray[np.int64]) -> Vectors:
            return whole_costs(described, whole(block), rows[block])[:, None]

        costs = in_blocks(len(cells), costs_of, "assign", workers, silent)[:, 0]
    best = np.minimum(found.nearest.distances[:, 0], costs)
    statistics = {
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
        "dimensions": space.dimensions or sample.whole.shape[1],
        "energy": space.compression.energy if space.compression else 1.0,
        "agreement": agreement(described, sample, whole(even_rows(len(cells), _ASKED))),
    }
    near = [pair_costs(queries, dictionary, np.maximum(owners, 0))[1] for owners in found.nearest.owners.T]
    nearest_crops = described.crop_of(np.stack(near, axis=1))
    return Matching(described.crops, described.crop_of(rows), costs, found.nearest, nearest_crops, statistics)

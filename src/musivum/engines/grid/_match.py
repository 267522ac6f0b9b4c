"""From cells and a library to the crop that each cell gets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.engines.grid._assignment import Held, assign
from musivum.engines.grid._cells import Cells
from musivum.engines.grid._crops import Crops
from musivum.engines.grid._describe import Sample, agreement, describe_library
from musivum.engines.grid._dictionary import TileDictionary, in_blocks
from musivum.engines.grid._limits import Limits
from musivum.engines.grid._options import GridOptions
from musivum.engines.grid._rerank import rerank, whole_costs
from musivum.engines.grid._space import Vectors, Voice
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


@dataclass(frozen=True, slots=True)
class Described:
    """A library as cells are compared with it, by the options.

    Attributes
    ----------
    voices
        What is compared.
    tiles
        The crops and their vectors.
    sample
        What the space was fitted to.
    options
        What was asked for.
    """

    voices: tuple[Voice, ...]
    tiles: TileDictionary
    sample: Sample
    options: GridOptions

    @property
    def refined(self) -> bool:
        """Whether the best candidates are compared again by their whole vectors."""
        return self.options.rerank > 0 and self.tiles.space.compression is not None

    def whole(self, cut: TargetCells, rows: npt.NDArray[np.int64]) -> Vectors:
        """Whole vectors of some cells."""
        return self.tiles.space.join(cut.describe(self.voices, rows), queries=True)

    def queries(self, cut: TargetCells, *, workers: int, progress: Progress = silent) -> Vectors:
        """Short vectors of all cells."""
        space = self.tiles.space
        return in_blocks(len(cut.cells), lambda rows: space.queries(self.whole(cut, rows)), "target", workers, progress)

    def costs(
        self, cut: TargetCells, queries: Vectors, tile_of: npt.NDArray[np.int32], *, workers: int
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
        """The cost of each cell at the best crop of its tile, and that crop as a row of the dictionary."""
        costs, rows = pair_costs(queries, self.tiles.dictionary, tile_of)
        if self.refined:

            def costs_of(block: npt.NDArray[np.int64]) -> Vectors:
                return whole_costs(self.tiles, self.whole(cut, block), rows[block])[:, None]

            costs = in_blocks(len(cut.cells), costs_of, "assign", workers, silent)[:, 0]
        return costs, rows


def describe(
    cells: Cells,
    library: Library,
    favour: npt.NDArray[np.float64],
    options: GridOptions,
    *,
    workers: int,
    progress: Progress,
) -> Described:
    """Describe a library by what matters in such cells.

    Parameters
    ----------
    favour
        (tiles,) positive: costs of tile i are divided by favour[i].
    """
    voices, kept = keep_voices(voices_of(options, cells.outline), library, workers=workers, progress=progress)
    tiles, sample = describe_library(
        library, cells.aspect, voices, kept, metric_of(options), options, favour, workers=workers, progress=progress
    )
    return Described(voices, tiles, sample, options)


def match(
    cut: TargetCells,
    importance: npt.NDArray[np.float32],
    described: Described,
    limits: Limits,
    *,
    held: Held | None = None,
    workers: int,
    progress: Progress,
) -> Matching:
    """Find the nearest tiles of each cell, and assign tiles to all cells under limits.

    Parameters
    ----------
    importance
        (n,) weights of the cells.
    held
        Further cells, which keep their tiles.
    """
    cells, tiles, options = cut.cells, described.tiles, described.options
    space, dictionary, sample = tiles.space, tiles.dictionary, described.sample
    queries = described.queries(cut, workers=workers, progress=progress)

    def refine(lists: Neighbours) -> Neighbours:
        return rerank(lists, queries, tiles, partial(described.whole, cut), options.rerank, workers=workers)

    search = choose_search(options.search, len(dictionary.vectors), len(cells))
    found = assign(
        queries,
        dictionary,
        importance,
        cells.places,
        limits,
        held=held,
        search=SEARCHES[search],
        refine=refine if described.refined else None,
        workers=workers,
        progress=progress,
    )
    costs, rows = described.costs(cut, queries, found.tile_of, workers=workers)
    best = np.minimum(found.nearest.distances[:, 0], costs)
    statistics = {
        "cost": float((importance * costs).sum(dtype=np.float64)),
        "bound": float((importance * best).sum(dtype=np.float64)),
        "copies": limits.copies,
        "spacing": limits.spacing,
        "relaxed": list(limits.relaxed),
        "clashes": found.clashes,
        "bids": found.bids,
        "eligible": dictionary.owners,
        "crops": len(tiles.crops),
        "features": mixture_name(described.voices),
        "search": search,
        "whole": sample.whole.shape[1],
        "dimensions": space.dimensions or sample.whole.shape[1],
        "energy": space.compression.energy if space.compression else 1.0,
        "agreement": agreement(tiles, sample, described.whole(cut, even_rows(len(cells), _ASKED))),
    }
    near = [pair_costs(queries, dictionary, np.maximum(owners, 0))[1] for owners in found.nearest.owners.T]
    nearest_crops = tiles.crop_of(np.stack(near, axis=1))
    return Matching(tiles.crops, tiles.crop_of(rows), costs, found.nearest, nearest_crops, statistics)

"""Other photos for some cells of a plan, while all others keep theirs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from musivum.engines._eligible import usable
from musivum.engines._recipe import kept_target, recipe_options
from musivum.engines.grid._assignment import Held
from musivum.engines.grid._cells import Cells, grid_shape, lay_out
from musivum.engines.grid._colour import COLOURS
from musivum.engines.grid._compose import colours_of, compose
from musivum.engines.grid._crops import Crops
from musivum.engines.grid._importance import cell_importance
from musivum.engines.grid._limits import Limits, feasible_limits
from musivum.engines.grid._match import Described, Matching, describe, match
from musivum.engines.grid._metric import SIDE
from musivum.engines.grid._options import GridOptions
from musivum.engines.grid._target import TargetCells
from musivum.errors import PlanError
from musivum.features import linear_samples
from musivum.library import Library
from musivum.plan import FITTED, Finds, Placements, Plan, Repeats, bounds
from musivum.progress import Progress, silent
from musivum.search import nobody
from musivum.threads import thread_count

Rows = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_APART = 1.0  # pixels by which a plan's cells may differ from those of its options


@dataclass(frozen=True)
class GridResolver:
    """Finds photos for cells of a plan, by the plan's options and against the copy of the target that it keeps.

    Parameters
    ----------
    plan
        Made by the grid engine.
    library
        All of its photos.
    welcome
        (tiles,) those that a search may bring in.
    pins
        Rows of the library that `pinned` will be asked for.
    workers
        Threads; what is found does not depend on it.

    Raises
    ------
    PlanError
        If the plan's recipe or target does not fit its placements.
    """

    plan: Plan
    library: Library
    welcome: BoolArray
    pins: Rows
    workers: int | None = None
    progress: Progress = silent

    @cached_property
    def repeats(self) -> Repeats:
        """The limits that the plan was made under."""
        limits, places = self._limits, self._cells.places

        def near(one: Rows, other: Rows) -> BoolArray:
            apart, sides = places[one, :2] - places[other, :2], places[one, 2:] + places[other, 2:]
            cells = (np.abs(apart) * np.float32(2) / sides).max(axis=1, initial=0) + np.float32(1e-3)
            return np.asarray(cells < np.float32(limits.spacing), np.bool_)

        n = len(self._cells)
        return Repeats(np.full(n, limits.copies, np.int64), np.arange(n), near if limits.spacing > 1 else None)

    def fitted(self, plan: Plan, place: Rows, photos: Placements) -> Placements:
        """Photos (m), rows of a plan's tiles, in cells (m,), with the contrast and factors that they need there."""
        tile = np.array([self.library.row(plan.tiles.ids[i]) for i in photos.tile], np.int64)
        size = np.tile(self.library.sizes[tile].astype(np.float64), 2)
        turn = np.round(photos.transform[:, 1] / (np.pi / 2)).astype(np.int64) % 4
        crops = Crops(tile, (photos.crop / size).clip(0, 1), photos.mirror, turn.astype(np.int8))
        patches = self._cut(place).patches(SIDE)
        columns = colours_of(self.library, patches, crops, np.arange(len(tile)), self._options)
        return replace(photos, **{name: columns[name] for name in FITTED if name in columns})

    def pinned(self, place: Rows, photo: Rows) -> Finds:
        """Photos, rows (m,) of the library among the pins, each in the crop that fits its cell (m,) best."""
        with threadpool_limits(limits=1, user_api="blas"):
            cut, described = self._cut(place), self._described
            tiles = np.searchsorted(self._usable, photo).astype(np.int32)
            queries = described.queries(cut, workers=self._threads)
            costs, rows = described.costs(cut, queries, tiles, workers=self._threads)
            crops, none = described.tiles.crops, nobody(len(place), 0)
            chosen = described.tiles.crop_of(rows)
            return self._finds(cut, Matching(crops, chosen, costs, none, np.empty((len(place), 0), np.int64), {}))

    def searched(self, plan: Plan, place: Rows) -> Finds:
        """The photos that do best in cells (m,) together, within the limits, while the others stay as they are by now.

        Where too few photos are left, they are used more often.

        Parameters
        ----------
        plan
            As it is by now.
        """
        held = np.setdiff1d(np.arange(len(self._cells)), place)
        with threadpool_limits(limits=1, user_api="blas"):
            cut, usable = self._cut(place), self._usable
            row_of = {self.library.ids[row]: i for i, row in enumerate(usable.tolist())}
            tiles = np.array([row_of.get(id, -1) for id in plan.tiles.ids], np.int32)[plan.placements.tile[held]]
            held, tiles = held[tiles >= 0], tiles[tiles >= 0]
            found = match(
                cut,
                self._importance[place],
                self._described,
                _with_room(self._limits, np.bincount(tiles, minlength=len(usable)), len(place)),
                held=Held(self._cells.places[held], tiles),
                workers=self._threads,
                progress=self.progress,
            )
            return self._finds(cut, found)

    def _finds(self, cut: TargetCells, found: Matching) -> Finds:
        library = self.library.select(self._usable)
        patches = cut.patches(SIDE, workers=self._threads)
        table, alternates, placements = compose(
            library, cut.cells, patches, found, self._options, workers=self._threads
        )
        return Finds(table, placements, alternates)

    def _cut(self, place: Rows) -> TargetCells:
        return TargetCells(Cells(self._cells.boxes[place], self._cells.outline), self._samples, self._boxes[place])

    @cached_property
    def _options(self) -> GridOptions:
        return replace(recipe_options(self.plan, GridOptions), search="exact")

    @cached_property
    def _threads(self) -> int:
        return thread_count(self.workers)

    @cached_property
    def _cells(self) -> Cells:
        """The cells as the engine laid them out; adaptive ones, which follow the target, as the plan has them."""
        there = bounds(self.plan.placements)
        if self._options.adaptive:
            return Cells(np.rint(there), self.plan.outline)
        columns, rows, _ = grid_shape(self.plan.canvas, self._options)
        cells = lay_out(self.plan.canvas, columns, rows, self._options.offset)
        if len(cells) != len(there) or (np.abs(cells.boxes - there) > _APART).any():
            raise PlanError("the plan's cells are not those of its recipe; make the plan again")
        return cells

    @cached_property
    def _limits(self) -> Limits:
        told = self.plan.statistics
        copies, spacing = told.get("copies"), told.get("spacing")
        if isinstance(copies, int) and isinstance(spacing, int | float) and copies >= 1 and spacing >= 0:
            farthest = max(self.plan.canvas.width, self.plan.canvas.height)  # no cell is smaller than a pixel
            return Limits(min(copies, len(self._cells)), min(spacing, farthest), False)
        return replace(feasible_limits(self._options, len(self._cells), len(self.library)), use_all=False)

    @cached_property
    def _samples(self) -> npt.NDArray[np.uint16]:
        return linear_samples(kept_target(self.plan))

    @cached_property
    def _boxes(self) -> npt.NDArray[np.float64]:
        """The cells in pixels of the target."""
        height, width, _ = self._samples.shape
        scale = np.tile([width / self.plan.canvas.width, height / self.plan.canvas.height], 2)
        return np.asarray(self._cells.boxes * scale, np.float64)

    @cached_property
    def _importance(self) -> npt.NDArray[np.float32]:
        patches = self._cut(np.arange(len(self._cells))).patches(SIDE, workers=self._threads)
        return cell_importance(self._cells, patches, COLOURS[self._options.colour], None, self.plan.canvas)

    @cached_property
    def _usable(self) -> Rows:
        return usable(self.library, self.welcome, self.pins, dedupe=self._options.dedupe)

    @cached_property
    def _described(self) -> Described:
        library = self.library.select(self._usable)
        return describe(
            self._cells,
            library,
            np.ones(len(library)),
            self._options,
            workers=self._threads,
            progress=self.progress,
        )


def _with_room(limits: Limits, uses: Rows, cells: int) -> Limits:
    """The limits with so many copies that photos with these uses can fill so many cells more."""
    copies = limits.copies
    while np.maximum(copies - uses, 0).sum() < cells:
        copies += 1
    return replace(limits, copies=copies)

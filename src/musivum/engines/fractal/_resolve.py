"""Other photos in some places of a plan, each in the window of the one that it replaces."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from musivum.engines._eligible import usable
from musivum.engines._recipe import kept_target, recipe_options
from musivum.engines.fractal._board import Board
from musivum.engines.fractal._candidates import Candidates, join, nobody
from musivum.engines.fractal._compose import compose, settle
from musivum.engines.fractal._levels import levels_of
from musivum.engines.fractal._lineup import judge, measure
from musivum.engines.fractal._options import FractalOptions
from musivum.engines.fractal._rounds import poses_of, repeats_of, rounds_of
from musivum.engines.fractal._setup import Setup, empty_board, prepare
from musivum.engines.fractal._tiles import TileDictionary
from musivum.engines.fractal._turns import Turns, turns_of
from musivum.engines.fractal._windows import SIDE, Plane, Poses, sample
from musivum.library import Library
from musivum.plan import Finds, Placements, Plan, Repeats, uses_of
from musivum.progress import Progress, silent
from musivum.search import RadiusSearch
from musivum.threads import thread_count

Rows = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Doubles = npt.NDArray[np.float64]

_LISTED = 192  # crops that are looked at in each window; more where the limits leave none of them
_MORE = 8  # times as many then
_JUDGED = 24  # tiles that are compared again by their pixels
_EVERYTHING = 1e6  # a squared distance that nothing exceeds
_NOWHERE, _FIRST = np.empty(0, np.int64), np.zeros(1, np.int64)


@dataclass(frozen=True)
class FractalResolver:
    """Finds photos for places of a plan, by the plan's options and against the copy of the target that it keeps.

    Windows stay where they are, since their neighbours were placed around them: photos are not registered again, only
    turned by quarters where the options let them.

    Parameters
    ----------
    plan
        Made by the fractal engine.
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
        If the plan's recipe or target does not do.
    """

    plan: Plan
    library: Library
    welcome: BoolArray
    pins: Rows
    workers: int | None = None
    progress: Progress = silent

    @cached_property
    def repeats(self) -> Repeats:
        """The limits that each place was filled under; none where the plan does not tell."""
        return repeats_of(self.plan, self._options.spacing)

    def fitted(self, plan: Plan, place: Rows, photos: Placements) -> Placements:
        """The same photos: they have no colours but a shift, which alternates know."""
        return photos

    def pinned(self, place: Rows, photo: Rows) -> Finds:
        """Photos, rows (m,) of the library among the pins, each in the crop and turn that fits its place (m,) best."""
        with threadpool_limits(limits=1, user_api="blas"):
            tiles, parts = np.searchsorted(self._usable, photo), []
            for i, board in self._boards(place):
                some = self._crops_of(int(tiles[i]), int(place[i]))
                parts.append(self._judged(some, int(place[i]), board).take(_FIRST)._replace(place=np.array([i])))
            return self._finds(place, parts)

    def searched(self, plan: Plan, place: Rows) -> Finds:
        """The best photos for places (m,), the large ones first, within the limits; the others stay as they are by now.

        Where the limits leave no photo, the best one comes in whatever they say.

        Parameters
        ----------
        plan
            As it is by now.
        """
        with threadpool_limits(limits=1, user_api="blas"):
            row_of = {self.library.ids[row]: i for i, row in enumerate(self._usable.tolist())}
            shown = np.array([row_of.get(id, -1) for id in plan.tiles.ids], np.int64)[plan.placements.tile]
            shown[place] = -1
            uses, parts = uses_of(shown), []
            for done, (i, board) in enumerate(self._boards(place)):
                self.progress("search", done, len(place))
                best = self._best(int(place[i]), board, uses)
                tile = int(best.tile[0])
                uses[tile] = np.append(uses.get(tile, _NOWHERE), place[i])
                parts.append(best._replace(place=np.array([i])))
            self.progress("search", len(place), len(place))
            return self._finds(place, parts)

    def _best(self, place: int, board: Board | None, uses: dict[int, Rows]) -> Candidates:
        """The best photo for a place that the limits allow, given the uses of each."""
        most, listed = max(len(some.shape) for some in self._setup.tiles), _LISTED
        while True:
            found = self._nearest(place, listed)
            judged = self._judged(found.take(np.arange(len(found.row))[:_JUDGED]), place, board)
            found = join([judged, found.take(np.arange(len(found.row))[_JUDGED:])])
            for row, tile in enumerate(found.tile.tolist()):
                if self.repeats.fits(place, uses.get(tile, _NOWHERE)):
                    return found.take(np.array([row]))
            if listed >= most:
                return found.take(_FIRST)
            listed *= _MORE

    def _nearest(self, place: int, most: int) -> Candidates:
        """The nearest crops to each window of a place, the best one of each tile, in order of their distances."""
        windows, plane, parts = self._windows(place), self._plane(place), [nobody()]
        for number in np.unique(windows.shape).tolist():
            tiles, poses = self._setup.tiles[number], windows.poses.take(np.flatnonzero(windows.shape == number))
            queries, _ = tiles.queries(sample(plane, poses))
            limits = np.full(len(queries), _EVERYTHING, np.float32)
            found = self._search(number, int(self._level[place]))(queries, limits, min(most, len(tiles.shape)))
            window, rank = np.nonzero(found.owners >= 0)
            row = found.owners[window, rank].astype(np.int64)
            some = _candidates(number, tiles, row, poses.take(window))
            parts.append(some._replace(score=found.distances[window, rank].astype(np.float64)))
        nearest = join(parts).best_first()
        _, first = np.unique(nearest.tile, return_index=True)
        return nearest.take(np.sort(first))

    def _crops_of(self, tile: int, place: int) -> Candidates:
        """All crops of one tile in the windows of a place that have about their shape."""
        parts = [nobody()]
        for number, tiles in enumerate(self._setup.tiles):
            rows = np.flatnonzero(tiles.shape.tile == tile)
            if len(rows):
                poses = self._windows(place, [number]).poses
                every = np.repeat(np.arange(len(poses.x)), len(rows))
                parts.append(_candidates(number, tiles, np.tile(rows, len(poses.x)), poses.take(every)))
        return join(parts)

    def _judged(self, candidates: Candidates, place: int, board: Board | None) -> Candidates:
        """Candidates by the errors that the engine minimised: in gaps over what is seen, else over the whole window."""
        plane, setup = self._plane(place), self._setup
        found = measure(candidates, plane, setup)
        if board is not None:
            return judge(found, plane, board, setup).best_first()
        interest = setup.interest(float(self._sides[self._level[place]]))
        plainness = [setup.tiles[s].plainness[row] for s, row in zip(found.shape, found.row, strict=True)]
        return found._replace(score=found.square + interest * np.array(plainness, np.float64)).best_first()

    def _boards(self, place: Rows) -> Iterator[tuple[int, Board | None]]:
        """Indices of places, in the order of placing; of those that fill gaps, with the board as of that round."""
        rounds, covered = rounds_of(self.plan), len(self.plan.placements)
        board = empty_board(levels_of(self._options, self.plan.canvas, len(self.library)), self._setup)
        for i in np.argsort(-place).tolist():
            if rounds is None or not rounds.fills[place[i]]:
                yield i, None
                continue
            before = int(rounds.before[place[i]])
            board.cover(self._poses.take(np.arange(before, covered)))
            covered = before
            yield i, board

    def _windows(self, place: int, shapes: Sequence[int] | None = None) -> Turns:
        """The ways to lie in a place, each with the dictionary whose shape is nearest."""
        known = np.arange(len(self._setup.tiles)) if shapes is None else np.array(shapes)
        aspects = np.array([self._setup.tiles[number].shape.aspect for number in known])
        found = turns_of(self._poses.take(np.array([place])), aspects, self._options.reach)
        return found._replace(shape=known[found.shape])

    def _finds(self, place: Rows, chosen: list[Candidates]) -> Finds:
        """What was found, in the order of the places."""
        found, level = join(chosen), self._level[place]
        placed = []
        for number in np.unique(level):
            some = found.take(np.flatnonzero(level[found.place] == number))
            placed.append(settle(some, self._plane(int(place[some.place[0]])), self._setup))
        table, placements, alternates = compose(placed, self._setup)
        order = np.argsort(np.concatenate([some.chosen.place for some in placed])[::-1])
        return Finds(table, placements.select(order), alternates.select(order))

    def _plane(self, place: int) -> Plane:
        """The target at the resolution of a place."""
        return self._planes(int(self._level[place]))

    @cached_property
    def _planes(self) -> Callable[[int], Plane]:
        return cache(lambda level: self._setup.scene.plane(float(self._sides[level]) / SIDE, workers=self._threads))

    @cached_property
    def _search(self) -> Callable[[int, int], RadiusSearch]:
        """Searches of a dictionary, among photos of a level."""
        return cache(
            lambda number, level: self._setup.tiles[number].search(self._setup.interest(float(self._sides[level])))
        )

    @cached_property
    def _poses(self) -> Poses:
        return poses_of(self.plan.placements)

    @cached_property
    def _sides(self) -> Doubles:
        """Sides of the levels, largest first."""
        levels = levels_of(self._options, self.plan.canvas, len(self.library))
        return np.array([level.side for level in levels])

    @cached_property
    def _level(self) -> Rows:
        """The level (n,) whose side is nearest to that of each placement."""
        side = np.sqrt(self._poses.width * self._poses.height)
        return np.asarray(np.abs(np.log(side)[:, None] - np.log(self._sides)).argmin(axis=1), np.int64)

    @cached_property
    def _options(self) -> FractalOptions:
        return recipe_options(self.plan, FractalOptions)

    @cached_property
    def _threads(self) -> int:
        return thread_count(self.workers)

    @cached_property
    def _usable(self) -> Rows:
        return usable(self.library, self.welcome, self.pins, dedupe=self._options.dedupe)

    @cached_property
    def _setup(self) -> Setup:
        library = self.library.select(self._usable)
        return prepare(
            kept_target(self.plan),
            library,
            np.ones(len(library)),
            replace(self._options, fill="match", retrieval="dictionary"),  # every crop is compared, and no floor needed
            canvas=self.plan.canvas,
            importance=None,
            workers=self._threads,
            progress=self.progress,
        )


def _candidates(number: int, tiles: TileDictionary, row: Rows, poses: Poses) -> Candidates:
    """Rows (k,) of a dictionary in windows (k,), not judged yet."""
    nothing = np.zeros(len(row))
    shape = np.full(len(row), number)
    return Candidates(shape * 0, shape, row, tiles.shape.tile[row], poses, nothing, nothing + 1, nothing)

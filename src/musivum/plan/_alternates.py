"""The next-best photos of each place, each ready to be drawn there instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from musivum.errors import PlanError
from musivum.plan._columns import (
    BoolArray,
    Column,
    DoubleArray,
    FloatArray,
    IntArray,
    check_colours,
    check_columns,
    check_finite,
    check_inside,
    check_similarities,
)
from musivum.plan._fit import ComplexArray, fit_inside, rectangles
from musivum.plan._placements import Placements, TileTable

ALTERNATE_COLUMNS: dict[str, Column] = {
    "tile": Column(np.int32, (None,)),
    "error": Column(np.float32, (None,)),
    "crop": Column(np.float64, (None, 4)),
    "transform": Column(np.float64, (None, 4)),
    "mirror": Column(np.bool_, (None,)),
    "mean": Column(np.float32, (None, 3)),
    "shift": Column(np.float32, (None, 3)),
}
_SLACK = 1e-3  # canvas pixels, and of the longer side, by which rounding may move what is covered


@dataclass(frozen=True, slots=True, eq=False)
class Alternates:
    """The next-best photos of each of n places, a at most, as columns.

    Each can be drawn in place of the chosen photo: its crop covers the same rectangle of the canvas, by whichever
    side up. Where a place has fewer than a, the others have tile -1, and their further columns are finite numbers
    without a meaning.

    Attributes
    ----------
    tile
        (n, a) row in the plan's table of tiles, or -1.
    error
        (n, a) as of the placements, ascending; infinity where there is no tile.
    crop, transform, mirror
        (n, a, 4), (n, a, 4), (n, a) as of the placements.
    mean, shift
        (n, a, 3), (n, a, 3) the tint as of the placements.

    Raises
    ------
    PlanError
        If a column has the wrong shape, is not finite or leaves its range.
    """

    tile: IntArray
    error: FloatArray
    crop: DoubleArray
    transform: DoubleArray
    mirror: BoolArray
    mean: FloatArray
    shift: FloatArray

    def __post_init__(self) -> None:
        check_columns(self, ALTERNATE_COLUMNS)
        if any(getattr(self, name).shape[1] != self.tile.shape[1] for name in ALTERNATE_COLUMNS):
            raise PlanError("the plan's alternates have columns of different shapes")
        if (self.tile < -1).any() or np.isnan(self.error).any():
            raise PlanError("the plan's alternates hold a row below -1 or an error that is no number")
        for name in ("crop", "transform", "mean", "shift"):
            check_finite(f"alternates/{name}", getattr(self, name))
        there = self.tile >= 0
        check_similarities(self.crop[there], self.transform[there])
        for name in ("mean", "shift"):
            check_colours(f"alternates/{name}", getattr(self, name))

    @classmethod
    def none(cls, n: int) -> Self:
        """No alternates for n placements."""
        return cls(
            **{name: np.zeros((n, *(s or 0 for s in c.shape)), c.dtype) for name, c in ALTERNATE_COLUMNS.items()}
        )

    @classmethod
    def centred(cls, tile: npt.ArrayLike, error: npt.ArrayLike, placements: Placements, tiles: TileTable) -> Self:
        """Alternates of which only the tiles and errors (n, a) are known.

        Each shows the largest part about its middle that has the shape of the chosen crop, turned like it, in colours
        of its own.
        """
        tile, error = np.asarray(tile, np.int32), np.asarray(error, np.float32)
        _check_table(tile, tiles)
        which, place = np.nonzero(tile >= 0)
        crop, transform = np.zeros((2, *tile.shape, 4))
        crop[which, place], transform[which, place] = fit_inside(
            placements.crop[which], placements.transform[which], tiles.sizes[tile[which, place]]
        )
        plain = np.zeros((*tile.shape, 3), np.float32)
        return cls(tile, error, crop, transform, np.zeros(tile.shape, np.bool_), plain, plain)

    def select(self, rows: npt.ArrayLike) -> Self:
        """Alternates of the places of these rows, in this order."""
        rows = np.asarray(rows)
        return type(self)(**{name: getattr(self, name)[rows] for name in ALTERNATE_COLUMNS})

    def check_places(self, placements: Placements, tiles: TileTable) -> None:
        """Raise PlanError unless every alternate shows a part of its tile, just where its placement does."""
        if len(self.tile) != len(placements):
            raise PlanError("the plan's alternates and placements differ in number")
        _check_table(self.tile, tiles)
        which, place = np.nonzero(self.tile >= 0)
        check_inside(self.crop[which, place], tiles.sizes[self.tile[which, place]])
        own = rectangles(self.crop[which, place], self.transform[which, place])
        middle, across, down = (part[which] for part in rectangles(placements.crop, placements.transform))
        upright = np.maximum(_apart(own.across, across), _apart(own.down, down))
        on_its_side = np.maximum(_apart(own.across, down), _apart(own.down, across))
        off = np.maximum(np.abs(own.middle - middle), np.minimum(upright, on_its_side))
        if (off > _SLACK * (1 + np.maximum(np.abs(across), np.abs(down)))).any():
            raise PlanError("the plan's alternates do not cover what their placements cover")


def _check_table(tile: IntArray, tiles: TileTable) -> None:
    if (tile >= len(tiles)).any():
        raise PlanError(f"the plan's alternates leave the table of {len(tiles)} tiles")


def _apart(one: ComplexArray, two: ComplexArray) -> DoubleArray:
    """How far sides are from each other, whichever way they run."""
    return np.minimum(np.abs(one - two), np.abs(one + two))

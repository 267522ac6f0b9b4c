"""Candidates: crops in windows of the canvas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.engines.fractal._windows import Poses

Rows = npt.NDArray[np.integer[Any]]


class Candidates(NamedTuple):
    """Crops in windows, each column (n,).

    Attributes
    ----------
    place
        Where they were looked for: of one place only one is placed.
    shape, row
        The crop: which dictionary, and which of its rows.
    tile
        The tile it is cut out of.
    poses
        The windows.
    square, limit
        Squared error, and the largest that is allowed.
    score
        What decides who comes first; lower is better.
    """

    place: npt.NDArray[np.int64]
    shape: npt.NDArray[np.int64]
    row: npt.NDArray[np.int64]
    tile: npt.NDArray[np.int64]
    poses: Poses
    square: npt.NDArray[np.float64]
    limit: npt.NDArray[np.float64]
    score: npt.NDArray[np.float64]

    def take(self, rows: Rows) -> Candidates:
        """Some of them."""
        columns: list[Any] = [column.take(rows) if isinstance(column, Poses) else column[rows] for column in self]
        return Candidates(*columns)

    def ranking(self) -> npt.NDArray[np.int64]:
        """Rows by score; equal ones by tile and place, so that the order never depends on how they were found."""
        return np.lexsort((self.poses.angle, self.place, self.row, self.tile, self.score))

    def best_first(self) -> Candidates:
        """All of them in the order of their ranking."""
        return self.take(self.ranking())


def join(parts: Sequence[Candidates]) -> Candidates:
    """Candidates one after another."""
    columns: list[Any] = [
        Poses(*map(np.concatenate, zip(*column, strict=True)))
        if isinstance(column[0], Poses)
        else np.concatenate(column)
        for column in zip(*parts, strict=True)
    ]
    return Candidates(*columns)


def nobody() -> Candidates:
    """No candidates."""
    whole, real = np.zeros(0, np.int64), np.zeros(0)
    return Candidates(whole, whole, whole, whole, Poses(*[real] * 5), real, real, real)

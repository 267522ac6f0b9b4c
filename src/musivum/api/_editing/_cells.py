"""Places of a plan as a person names them: by number, or by column and row."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from musivum.errors import OptionError
from musivum.export import is_arranged, lies_freely, rows_and_columns
from musivum.plan import Plan, bounds

Cells = npt.NDArray[np.int64]

_MOST = 10**6  # columns, rows, and pixels of a gap
_PLACE = re.compile(r"\s*(\d{1,9})\s*(?:,\s*(\d{1,9})\s*)?", re.ASCII)

FORM = "a placement's number, or COLUMN,ROW, both counted from 1"


def is_place(text: str) -> bool:
    """Whether a text has the form of a place."""
    return _PLACE.fullmatch(text) is not None


class NamedCells:
    """The places of a plan by their numbers from 1, in painting order as tables and pages have them, and as cells.

    A photo that takes several cells of a collage answers to each of them.
    """

    def __init__(self, plan: Plan) -> None:
        self._count = len(plan.placements)
        self._covered = np.zeros((0, 2), np.int64), np.zeros((0, 2), np.int64)
        if lies_freely(plan) or not self._count:
            return
        boxes = bounds(plan.placements)
        rows, columns = rows_and_columns(boxes)
        if rows[0]:
            first = np.stack([columns, rows], axis=1)
            self._covered = first, first + 1
        elif is_arranged(plan):
            self._covered = _of_lattice(plan, boxes)

    def place(self, text: str) -> int:
        """The place, from 0, that a text of the right form names.

        Raises
        ------
        OptionError
            If there is none.
        """
        match = _PLACE.fullmatch(text)
        assert match is not None
        if match[2] is None:
            number = int(match[1])
            if not 1 <= number <= self._count:
                raise OptionError(f"there is no placement {number}: they are numbered 1 to {self._count}")
            return number - 1
        low, high = self._covered
        if not len(low):
            raise OptionError(
                f"there is no cell {text.strip()}, since this plan's placements form no rows and columns: give a "
                "placement's number, as musivum report PLAN -o photos.csv lists them"
            )
        cell = int(match[1]), int(match[2])
        there = np.flatnonzero(((low <= cell) & (cell < high)).all(axis=1))
        if not len(there):
            columns, rows = (high.max(axis=0) - 1).tolist()
            raise OptionError(f"there is no cell {cell[0]},{cell[1]}: there are {columns} columns and {rows} rows")
        return int(there[-1])

    def cell(self, place: int) -> tuple[int, int] | None:
        """Column and row, from 1, of a place; of several cells the first."""
        low, high = self._covered
        if not len(low) or (low[place] >= high[place]).any():
            return None
        column, row = low[place].tolist()
        return column, row


def _of_lattice(plan: Plan, boxes: npt.NDArray[np.float64]) -> tuple[Cells, Cells]:
    """First cell (n, 2) of each photo of a collage, and that behind its last: their middles lie in its box."""
    columns, rows, gap = (plan.statistics.get(name) for name in ("columns", "rows", "gap"))
    nowhere = np.zeros((0, 2), np.int64), np.zeros((0, 2), np.int64)
    if not (isinstance(columns, int) and isinstance(rows, int) and isinstance(gap, int | float)):
        return nowhere
    if not (0 < columns < _MOST and 0 < rows < _MOST and 0 <= gap < _MOST):
        return nowhere
    band = float((plan.captions.box[:, 3] - plan.captions.box[:, 1]).max(initial=0))
    first, between = boxes[:, :2].min(axis=0), np.array([gap, gap + band])
    pitch = (boxes[:, 2:].max(axis=0) + between - first) / (columns, rows)
    low, high = (
        np.ceil((corner - first) / pitch - (1 - between / pitch) / 2).astype(np.int64).clip(0, (columns, rows)) + 1
        for corner in (boxes[:, :2], boxes[:, 2:])
    )
    return low, high

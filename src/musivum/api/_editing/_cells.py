"""Places of a plan as a person names them: by number, or by column and row."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from musivum.errors import OptionError
from musivum.export import is_arranged, lies_freely, rows_and_columns
from musivum.plan import Plan, bounds

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
        self._of: dict[tuple[int, int], int] = {}
        self._cells: dict[int, tuple[int, int]] = {}
        if lies_freely(plan) or not self._count:
            return
        boxes = bounds(plan.placements)
        rows, columns = rows_and_columns(boxes)
        if rows[0]:
            self._of = {cell: i for i, cell in enumerate(zip(columns, rows, strict=True))}
        elif is_arranged(plan):
            self._of = _of_lattice(plan, boxes)
        for cell, i in self._of.items():
            self._cells.setdefault(i, cell)

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
        if not self._of:
            raise OptionError(
                f"there is no cell {text.strip()}, since this plan's placements form no rows and columns: give a "
                "placement's number, as musivum report PLAN -o photos.csv lists them"
            )
        cell = int(match[1]), int(match[2])
        if cell not in self._of:
            columns, rows = (max(numbers) for numbers in zip(*self._of, strict=True))
            raise OptionError(f"there is no cell {cell[0]},{cell[1]}: there are {columns} columns and {rows} rows")
        return self._of[cell]

    def cell(self, place: int) -> tuple[int, int] | None:
        """Column and row, from 1, of a place; of several cells the first."""
        return self._cells.get(place)


def _of_lattice(plan: Plan, boxes: npt.NDArray[np.float64]) -> dict[tuple[int, int], int]:
    """Cells of a collage some of whose photos take several: the middle of a cell lies in its photo's box."""
    columns, rows, gap = (plan.statistics.get(name) for name in ("columns", "rows", "gap"))
    if not (isinstance(columns, int) and isinstance(rows, int) and isinstance(gap, int | float)):
        return {}
    if not 0 < columns * rows <= 10**7:
        return {}
    band = float((plan.captions.box[:, 3] - plan.captions.box[:, 1]).max(initial=0))
    first = boxes[:, :2].min(axis=0)
    pitch = (boxes[:, 2:].max(axis=0) + np.array([gap, gap + band]) - first) / (columns, rows)
    low = np.ceil((boxes[:, :2] - first) / pitch - 0.5).astype(np.int64).clip(0)
    high = np.ceil((boxes[:, 2:] - first) / pitch - 0.5).astype(np.int64)
    return {
        (column + 1, row + 1): i
        for i in range(len(boxes))
        for row in range(low[i, 1], high[i, 1])
        for column in range(low[i, 0], high[i, 0])
    }

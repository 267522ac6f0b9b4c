"""A picture divided among sheets of paper that overlap."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from musivum.errors import OptionError
from musivum.export._pdf._options import MILLIMETRE, PdfOptions, paper_of
from musivum.geometry import Box, Size

GUTTER = 6 * MILLIMETRE
"""Between what the printer leaves white and the picture: room for marks and labels."""

_MOST_SHEETS = 2000


class Sheets(NamedTuple):
    """How a picture is divided.

    Attributes
    ----------
    paper
        Width and height of a sheet in points.
    part
        Pixels of the picture on a sheet; in the last column and row it may be a little less.
    corner
        Pixels from the sheet's upper left corner to that of its part.
    step
        Pixels from the left (upper) edge of a part to that of the next.
    """

    paper: tuple[float, float]
    size: Size
    columns: int
    rows: int
    part: Size
    corner: tuple[int, int]
    step: tuple[int, int]

    @property
    def total(self) -> int:
        """Sheets in all."""
        return self.columns * self.rows

    def parts(self) -> Iterator[tuple[str, Box]]:
        """Name and pixels of each sheet's part, row by row."""
        for row in range(self.rows):
            for column in range(self.columns):
                x, y = column * self.step[0], row * self.step[1]
                box = Box(x, y, min(x + self.part.width, self.size.width), min(y + self.part.height, self.size.height))
                yield sheet_name(row, column), box


def divide(size: Size, options: PdfOptions, dpi: float) -> Sheets:
    """Divide a picture among as few sheets as do, upright or on their sides.

    Raises
    ------
    OptionError
        If margins and overlap leave no room on a sheet, or it would be thousands of sheets.
    """
    assert options.sheets is not None
    short, long = sorted(paper_of(options.sheets))
    papers = [(short, long), (long, short)]
    if size.width > size.height:
        papers.reverse()
    found = [way for paper in papers if (way := _divided(size, paper, options, dpi)) is not None]
    if not found:
        raise OptionError(
            f"sheets {options.sheets}: margins and overlap leave too little room for the picture: take larger paper, "
            "or less of them"
        )
    fewest = min(found, key=lambda sheets: sheets.total)
    if fewest.total > _MOST_SHEETS:
        raise OptionError(f"{fewest.total:,} sheets are more than {_MOST_SHEETS:,}: draw it smaller, or raise --dpi")
    return fewest


def _divided(size: Size, paper: tuple[float, float], options: PdfOptions, dpi: float) -> Sheets | None:
    pixel = 72 / dpi
    border = options.points("sheet_margin") + GUTTER
    overlap = math.floor(options.points("overlap") / pixel + 0.5)
    counts, parts = [], []
    for side, length in zip(size, paper, strict=True):
        room = math.floor((length - 2 * border) / pixel + 1e-6)
        if room < max(1, 2 * overlap):
            return None
        count = max(1, math.ceil((side - overlap) / (room - overlap)))
        counts.append(count)
        parts.append(math.ceil((side + (count - 1) * overlap) / count))
    across, down = (math.floor((length / pixel - part) / 2) for length, part in zip(paper, parts, strict=True))
    step = parts[0] - overlap, parts[1] - overlap
    return Sheets(paper, size, counts[0], counts[1], Size(*parts), (across, down), step)


def sheet_name(row: int, column: int) -> str:
    """A letter for the row, from the top, and a number for the column, from the left: B3; after Z comes AA."""
    letters, left = "", row + 1
    while left:
        left, letter = divmod(left - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{column + 1}"

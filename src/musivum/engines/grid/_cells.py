"""Cutting the canvas into cells."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.engines.grid._options import GridOptions
from musivum.errors import OptionError
from musivum.geometry import Size, edges

HEXAGON_ASPECT = math.sqrt(3) / 2
_MOST = 4_000_000


@dataclass(frozen=True, slots=True)
class Cells:
    """Boxes on the canvas, in reading order.

    Attributes
    ----------
    boxes
        (n, 4) float64 x0, y0, x1, y1. With outline "box" they cover the canvas exactly once and share their edges;
        offset rows overhang it left and right. Hexagons overlap in their boxes, not in their outlines.
    outline
        "box" or "hexagon".
    """

    boxes: npt.NDArray[np.float64]
    outline: str = "box"

    def __len__(self) -> int:
        return len(self.boxes)

    @property
    def aspect(self) -> float:
        """Width over height of the typical cell."""
        width, height = self.boxes[:, 2] - self.boxes[:, 0], self.boxes[:, 3] - self.boxes[:, 1]
        return float(width.sum() / height.sum())

    @property
    def areas(self) -> npt.NDArray[np.float64]:
        """(n,) area of each cell as a power of 4 of the commonest one: a pixel more by rounding counts for nothing."""
        area = (self.boxes[:, 2] - self.boxes[:, 0]) * (self.boxes[:, 3] - self.boxes[:, 1])
        return np.asarray(4.0 ** np.round(np.log2(area / np.median(area)) / 2))

    @property
    def places(self) -> npt.NDArray[np.float32]:
        """(n, 4) centre x, centre y, width and height: what nearness is measured from."""
        x0, y0, x1, y1 = self.boxes.T
        pitch = 0.75 if self.outline == "hexagon" else 1.0
        return np.stack([(x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, (y1 - y0) * pitch], axis=1).astype(np.float32)


class Shape(NamedTuple):
    """Columns, rows, and how often cells may double."""

    columns: int
    rows: int
    levels: int = 0


def grid_shape(canvas: Size, options: GridOptions) -> Shape:
    """Columns and rows that the options ask for on this canvas.

    Adaptive ones are multiples of the largest block; blocks double less often where there are not three of them.

    Raises
    ------
    OptionError
        If a cell would be smaller than a pixel, or there would be more than four million.
    """
    aspect = options.cell_aspect(canvas.aspect)
    if options.offset == "hexagon":
        aspect = HEXAGON_ASPECT / 0.75
    columns, rows = options.columns, options.rows
    if columns is None and rows is None:
        width = options.cell or max(math.sqrt(canvas.width * canvas.height * aspect / options.tiles), 1, aspect)
        columns = max(1, round(canvas.width / width))
    if rows is None:
        assert columns is not None
        rows = max(1, round(canvas.height / (canvas.width / columns / aspect)))
    if columns is None:
        columns = max(1, round(canvas.width / (canvas.height / rows * aspect)))
    if options.cell is None and options.columns is None:  # a number of tiles is a wish, not a demand
        columns, rows = min(columns, canvas.width), min(rows, canvas.height) if options.rows is None else rows
    levels = options.adaptive
    while levels and 3 * 2**levels > min(columns, rows):
        levels -= 1
    columns, rows = (2**levels * round(n / 2**levels) for n in (columns, rows))
    if columns > canvas.width or rows > canvas.height or columns * rows > _MOST:
        raise OptionError(
            f"{columns} x {rows} cells do not fit {canvas.width} x {canvas.height} pixels: ask for fewer cells"
        )
    return Shape(columns, rows, levels)


def lay_out(canvas: Size, columns: int, rows: int, offset: str) -> Cells:
    """Cut the canvas into rows of equal cells, straight or offset; edge k of n is at size * k // n."""
    x, y = edges(canvas.width, columns), edges(canvas.height, rows)
    if offset == "none":
        return Cells(_boxes(x[:-1], y[:-1], x[1:], y[1:]))
    width = canvas.width / columns
    shifted = np.concatenate([[-width / 2], (x[:-1] + x[1:]) / 2, [canvas.width + width / 2]])
    # Half pixels would be drawn by one rounding here and another there: quarter pixels are exact in any arithmetic.
    shifted = np.round(shifted * 4) / 4
    point = canvas.height / rows / 6 if offset == "hexagon" else 0.0
    rows_of_boxes = []
    for k in range(rows):
        e = shifted if k % 2 else x
        rows_of_boxes.append(_boxes(e[:-1], y[k : k + 1] - point, e[1:], y[k + 1 : k + 2] + point))
    return Cells(np.concatenate(rows_of_boxes), "hexagon" if offset == "hexagon" else "box")


def lay_out_adaptive(
    canvas: Size, columns: int, rows: int, details: list[npt.NDArray[np.floating[Any]]], limit: float
) -> Cells:
    """Cut the canvas into a quadtree whose blocks stay whole where they have no more detail than `limit`.

    Parameters
    ----------
    columns, rows
        Of the finest cells; multiples of the side of the largest block, 2 ** len(details).
    details
        Detail of the blocks, coarsest first: (rows / 2^l, columns / 2^l) for l = len(details)..1.
    """
    x, y = edges(canvas.width, columns), edges(canvas.height, rows)
    taken = np.zeros((rows, columns), np.bool_)
    found = []
    for level, detail in zip(range(len(details), 0, -1), details, strict=True):
        side = 2**level
        j, i = np.nonzero((detail <= limit) & ~taken[::side, ::side])
        found.append(np.stack([x[i * side], y[j * side], x[(i + 1) * side], y[(j + 1) * side]], axis=1))
        for dj in range(side):
            for di in range(side):
                taken[j * side + dj, i * side + di] = True
    j, i = np.nonzero(~taken)
    found.append(np.stack([x[i], y[j], x[i + 1], y[j + 1]], axis=1))
    boxes = np.concatenate(found).astype(np.float64)
    return Cells(boxes[np.lexsort((boxes[:, 0], boxes[:, 1]))])


def _boxes(
    x0: npt.NDArray[np.generic], y0: npt.NDArray[np.generic], x1: npt.NDArray[np.generic], y1: npt.NDArray[np.generic]
) -> npt.NDArray[np.float64]:
    """All pairs of horizontal and vertical extents as boxes in reading order."""
    n, m = len(y0), len(x0)
    columns = [np.tile(x0, n), np.repeat(y0, m), np.tile(x1, n), np.repeat(y1, m)]
    return np.stack(columns, axis=1).astype(np.float64)

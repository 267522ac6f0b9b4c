"""The places of a collage: lines of cells, and how a last line that is not full is treated."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from musivum.errors import OptionError

Last = Literal["spread", "centre", "fill", "trim"]
LASTS: tuple[Last, ...] = get_args(Last)

_ASPECT_OFF = math.log(1.1)
_SHARE_OFF: dict[Last, float] = {"spread": 0.02, "centre": 0.02, "fill": 0.02, "trim": 0.01}


@dataclass(frozen=True, slots=True)
class Lattice:
    """Cells in lines; top and bottom of line r are r and r + 1.

    Attributes
    ----------
    mask
        (rows, columns) bool: which cells hold a photo.
    edges
        (rows, columns, 2) float64: left and right edge of each cell in units of cells, 0 to columns. Neighbours in a
        line share their edge exactly.

    Raises
    ------
    ValueError
        If the shapes differ, no cell holds a photo, or one of those that do has no width.
    """

    mask: npt.NDArray[np.bool_]
    edges: npt.NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.mask.ndim != 2 or self.edges.shape != (*self.mask.shape, 2):
            raise ValueError(f"not a lattice: mask {self.mask.shape}, edges {self.edges.shape}")
        if not self.mask.any() or not (self.edges[..., 0] < self.edges[..., 1])[self.mask].all():
            raise ValueError("not a lattice: there must be cells, and each must have a width")

    @property
    def rows(self) -> int:
        return int(self.mask.shape[0])

    @property
    def columns(self) -> int:
        return int(self.mask.shape[1])

    @property
    def count(self) -> int:
        """Number of cells that hold a photo."""
        return int(np.count_nonzero(self.mask))

    @property
    def cells(self) -> npt.NDArray[np.int64]:
        """(count,) flat indices row * columns + column, in reading order."""
        return np.flatnonzero(self.mask).astype(np.int64)

    @property
    def centres(self) -> npt.NDArray[np.float64]:
        """(count, 2) centres x, y of the cells in units of cells, in reading order."""
        return np.stack([self.edges.mean(axis=2)[self.mask], np.nonzero(self.mask)[0] + 0.5], axis=1)


class _Shape(NamedTuple):
    rows: int
    columns: int


def plain_lattice(mask: npt.NDArray[np.bool_]) -> Lattice:
    """The lattice of a (rows, columns) mask whose cells are all one unit wide."""
    return Lattice(mask, _unit_edges(mask.shape))


def choose_lattice(
    count: int,
    *,
    aspect: float,
    columns: int | None = None,
    rows: int | None = None,
    cell: float = 1.0,
    last: Last = "spread",
    keep_inner: bool = False,
) -> Lattice:
    """The rectangle of cells that suits a number of photos and a wanted shape best.

    Every number of rows is tried. With x the error of the aspect in steps of 10 % (where it begins to look wrong) and s
    the share of cells that are empty, widened away or repeated in steps of 2 %, or of photos left out in steps of 1 %,
    the least ``x**2 / (1 + x / 5) + s`` wins; the wider lattice if two are equal. So a factorisation of `count` is
    taken if it is near the aspect, and no photo is dropped for a shape that is right already.

    Parameters
    ----------
    count
        Number of photos, at least 1.
    aspect
        Wanted width / height of the collage; unused where `columns` or `rows` is given.
    columns, rows
        At most so many cells in a line, and lines: lines that no photo is left for, and columns that no line reaches,
        fall away. "fill" takes them as they are.
    cell
        Width / height of a cell.
    last
        What becomes of cells too many: "spread" makes the lines' lengths equal or 1 apart and widens the cells of the
        short ones to fill the width (the missing cell of the mask lies in the line's middle); "centre" leaves the last
        line short and centred (more than one only if `rows` asks for it); "fill" keeps the whole rectangle, to be
        filled by repeats; "trim" takes the full lines only, and so fewer cells than photos.
    keep_inner
        With "spread", only the outer half of the lines, above and below, are short, so that those within are plain.

    Returns
    -------
    Lattice
        Of exactly `count` cells with "spread" and "centre", as many or more with "fill", as many or fewer with "trim".

    Raises
    ------
    OptionError
        If there is no photo, a number is out of its range, or `columns` times `rows` cells are too few.
    """
    _check(count, aspect, columns, rows, cell, last)
    shape = _best_shape(count, aspect / cell, last) if columns is None and rows is None else None
    shape = shape or _given_shape(count, columns, rows, last)
    if last in ("fill", "trim"):
        return plain_lattice(np.ones(shape, dtype=bool))
    lengths = _spread(count, shape.rows, keep_inner) if last == "spread" else _short_last(count, shape)
    return _spread_lines(lengths) if last == "spread" else _centred_lines(lengths)


def _check(count: int, aspect: float, columns: int | None, rows: int | None, cell: float, last: str) -> None:
    if count < 1:
        raise OptionError("there is no photo to arrange: give at least one")
    if last not in LASTS:
        raise OptionError(f"{last!r} is no way to treat the last line: choose from {', '.join(LASTS)}")
    for name, ratio in (("aspect", aspect), ("cell", cell)):
        if not (ratio > 0 and math.isfinite(ratio)):
            raise OptionError(f"{name} {ratio:g} is no ratio of width to height: give a number above 0, such as 1.5")
    for name, number in (("columns", columns), ("rows", rows)):
        if number is not None and number < 1:
            raise OptionError(f"{number} {name} hold no photo: ask for at least 1")
    if columns and rows and columns * rows < count and last != "trim":
        raise OptionError(
            f"{columns} x {rows} cells hold {columns * rows:,} of {count:,} photos: ask for more, or trim the rest"
        )


def _best_shape(count: int, aspect: float, last: Last) -> _Shape:
    """Rows and columns of least cost when neither is given; `aspect` is columns / rows."""
    rows = np.arange(1, count + 1, dtype=np.int64)
    columns = count // rows if last == "trim" else -(-count // rows)
    off = np.abs(np.log(columns / rows / aspect)) / _ASPECT_OFF
    share = np.abs(rows * columns - count) / np.maximum(count, rows * columns) / _SHARE_OFF[last]
    best = int(np.argmin(np.round(off**2 / (1 + off / 5) + share, 9)))
    return _Shape(int(rows[best]), int(columns[best]))


def _given_shape(count: int, columns: int | None, rows: int | None, last: Last) -> _Shape:
    """Rows and columns when at least one of them is given."""
    if last == "trim":
        columns = min(columns or max(1, count // min(rows or 1, count)), count)
        return _Shape(min(rows or count, count // columns), columns)
    if last == "fill":
        columns = columns or -(-count // (rows or 1))
        return _Shape(rows or -(-count // columns), columns)
    if rows is None:
        rows = -(-count // (columns or 1))
    rows = min(rows, count)
    return _Shape(rows, min(columns, count) if columns else -(-count // rows))


def _unit_edges(shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    left = np.arange(shape[1], dtype=np.float64)
    return np.repeat(np.stack([left, left + 1], axis=1)[None], shape[0], axis=0)


def _spread(count: int, rows: int, keep_inner: bool) -> npt.NDArray[np.int64]:
    """(rows,) lengths of lines: 1 apart at most, the short ones evenly among the others; or short ones outermost."""
    columns = -(-count // rows)
    lengths = np.full(rows, columns, dtype=np.int64)
    missing = rows * columns - count
    if not keep_inner:
        short = np.arange(missing)
        lengths[(2 * short + 1) * rows // (2 * max(1, missing))] -= 1
        return lengths
    outer = rows // 2 if missing < rows // 2 * (columns - 1) else rows
    turn = np.arange(missing) % max(1, outer)
    np.subtract.at(lengths, np.where(turn % 2, turn // 2, rows - 1 - turn // 2), 1)
    return lengths


def _short_last(count: int, shape: _Shape) -> npt.NDArray[np.int64]:
    """(rows,) lengths of full lines and, at the end, as few short ones as leave no line empty."""
    missing = shape.rows * shape.columns - count
    lengths = np.full(shape.rows, shape.columns, dtype=np.int64)
    if missing:
        short = -(-missing // (shape.columns - 1))
        lengths[-short:] = _spread(short * shape.columns - missing, short, False)
    return lengths


def _spread_lines(lengths: npt.NDArray[np.int64]) -> Lattice:
    """Lines of these lengths, each as wide as the longest."""
    columns = int(lengths.max())
    mask = np.ones((len(lengths), columns), dtype=bool)
    edges = _unit_edges(mask.shape)
    for row in np.flatnonzero(lengths < columns):
        share = np.arange(lengths[row] + 1) * columns / lengths[row]
        places = ((share[:-1] + share[1:]) / 2).astype(np.int64)
        mask[row] = False
        mask[row, places] = True
        edges[row, places] = np.stack([share[:-1], share[1:]], axis=1)
    return Lattice(mask, edges)


def _centred_lines(lengths: npt.NDArray[np.int64]) -> Lattice:
    """Lines of these lengths, each in the middle of the longest's width."""
    columns = int(lengths.max())
    missing = columns - lengths
    column = np.arange(columns) - (missing // 2)[:, None]
    shift = missing / 2 - missing // 2
    mask = (column >= 0) & (column < lengths[:, None])
    return Lattice(mask, _unit_edges(mask.shape) + shift[:, None, None])

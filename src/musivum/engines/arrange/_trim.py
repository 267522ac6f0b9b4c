"""Taking cells from the boundary of a shape until a wanted number is left."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Cell = tuple[int, int]
Rule = Callable[[npt.NDArray[np.bool_], Cell], bool]
"""Whether a cell may leave those that are kept."""

_AROUND = ((0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1), (1, 0), (1, 1))


def trim(
    mask: npt.NDArray[np.bool_], coverage: npt.NDArray[np.float64], count: int, mirrored: tuple[bool, bool]
) -> npt.NDArray[np.bool_]:
    """Cells of `mask` (rows, columns) less the least covered of its boundary, until `count` are left.

    Mirror images leave together as long as enough are too many, left and right longer than top and bottom. Cells
    equally covered leave from the outside in. Corners leave first, as the loss of others is a notch. Only cells leave
    whose loss neither parts nor pierces what is left; others if there is no such cell, as in a ring one cell thick.

    Parameters
    ----------
    mask
        At least `count` cells.
    coverage
        (rows, columns) share of each cell inside the shape.
    mirrored
        Whether the shape is its own mirror image left to right, and top to bottom; the mask then is too.
    """
    kept = np.pad(mask, 1)
    order = _order(mask, coverage)
    symmetries = dict.fromkeys([mirrored, (mirrored[0], False), (False, False)])
    for may_go in (_is_corner, _is_simple):
        for symmetry in symmetries:
            _take(kept, order, count, symmetry, may_go)
    _take(kept, order, count, (False, False), lambda *_: True)
    return np.array(kept[1:-1, 1:-1])


def _order(mask: npt.NDArray[np.bool_], coverage: npt.NDArray[np.float64]) -> list[Cell]:
    """Cells in the order in which they leave, in the coordinates of the padded mask."""
    cells = np.argwhere(mask)
    middle = (np.array(mask.shape) - 1) / 2
    far = ((cells - middle) ** 2).sum(axis=1)
    order = np.lexsort([-far, np.round(coverage[mask], 3)])
    return [(int(row) + 1, int(column) + 1) for row, column in cells[order]]


def _take(
    kept: npt.NDArray[np.bool_], order: list[Cell], count: int, mirrored: tuple[bool, bool], may_go: Rule
) -> None:
    """Remove cells and their mirror images from `kept` until `count` are left or none can go."""
    extra = int(np.count_nonzero(kept)) - count
    going = True
    while extra and going:
        going = False
        for cell in order:
            images = _images(cell, kept.shape, mirrored)
            if kept[cell] and len(images) <= extra and _removed(kept, images, may_go):
                extra -= len(images)
                going = True
            if not extra:
                break


def _images(cell: Cell, shape: tuple[int, ...], mirrored: tuple[bool, bool]) -> list[Cell]:
    """The cell and its mirror images, each once."""
    rows = [cell[0], shape[0] - 1 - cell[0]] if mirrored[1] else [cell[0]]
    columns = [cell[1], shape[1] - 1 - cell[1]] if mirrored[0] else [cell[1]]
    return list(dict.fromkeys((row, column) for row in rows for column in columns))


def _removed(kept: npt.NDArray[np.bool_], cells: list[Cell], may_go: Rule) -> bool:
    """Remove all of `cells`, or none if one of them must stay."""
    for done, cell in enumerate(cells):
        if not (kept[cell] and may_go(kept, cell)):
            for back in cells[:done]:
                kept[back] = True
            return False
        kept[cell] = False
    return True


def _is_simple(kept: npt.NDArray[np.bool_], cell: Cell) -> bool:
    """Whether pieces (by edges) and holes remain as they are without this cell: Yokoi's connectivity number is 1.

    S. Yokoi, J. Toriwaki, T. Fukumura, "An analysis of topological properties of digitized binary pictures using local
    features", Computer Graphics and Image Processing 4(1), 1975, doi:10.1016/0146-664X(75)90022-X.
    """
    x = _around(kept, cell)
    return sum(x[k] and not (x[k + 1] and x[(k + 2) % 8]) for k in (0, 2, 4, 6)) == 1


def _is_corner(kept: npt.NDArray[np.bool_], cell: Cell) -> bool:
    """Whether it is simple, and open to a side and upwards or downwards."""
    x = _around(kept, cell)
    return not (x[0] and x[4]) and not (x[2] and x[6]) and _is_simple(kept, cell)


def _around(kept: npt.NDArray[np.bool_], cell: Cell) -> list[bool]:
    row, column = cell
    return [bool(kept[row + down, column + right]) for down, right in _AROUND]

"""Photos that hold more than one cell, or a cell of their own: pinned ones, the hero, favourites."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.engines.arrange._ground import NOBODY, Ground
from musivum.engines.arrange._guide import Guide
from musivum.engines.arrange._settings import EFFORTS, Settings
from musivum.engines.arrange._sorted import sort_cells
from musivum.engines.arrange._surplus import scattered
from musivum.errors import OptionError

Place = tuple[int, int]
"""Row and column of a block's first cell."""


class Blocks(NamedTuple):
    """What is wanted of the cells that photos get.

    Attributes
    ----------
    sides
        (n,) cells along each side of a photo.
    pins
        Photos and where their first cell is.
    hero
        The photo for the middle.
    names
        (n,) of the photos, for messages.
    """

    sides: npt.NDArray[np.int64]
    pins: Mapping[int, Place]
    hero: int | None
    names: Sequence[str]


class NoRoom(OptionError):
    """A photo of several cells finds no block of them that is free."""


def settle_blocks(
    vectors: npt.NDArray[np.float32],
    plain: npt.NDArray[np.bool_],
    blocks: Blocks,
    settings: Settings,
    guide: Guide | None,
) -> npt.NDArray[np.int64]:
    """Give the photos that want a place of their own their cells.

    Pinned photos lie where they are pinned, the hero in the middle. Favourites go where sorting puts copies of them, as
    many as they have cells, to the nearest free block.

    Parameters
    ----------
    vectors
        (n, d) of all photos.
    plain
        (rows, columns) the cells that hold photos and are one unit wide.

    Returns
    -------
    (rows, columns) photo that holds each cell, or -1.

    Raises
    ------
    OptionError
        If two photos are pinned to one cell, or a pin lies outside of the collage.
    NoRoom
        If a block finds no place.
    """
    fixed = np.full(plain.shape, NOBODY, np.int64)
    for photo, place in blocks.pins.items():
        _pin(fixed, plain, photo, place, blocks)
    if blocks.hero is not None and blocks.hero not in blocks.pins:
        _put_nearest(fixed, plain, blocks.hero, np.argwhere(plain).mean(axis=0) + 0.5, blocks)
    large = np.setdiff1d(np.flatnonzero(blocks.sides > 1), fixed)
    if len(large):
        _check_room(int(np.count_nonzero(plain & (fixed == NOBODY))), large, blocks)
        wanted = _wanted_places(vectors, plain, fixed, blocks.sides, settings, guide)
        for photo in large[np.argsort(-blocks.sides[large], kind="stable")].tolist():
            _put_nearest(fixed, plain, photo, wanted[photo], blocks)
    return fixed


def _wanted_places(
    vectors: npt.NDArray[np.float32],
    plain: npt.NDArray[np.bool_],
    fixed: npt.NDArray[np.int64],
    sides: npt.NDArray[np.int64],
    settings: Settings,
    guide: Guide | None,
) -> dict[int, npt.NDArray[np.float64]]:
    """Where the middle of each photo's copies lies, in rows and columns, if all are sorted cell by cell."""
    rest = np.setdiff1d(np.arange(len(sides)), fixed)
    # Without the cells of widened lines there are too few: small photos may miss theirs here, larger ones may not.
    rest = rest[np.argsort(-sides[rest], kind="stable")]
    free = plain & (fixed == NOBODY)
    copies = np.repeat(rest, sides[rest] ** 2)[: np.count_nonzero(free)]
    free &= ~scattered(free, int(np.count_nonzero(free)) - len(copies))
    ground = Ground(free, fixed, copies)
    found = sort_cells(vectors, ground, settings._replace(effort=EFFORTS["fast"]), guide=guide)
    large = rest[sides[rest] > 1].tolist()
    return {photo: ground.places[found == photo].mean(axis=0) + 0.5 for photo in large}


def _check_room(cells: int, large: npt.NDArray[np.int64], blocks: Blocks) -> None:
    needed = int((blocks.sides[large] ** 2).sum())
    if needed > cells:
        photo = large[np.argmax(blocks.sides[large])]
        raise NoRoom(
            f"there is no room left for all larger photos, which take {needed:,} cells of {cells:,}, such as "
            f"{blocks.names[photo]} of {blocks.sides[photo]} x {blocks.sides[photo]}: make them fewer or smaller"
        )


def _pin(fixed: npt.NDArray[np.int64], plain: npt.NDArray[np.bool_], photo: int, place: Place, blocks: Blocks) -> None:
    """Put a photo where it is pinned."""
    row, column = place
    side = int(blocks.sides[photo])
    where = f"{blocks.names[photo]} is pinned to column {column + 1}, row {row + 1}"
    rows, columns = plain.shape
    inside = 0 <= row <= rows - side and 0 <= column <= columns - side
    block = slice(row, row + side), slice(column, column + side)
    if not inside or not plain[block].all():
        raise OptionError(f"{where}, where the collage of {columns} x {rows} has no cell for it: pin it elsewhere")
    if (fixed[block] != NOBODY).any():
        other = blocks.names[int(fixed[block].max())]
        raise OptionError(f"{where}, where {other} lies: pin one of them elsewhere")
    fixed[block] = photo


def _put_nearest(
    fixed: npt.NDArray[np.int64],
    plain: npt.NDArray[np.bool_],
    photo: int,
    middle: npt.NDArray[np.float64],
    blocks: Blocks,
) -> None:
    """Put a photo on the free block nearest to a middle."""
    side = int(blocks.sides[photo])
    places = np.argwhere(_free_blocks(plain & (fixed == NOBODY), side))
    if not len(places):
        raise NoRoom(f"there is no room left for {blocks.names[photo]} of {side} x {side} cells: make it smaller")
    away = np.square(places + side / 2 - middle).sum(axis=1)
    row, column = places[int(np.argmin(np.round(away, 6)))].tolist()
    fixed[row : row + side, column : column + side] = photo


def _free_blocks(free: npt.NDArray[np.bool_], side: int) -> npt.NDArray[np.bool_]:
    """Which cells are the first of a block of side x side free ones."""
    rows, columns = free.shape
    if side > min(rows, columns):
        return np.zeros((0, 0), np.bool_)
    sums = np.pad(free, ((1, 0), (1, 0))).astype(np.int64).cumsum(0).cumsum(1)
    inside = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    return np.asarray(inside == side * side)

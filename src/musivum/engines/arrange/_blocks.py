"""Photos that hold more than one cell, or a cell of their own: pinned ones, the hero, favourites."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from musivum.engines.arrange._ground import NOBODY, Ground
from musivum.engines.arrange._guide import Guide
from musivum.engines.arrange._settings import EFFORTS, Settings
from musivum.engines.arrange._sorted import sort_cells
from musivum.errors import OptionError

Place = tuple[int, int]
"""Row and column of a block's first cell."""


class NoRoom(OptionError):
    """A photo of several cells finds no block of them that is free."""


def settle_blocks(
    vectors: npt.NDArray[np.float32],
    plain: npt.NDArray[np.bool_],
    spans: npt.NDArray[np.int64],
    pins: Mapping[int, Place],
    hero: int | None,
    names: Sequence[str],
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
    spans
        (n,) cells along each side of a photo.
    pins
        Photos and where their first cell is.
    names
        (n,) for messages.

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
    for photo, place in pins.items():
        _check_pin(fixed, plain, place, int(spans[photo]), names, photo)
        _put(fixed, photo, place, int(spans[photo]))
    if hero is not None and hero not in pins:
        middle = np.argwhere(plain).mean(axis=0) + 0.5
        _put_nearest(fixed, plain, hero, int(spans[hero]), middle, names)
    large = np.flatnonzero((spans > 1) & ~np.isin(np.arange(len(spans)), fixed))
    if len(large):
        wanted = _wanted_places(vectors, plain, fixed, spans, settings, guide)
        for photo in large[np.argsort(-spans[large], kind="stable")].tolist():
            _put_nearest(fixed, plain, photo, int(spans[photo]), wanted[photo], names)
    return fixed


def _wanted_places(
    vectors: npt.NDArray[np.float32],
    plain: npt.NDArray[np.bool_],
    fixed: npt.NDArray[np.int64],
    spans: npt.NDArray[np.int64],
    settings: Settings,
    guide: Guide | None,
) -> dict[int, npt.NDArray[np.float64]]:
    """Where the middle of each photo's copies lies, in rows and columns, if all are sorted cell by cell."""
    rest = np.flatnonzero(~np.isin(np.arange(len(spans)), fixed))
    # Without the cells of widened lines there are too few: small photos may miss theirs here, larger ones may not.
    rest = rest[np.argsort(-spans[rest], kind="stable")]
    free = plain & (fixed == NOBODY)
    copies = np.repeat(rest, spans[rest] ** 2)[: np.count_nonzero(free)]
    free &= (np.cumsum(free) <= len(copies)).reshape(free.shape)
    ground = Ground(free, fixed, copies)
    found = sort_cells(vectors, ground, settings._replace(effort=EFFORTS["fast"]), guide=guide)
    large = rest[spans[rest] > 1].tolist()
    return {photo: ground.places[found == photo].mean(axis=0) + 0.5 for photo in large}


def _check_pin(
    fixed: npt.NDArray[np.int64],
    plain: npt.NDArray[np.bool_],
    place: Place,
    span: int,
    names: Sequence[str],
    photo: int,
) -> None:
    row, column = place
    where = f"{names[photo]} is pinned to column {column + 1}, row {row + 1}"
    rows, columns = plain.shape
    inside = 0 <= row <= rows - span and 0 <= column <= columns - span
    block = slice(row, row + span), slice(column, column + span)
    if not inside or not plain[block].all():
        raise OptionError(f"{where}, where the collage of {columns} x {rows} has no cell for it: pin it elsewhere")
    if (fixed[block] != NOBODY).any():
        other = int(fixed[block].max())
        raise OptionError(f"{where}, where {names[other]} lies: pin one of them elsewhere")


def _put(fixed: npt.NDArray[np.int64], photo: int, place: Place, span: int) -> None:
    fixed[place[0] : place[0] + span, place[1] : place[1] + span] = photo


def _put_nearest(
    fixed: npt.NDArray[np.int64],
    plain: npt.NDArray[np.bool_],
    photo: int,
    span: int,
    middle: npt.NDArray[np.float64],
    names: Sequence[str],
) -> None:
    """Put a photo on the free block nearest to a middle."""
    places = np.argwhere(_free_blocks(plain & (fixed == NOBODY), span))
    if not len(places):
        raise NoRoom(f"there is no room left for {names[photo]} of {span} x {span} cells: make it smaller")
    away = np.square(places + span / 2 - middle).sum(axis=1)
    row, column = places[int(np.argmin(np.round(away, 6)))]
    _put(fixed, photo, (int(row), int(column)), span)


def _free_blocks(free: npt.NDArray[np.bool_], span: int) -> npt.NDArray[np.bool_]:
    """Which cells are the first of a block of span x span free ones."""
    rows, columns = free.shape
    if span > min(rows, columns):
        return np.zeros((0, 0), np.bool_)
    sums = np.pad(free, ((1, 0), (1, 0))).astype(np.int64).cumsum(0).cumsum(1)
    inside = sums[span:, span:] - sums[:-span, span:] - sums[span:, :-span] + sums[:-span, :-span]
    return np.asarray(inside == span * span)

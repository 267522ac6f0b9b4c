"""The lattice of a shape: exactly as many cells as photos, where the shape covers them most."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from musivum.engines.arrange._lattice import Lattice, plain_lattice
from musivum.engines.arrange._trim import trim
from musivum.errors import OptionError

_MANY = 5000
_PHASES = (0.0, 0.5)
_MORE_PHASES = (0.0, 0.25, 0.5, 0.75)
_SPECK = 0.005
_UNEQUAL = 0.01
_PRECISION = 0.1


class _Shape(NamedTuple):
    """A mask cut to its bounding box, and what must not be lost of it."""

    integral: npt.NDArray[np.float64]
    pieces: int
    has_holes: bool
    mirrored: tuple[bool, bool]

    @property
    def area(self) -> float:
        return float(self.integral[-1, -1])


class _Fit(NamedTuple):
    """Cells that a shape covers.

    Attributes
    ----------
    mask
        (rows, columns) bool.
    whole
        Whether it has as many pieces as the shape.
    symmetric
        In how many of the two ways it is its own mirror image as the shape is.
    overlap
        The area in both over the area in either.
    """

    mask: npt.NDArray[np.bool_]
    whole: bool
    symmetric: int
    overlap: float


def shape_lattice(count: int, mask: npt.NDArray[np.floating[Any]], *, cell: float = 1.0) -> Lattice:
    """The lattice whose cells fill a shape, one for each photo.

    The cells are made as large as leaves `count` of them covered by half or more. Those too many are taken from the
    boundary, the least covered first: mirror images together where the shape is its own mirror image (the odd one from
    the middle), and never one whose loss would cut the shape apart or leave a hole. The shape's middle lies on an edge
    or inside a cell, whichever fits better.

    Parameters
    ----------
    count
        Number of photos.
    mask
        (h, w) share 0 to 1 of each pixel that is inside; of a shape of several pieces, those of at least 0.5 % of it
        are kept.
    cell
        Width / height of a cell.

    Raises
    ------
    OptionError
        If there is no photo, or nothing of the mask is inside.
    """
    if count < 1:
        raise OptionError("there is no photo to arrange: give at least one")
    shape = _shape(mask)
    across, down = ((_PHASES if same else _MORE_PHASES) if count < _MANY else (0.5,) for same in shape.mirrored)
    fits = [_fit(shape, count, cell, (x, y)) for x in across for y in down]
    best = max(fits, key=lambda fit: (fit.whole, fit.symmetric, fit.overlap)).mask
    rows, columns = np.flatnonzero(best.any(axis=1)), np.flatnonzero(best.any(axis=0))
    return plain_lattice(best[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def _shape(mask: npt.NDArray[np.floating[Any]]) -> _Shape:
    inside = mask >= 0.5
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if not len(rows):
        raise OptionError("nothing of the shape is inside: draw it dark on a light ground")
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    share, inside = mask[box].astype(np.float64), inside[box]
    mirrored = _same(share, share[:, ::-1]), _same(share, share[::-1])
    for axis in (0, 1):
        if mirrored[1 - axis]:  # to the last bit, so that cells covered by just a half are in on both sides
            share = (share + np.flip(share, axis)) / 2
    integral = np.zeros((share.shape[0] + 1, share.shape[1] + 1))
    integral[1:, 1:] = share.cumsum(axis=0).cumsum(axis=1)
    areas = np.bincount(ndimage.label(inside)[0].ravel())[1:]
    speck = _SPECK * areas.sum()
    return _Shape(
        integral,
        pieces=max(1, int((areas >= speck).sum())),
        has_holes=bool((_filled(inside) & ~inside).sum() >= speck),
        mirrored=mirrored,
    )


def _same(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> bool:
    return float(np.abs(a - b).sum()) < _UNEQUAL * float(a.sum())


def _fit(shape: _Shape, count: int, cell: float, phase: tuple[float, float]) -> _Fit:
    """The cells at the largest size found that has enough of them."""
    width = math.sqrt(shape.area * cell / count)
    while np.count_nonzero(_covered(shape, width, cell, phase)[0]) < count:
        width *= 0.9
    small, large = width, width / 0.9
    while np.count_nonzero(_covered(shape, large, cell, phase)[0]) >= count:
        small, large = large, large / 0.9
    while large > small * (1 + _PRECISION / count):
        width = math.sqrt(small * large)
        found = np.count_nonzero(_covered(shape, width, cell, phase)[0])
        small, large = (width, large) if found >= count else (small, width)
        if found == count:
            break
    mask, coverage = _covered(shape, small, cell, phase)
    mirrored = shape.mirrored[0], shape.mirrored[1] and phase[1] in _PHASES
    mask = trim(mask, coverage, count, mirrored)
    both = coverage[mask].sum() * small * small / cell
    overlap = both / (shape.area + count * small * small / cell - both)
    whole = ndimage.label(mask)[1] == shape.pieces
    images = np.flip(mask, 1), np.flip(mask, 0)
    symmetric = sum(same and np.array_equal(mask, image) for same, image in zip(mirrored, images, strict=True))
    return _Fit(mask, whole, symmetric, float(overlap))


def _covered(
    shape: _Shape, width: float, cell: float, phase: tuple[float, float]
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
    """Which cells of this width are covered by half or more, in the shape's pieces, and the share of all."""
    h, w = (side - 1 for side in shape.integral.shape)
    height = width / cell
    sums = _sampled(shape.integral, _cell_edges(h, height, phase[1]))
    sums = _sampled(sums.T, _cell_edges(w, width, phase[0])).T
    coverage = np.diff(np.diff(sums, axis=0), axis=1) / (width * height)
    return _whole(coverage >= 0.5 - 1e-9, shape), coverage


def _cell_edges(side: int, step: float, phase: float) -> npt.NDArray[np.float64]:
    """Edges of cells over 0 to `side` and beyond, `phase` of a cell from the middle; mirrored for phases 0 and 1/2."""
    half = math.ceil(side / 2 / step) + 1
    return np.asarray(side / 2 + (np.arange(-half - (phase > 0), half + 1) + phase) * step)


def _sampled(sums: npt.NDArray[np.float64], places: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Rows of a table of sums at places between its own."""
    places = np.clip(places, 0, len(sums) - 1)
    before = np.minimum(places.astype(np.int64), len(sums) - 2)
    part = (places - before)[:, None]
    return np.asarray(sums[before] * (1 - part) + sums[before + 1] * part)


def _whole(mask: npt.NDArray[np.bool_], shape: _Shape) -> npt.NDArray[np.bool_]:
    """Without crumbs beyond the shape's number of pieces, nor holes if it has none."""
    labels, found = ndimage.label(mask)
    if found > shape.pieces:
        areas = np.bincount(labels.ravel())
        areas[0] = 0
        kept = np.argsort(-areas, kind="stable")[: shape.pieces]
        mask = np.isin(labels, kept)
    return mask if shape.has_holes else _filled(mask)


def _filled(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """The mask and its holes: all that the ground around it does not reach, diagonally neither."""
    ground = ndimage.label(~np.pad(mask, 1), np.ones((3, 3)))[0]
    return np.asarray(ground != ground[0, 0])[1:-1, 1:-1]

"""Which photo goes where: from vectors and wishes to boxes on a canvas."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.engines.arrange._frame import Frame, Sheet, frame
from musivum.engines.arrange._frame_rows import frame_rows
from musivum.engines.arrange._ground import NOBODY, Ground
from musivum.engines.arrange._methods import METHODS
from musivum.engines.arrange._options import ArrangeOptions
from musivum.engines.arrange._rows import justify, row_lattice
from musivum.engines.arrange._settle import Material, Settled, guide_of, settings_of, settle
from musivum.engines.arrange._surplus import outsiders, repeat_photos, scattered
from musivum.engines.arrange._wishes import Paper, Wishes
from musivum.progress import Progress

FloatArray = npt.NDArray[np.float32]


class Arrangement(NamedTuple):
    """Photos (m,) and their boxes (m, 4) in reading order, in a frame.

    Attributes
    ----------
    lattice
        Rows and columns.
    left_out
        Photos without a place.
    repeats
        How many of the boxes show a photo once more.
    relaxed
        What could not be had, in words.
    """

    photos: npt.NDArray[np.int64]
    boxes: npt.NDArray[np.float64]
    frame: Frame
    lattice: tuple[int, int]
    left_out: npt.NDArray[np.int64]
    repeats: int = 0
    relaxed: tuple[str, ...] = ()


class _Filled(NamedTuple):
    """Photos (rows, columns) that hold the cells, those without a place, and how many are repeats."""

    held: npt.NDArray[np.int64]
    left_out: npt.NDArray[np.int64]
    repeats: int


def arrange_rows(material: Material, options: ArrangeOptions, paper: Paper, progress: Progress) -> Arrangement:
    """Sort photos on a lattice and set its lines as justified rows."""
    aspect = options.wanted_aspect(*paper[:3])
    lattice = row_lattice(material.aspects, aspect=aspect, columns=options.columns, rows=options.rows)
    fixed = np.full(lattice.mask.shape, NOBODY, np.int64)
    ground = Ground(lattice.mask, fixed, np.arange(len(material.vectors)), options.wrap)
    guide = guide_of(material, options, lattice, Wishes().blocks(material.names, None))
    photos = METHODS[options.method](material.vectors, ground, settings_of(options), guide=guide, progress=progress)
    aspects = material.aspects[photos]
    lines = justify(lattice, aspects)
    made = frame_rows(lines, aspects, _sheet(options, paper))
    order = np.concatenate(lines)
    shape = len(lines), max(map(len, lines))
    return Arrangement(photos[order], made.boxes[order], made, shape, np.empty(0, np.int64))


def arrange_grid(
    material: Material,
    options: ArrangeOptions,
    paper: Paper,
    wishes: Wishes,
    mask: FloatArray | None,
    progress: Progress,
) -> Arrangement:
    """Choose a lattice, give the photos with wishes their cells, and let the method fill the others."""
    blocks = wishes.blocks(material.names, options.hero_cells)
    settled = settle(material, options, paper, blocks, mask)
    lattice = settled.lattice
    sheet = _sheet(options, paper)
    if options.cell_aspect is None:
        sheet = sheet._replace(limits=_free_limits(options, paper))
    made = frame(lattice, sheet, cell=options.cell_aspect)
    filled = _fill(material, options, settled, progress)
    first, last = _corners(lattice.mask, settled.fixed)
    boxes = np.concatenate([made.boxes[first][:, :2], made.boxes[last][:, 2:]], axis=1)
    relaxed: tuple[str, ...] = ()
    if settled.last != options.last and mask is None:
        relaxed = (f"last line: {settled.last} in place of {options.last}, for want of room for the larger photos",)
    return Arrangement(filled.held[first], boxes, made, lattice.mask.shape, filled.left_out, filled.repeats, relaxed)


def _fill(material: Material, options: ArrangeOptions, settled: Settled, progress: Progress) -> _Filled:
    """Let the method put the photos without a cell into the free ones; leave some out, or repeat some."""
    n, fixed = len(material.vectors), settled.fixed
    free = settled.lattice.mask & (fixed == NOBODY)
    alone = np.setdiff1d(np.arange(n), fixed)
    surplus = len(alone) - int(np.count_nonzero(free))
    left_out = np.empty(0, np.int64)
    if surplus > 0:
        left_out = outsiders(material.vectors, surplus, np.isin(np.arange(n), fixed))
        alone = np.setdiff1d(alone, left_out)
    empty = scattered(free, max(0, -surplus))
    held = fixed.copy()
    if len(alone):
        ground = Ground(free & ~empty, fixed, alone, options.wrap)
        held[ground.free] = METHODS[options.method](
            material.vectors, ground, settings_of(options), guide=settled.guide, progress=progress
        )
    if empty.any():
        held = repeat_photos(material.vectors, held, empty)
    return _Filled(held, left_out, int(np.count_nonzero(empty)))


def _sheet(options: ArrangeOptions, paper: Paper) -> Sheet:
    return Sheet(paper.limits, paper.exact, options.gap, options.margin, options.caption, paper.dpi)


def _free_limits(options: ArrangeOptions, paper: Paper) -> tuple[int | None, int | None]:
    """The canvas that cells are to fill: the paper, or the largest of the wanted aspect within it."""
    if paper.exact:
        return paper.limits
    aspect = options.wanted_aspect(*paper[:3])
    height = min(paper.height or math.inf, (paper.width or math.inf) / aspect)
    return max(1, round(height * aspect)), max(1, round(height))


def _corners(
    mask: npt.NDArray[np.bool_], fixed: npt.NDArray[np.int64]
) -> tuple[tuple[npt.NDArray[np.int64], ...], tuple[npt.NDArray[np.int64], ...]]:
    """Rows and columns of the first and of the last cell of each photo, in reading order of the first ones."""
    cells = np.argwhere(mask)
    photo = fixed[mask]
    block = np.where(photo == NOBODY, -2 - np.arange(len(photo)), photo)
    _, first, where = np.unique(block, return_index=True, return_inverse=True)
    last = np.zeros_like(first)
    np.maximum.at(last, where, np.arange(len(block)))
    order = np.argsort(first)
    return tuple(cells[first[order]].T), tuple(cells[last[order]].T)

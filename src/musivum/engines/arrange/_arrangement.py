"""Which photo goes where: from vectors and wishes to boxes on a canvas."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.engines.arrange._blocks import Blocks, NoRoom, settle_blocks
from musivum.engines.arrange._flows import FLOWS, Scene
from musivum.engines.arrange._frame import Frame, frame
from musivum.engines.arrange._frame_rows import frame_rows
from musivum.engines.arrange._ground import NOBODY, Ground
from musivum.engines.arrange._guide import Guide
from musivum.engines.arrange._lattice import LASTS, Last, Lattice, choose_lattice
from musivum.engines.arrange._methods import METHODS
from musivum.engines.arrange._options import ArrangeOptions
from musivum.engines.arrange._rows import justify, row_lattice
from musivum.engines.arrange._settings import EFFORTS, Settings
from musivum.engines.arrange._surplus import outsiders, repeat_photos, scattered
from musivum.engines.arrange._wishes import Paper, Wishes
from musivum.progress import Progress
from musivum.threads import thread_count

FloatArray = npt.NDArray[np.float32]


class Material(NamedTuple):
    """The photos to be arranged: vectors (n, d), mean colours (n, 3) in OKLab, aspects (n,) and names (n,)."""

    vectors: FloatArray
    colours: FloatArray
    aspects: npt.NDArray[np.float64]
    names: Sequence[str]


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


class _Settled(NamedTuple):
    """A lattice, and the photos (rows, columns) that hold cells of it from the start."""

    lattice: Lattice
    fixed: npt.NDArray[np.int64]
    guide: Guide | None
    last: Last


def arrange_rows(material: Material, options: ArrangeOptions, paper: Paper, progress: Progress) -> Arrangement:
    """Sort photos on a lattice and set its lines as justified rows."""
    aspect = options.wanted_aspect(*paper[:3])
    lattice = row_lattice(material.aspects, aspect=aspect, columns=options.columns, rows=options.rows)
    fixed = np.full(lattice.mask.shape, NOBODY, np.int64)
    ground = Ground(lattice.mask, fixed, np.arange(len(material.vectors)), options.wrap)
    guide = _guide(material, options, lattice, Wishes().blocks(material.names, None))
    photos = METHODS[options.method](material.vectors, ground, _settings(options), guide=guide, progress=progress)
    aspects = material.aspects[photos]
    lines = justify(lattice, aspects)
    made = frame_rows(
        lines,
        aspects,
        limits=paper.limits,
        exact=paper.exact,
        gap=options.gap,
        margin=options.margin,
        band=options.caption,
        dpi=paper.dpi,
    )
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
    n = len(material.vectors)
    settled = _settle(material, options, paper, wishes.blocks(material.names, options.hero_cells), mask)
    lattice, fixed = settled.lattice, settled.fixed
    made = frame(
        lattice,
        limits=_free_limits(options, paper) if options.cell_aspect is None else paper.limits,
        exact=paper.exact,
        cell=options.cell_aspect,
        gap=options.gap,
        margin=options.margin,
        band=options.caption,
        dpi=paper.dpi,
    )
    free = lattice.mask & (fixed == NOBODY)
    alone = np.setdiff1d(np.arange(n), fixed)
    surplus = len(alone) - int(np.count_nonzero(free))
    left_out = np.empty(0, np.int64)
    if surplus > 0:
        left_out = outsiders(material.vectors, surplus, np.isin(np.arange(n), fixed))
        alone = np.setdiff1d(alone, left_out)
    empty = scattered(free, max(0, -surplus))
    ground = Ground(free & ~empty, fixed, alone, options.wrap)
    held = fixed.copy()
    if len(alone):
        held[ground.free] = METHODS[options.method](
            material.vectors, ground, _settings(options), guide=settled.guide, progress=progress
        )
    if empty.any():
        held = repeat_photos(material.vectors, held, empty)
    first, last = _corners(lattice.mask, fixed)
    boxes = np.concatenate([made.boxes[first][:, :2], made.boxes[last][:, 2:]], axis=1)
    relaxed: tuple[str, ...] = ()
    if settled.last != options.last and mask is None:
        relaxed = (f"last line: {settled.last} in place of {options.last}, for want of room for the larger photos",)
    repeats = int(np.count_nonzero(empty))
    return Arrangement(held[first], boxes, made, lattice.mask.shape, left_out, repeats, relaxed)


def _settle(
    material: Material, options: ArrangeOptions, paper: Paper, blocks: Blocks, mask: FloatArray | None
) -> _Settled:
    """Find the first lattice that has room for the photos of several cells."""
    fault: NoRoom | None = None
    for last, lattice in _lattices(blocks.sides, options, paper, mask):
        plain = _plain(lattice, blocks)
        guide = _guide(material, options, lattice, blocks)
        try:
            fixed = settle_blocks(material.vectors, plain, blocks, _settings(options), guide)
            return _Settled(lattice, fixed, guide, last)
        except NoRoom as problem:
            fault = fault or problem
    assert fault is not None
    raise fault


def _plain(lattice: Lattice, blocks: Blocks) -> npt.NDArray[np.bool_]:
    """Cells that larger photos may hold, one unit wide; and any other that a photo of a single cell is pinned to."""
    plain = np.asarray(lattice.mask & (lattice.edges[..., 0] == np.arange(lattice.columns)))
    for photo, (row, column) in blocks.pins.items():
        if blocks.sides[photo] == 1 and row < lattice.rows and column < lattice.columns:
            plain[row, column] = lattice.mask[row, column]
    return plain


def _lattices(
    sides: npt.NDArray[np.int64], options: ArrangeOptions, paper: Paper, mask: FloatArray | None
) -> Iterator[tuple[Last, Lattice]]:
    """The lattice that was asked for; then, if some photos are large, others that have more room for them."""
    count, large = int((sides**2).sum()), bool((sides > 1).any())
    if mask is not None:
        from musivum.engines.arrange._shapes import shape_lattice  # SciPy takes long to load

        yield options.last, shape_lattice(count, mask, cell=options.cell_aspect or 1.0)
        return
    aspect = options.wanted_aspect(*paper[:3])
    others: tuple[Last, ...] = tuple(last for last in LASTS if last not in (options.last, "trim")) if large else ()
    for last in (options.last, *others):
        yield (
            last,
            choose_lattice(
                count,
                aspect=aspect,
                columns=options.columns,
                rows=options.rows,
                cell=options.cell_aspect or 1.0,
                last=last,
                keep_inner=large,
            ),
        )


def _guide(material: Material, options: ArrangeOptions, lattice: Lattice, blocks: Blocks) -> Guide | None:
    hero = blocks.hero
    flow = FLOWS[options.flow or ("free" if hero is None or options.method != "sorted" else "outward")]
    if flow is None:
        return None
    row, column = np.argwhere(lattice.mask).mean(axis=0)
    if hero is not None and hero in blocks.pins:
        row, column = np.add(blocks.pins[hero], (blocks.sides[hero] - 1) / 2)
    scene = Scene(material.vectors, material.colours, hero, lattice.mask, (float(row), float(column)))
    return flow(scene, options.pull)


def _free_limits(options: ArrangeOptions, paper: Paper) -> tuple[int | None, int | None]:
    """The largest canvas of the wanted aspect within the paper, for cells that are to fill it."""
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


def _settings(options: ArrangeOptions) -> Settings:
    return Settings(EFFORTS[options.effort], options.seed, thread_count(options.workers))

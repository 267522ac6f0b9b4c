"""Choosing a lattice that has room for all: large photos, pins and the rest."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.engines.arrange._blocks import Blocks, NoRoom, settle_blocks
from musivum.engines.arrange._flows import FLOWS, Scene
from musivum.engines.arrange._guide import Guide
from musivum.engines.arrange._lattice import LASTS, Last, Lattice, choose_lattice
from musivum.engines.arrange._length import length_of
from musivum.engines.arrange._options import ArrangeOptions
from musivum.engines.arrange._settings import EFFORTS, Settings
from musivum.engines.arrange._wishes import Paper
from musivum.errors import OptionError
from musivum.threads import thread_count

FloatArray = npt.NDArray[np.float32]


class Material(NamedTuple):
    """The photos to be arranged: vectors (n, d), mean colours (n, 3) in OKLab, aspects (n,) and names (n,)."""

    vectors: FloatArray
    colours: FloatArray
    aspects: npt.NDArray[np.float64]
    names: Sequence[str]


class Settled(NamedTuple):
    """A lattice, and the photos (rows, columns) that hold cells of it from the start."""

    lattice: Lattice
    fixed: npt.NDArray[np.int64]
    guide: Guide | None
    last: Last


def settle(
    material: Material, options: ArrangeOptions, paper: Paper, blocks: Blocks, mask: FloatArray | None
) -> Settled:
    """Find the first lattice that has room for the photos of several cells."""
    fault: NoRoom | None = None
    try:
        for last, lattice in _lattices(blocks.sides, options, paper, mask):
            plain = _plain(lattice, blocks)
            guide = guide_of(material, options, lattice, blocks)
            try:
                fixed = settle_blocks(material.vectors, plain, blocks, settings_of(options), guide)
                return Settled(lattice, fixed, guide, last)
            except NoRoom as problem:
                fault = fault or problem
    except OptionError:  # of a lattice that nobody asked for
        if fault is None:
            raise
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

        height, width = mask.shape
        yield options.last, shape_lattice(count, mask, cell=_pitch(options, paper, width / height, count))
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
                cell=_pitch(options, paper, aspect, count),
                last=last,
                keep_inner=large,
            ),
        )


def guide_of(material: Material, options: ArrangeOptions, lattice: Lattice, blocks: Blocks) -> Guide | None:
    """The guide of the flow that is wanted over a lattice."""
    hero = blocks.hero
    flow = FLOWS[options.flow or ("free" if hero is None or options.method != "sorted" else "outward")]
    if flow is None:
        return None
    row, column = np.argwhere(lattice.mask).mean(axis=0)
    if hero is not None and hero in blocks.pins:
        row, column = np.add(blocks.pins[hero], (blocks.sides[hero] - 1) / 2)
    scene = Scene(material.vectors, material.colours, hero, lattice.mask, (float(row), float(column)))
    return flow(scene, options.pull)


def _pitch(options: ArrangeOptions, paper: Paper, aspect: float, count: int) -> float:
    """Width over height of a cell with its gap and its caption, in a collage of about this aspect."""
    cell = options.cell_aspect or 1.0
    width = min(paper.width or math.inf, (paper.height or math.inf) * aspect)
    side = width / math.sqrt(aspect * count * max(cell, 1 / cell))  # the shorter one
    gap, band = (length_of(text, dpi=paper.dpi).at(side) for text in (options.gap, options.caption))
    return (side * max(cell, 1) + gap) / (side * max(1 / cell, 1) + band + gap)


def settings_of(options: ArrangeOptions) -> Settings:
    """What the options say to the methods."""
    return Settings(EFFORTS[options.effort], options.seed, thread_count(options.workers))

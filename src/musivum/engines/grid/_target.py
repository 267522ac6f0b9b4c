"""The target: its cells and their patches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musivum.engines.grid._cells import Cells, grid_shape, lay_out, lay_out_adaptive
from musivum.engines.grid._metric import SIDE
from musivum.engines.grid._options import GridOptions
from musivum.engines.grid._planes import fit_planes
from musivum.engines.grid._space import Vectors, Voice
from musivum.features import linear_samples, patches
from musivum.geometry import Size

_SMOOTH = 0.035  # OKLab RMS about its plane below which a block of cells may become one


@dataclass(frozen=True, slots=True)
class TargetCells:
    """The target in cells.

    Attributes
    ----------
    cells
        Where they lie on the canvas.
    samples
        (h, w, 3) the target, see `linear_samples`.
    boxes
        (n, 4) the cells in pixels of the target.
    """

    cells: Cells
    samples: npt.NDArray[np.uint16]
    boxes: npt.NDArray[np.float64]

    def patches(
        self, side: int, rows: npt.NDArray[np.int64] | slice = slice(None), *, workers: int = 1
    ) -> npt.NDArray[np.float32]:
        """Patches (n, side, side, 3) of some cells, in linear light."""
        return patches(self.samples, self.boxes[rows], side, workers=workers)

    def describe(self, voices: tuple[Voice, ...], rows: npt.NDArray[np.int64]) -> list[Vectors]:
        """Vectors of some cells, for each voice."""
        cuts = {side: self.patches(side, rows) for side in {voice.extractor.side for voice in voices}}
        return [voice.of(cuts[voice.extractor.side]) for voice in voices]


def cut_target(target: npt.NDArray[np.uint8], canvas: Size, options: GridOptions, workers: int) -> TargetCells:
    """Lay out the cells that the options ask for; adaptive ones follow the target's detail."""
    samples = linear_samples(target)
    height, width, _ = target.shape

    def cut(cells: Cells) -> TargetCells:
        return TargetCells(cells, samples, cells.boxes * np.tile([width / canvas.width, height / canvas.height], 2))

    columns, rows, levels = grid_shape(canvas, options)
    if levels:
        details = []
        for level in range(levels, 0, -1):
            blocks = cut(lay_out(canvas, columns >> level, rows >> level, "none")).patches(SIDE, workers=workers)
            details.append(fit_planes(blocks).spread.reshape(rows >> level, columns >> level))
        return cut(lay_out_adaptive(canvas, columns, rows, details, _SMOOTH))
    return cut(lay_out(canvas, columns, rows, options.offset))

"""The target: its cells, their patches, and the small copy that a plan keeps."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image

from musivum.color import srgb_from_linear
from musivum.engines.grid._cells import Cells, grid_shape, lay_out, lay_out_adaptive
from musivum.engines.grid._metric import SIDE, fit_planes
from musivum.engines.grid._options import GridOptions
from musivum.features import linear_samples, patches
from musivum.geometry import Size

_SMOOTH = 0.035  # OKLab RMS about its plane below which a block of cells may become one
_TARGET_PIXELS = 2048


def cut_target(
    target: npt.NDArray[np.uint8], canvas: Size, options: GridOptions, workers: int
) -> tuple[Cells, npt.NDArray[np.float32]]:
    """Lay out the cells that the options ask for and average the target in each; adaptive ones follow its detail.

    Returns
    -------
    The cells, and their patches (n, SIDE, SIDE, 3) in linear light.
    """
    samples = linear_samples(target)
    height, width, _ = target.shape

    def cut(cells: Cells) -> npt.NDArray[np.float32]:
        boxes = cells.boxes * np.tile([width / canvas.width, height / canvas.height], 2)
        return patches(samples, boxes, SIDE, workers=workers)

    columns, rows, levels = grid_shape(canvas, options)
    if levels:
        details = []
        for level in range(levels, 0, -1):
            blocks = cut(lay_out(canvas, columns >> level, rows >> level, "none"))
            details.append(fit_planes(blocks).spread.reshape(rows >> level, columns >> level))
        cells = lay_out_adaptive(canvas, columns, rows, details, _SMOOTH)
    else:
        cells = lay_out(canvas, columns, rows, options.offset)
    return cells, cut(cells)


def small_target(target: npt.NDArray[np.uint8], workers: int) -> bytes:
    """The target as a JPEG of at most 2048 pixels a side: what the overlay and the report need."""
    height, width, _ = target.shape
    size = Size(width, height).scaled(min(1.0, _TARGET_PIXELS / max(width, height)))
    if size != (width, height):
        cells = lay_out(Size(width, height), *size, "none")
        target = srgb_from_linear(patches(linear_samples(target), cells.boxes, 1, workers=workers))
    buffer = io.BytesIO()
    Image.fromarray(target.reshape(size.height, size.width, 3)).save(buffer, "JPEG", quality=95, subsampling=0)
    return buffer.getvalue()

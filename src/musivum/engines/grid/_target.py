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


def cut_cells(samples: npt.NDArray[np.uint16], canvas: Size, options: GridOptions, workers: int) -> Cells:
    """Lay out the cells that the options ask for; adaptive ones follow the detail of the target."""
    columns, rows = grid_shape(canvas, options)
    if not options.adaptive:
        return lay_out(canvas, columns, rows, options.offset)
    details = []
    for level in range(options.adaptive, 0, -1):
        blocks = lay_out(canvas, columns >> level, rows >> level, "none")
        blocks_of = cell_patches(samples, blocks.boxes / np.tile(canvas, 2), workers)
        details.append(fit_planes(blocks_of).spread.reshape(rows >> level, columns >> level))
    return lay_out_adaptive(canvas, columns, rows, details, _SMOOTH)


def cell_patches(
    samples: npt.NDArray[np.uint16], fractions: npt.NDArray[np.float64], workers: int
) -> npt.NDArray[np.float32]:
    """Average each cell of the target to SIDE x SIDE linear-light pixels.

    Parameters
    ----------
    samples
        (h, w, 3) linear-light samples of the target.
    fractions
        (n, 4) boxes in fractions of its width and height.
    """
    height, width, _ = samples.shape
    return patches(samples, fractions * np.array([width, height, width, height]), SIDE, workers=workers)


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

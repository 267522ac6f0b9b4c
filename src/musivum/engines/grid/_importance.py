"""Where the best tiles should go."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.engines.grid._cells import Cells
from musivum.engines.grid._colour import ColourMode
from musivum.engines.grid._planes import Planes, fit_planes
from musivum.features import color_grid, linear_samples, patches
from musivum.geometry import Size

_RANGE = 4.0


def cell_importance(
    cells: Cells, patches: npt.NDArray[np.float32], mode: ColourMode, mask: npt.NDArray[np.uint8] | None, canvas: Size
) -> npt.NDArray[np.float32]:
    """Weights (n,) of the cells, of mean 1."""
    planes = fit_planes(patches)
    weight = automatic_importance(planes) if mask is None else mask_importance(mask, cells.boxes / np.tile(canvas, 2))
    if mode.fitted:  # of two cells of one pattern the fainter shows a misfit less
        weight = weight * contrast_importance(patches)
    shares = weight * cells.areas
    return np.asarray(shares / shares.mean(), np.float32)


def automatic_importance(planes: Planes) -> npt.NDArray[np.float32]:
    """Weigh cells by their detail and by how far their colour lies from the picture's mean.

    Returns
    -------
    (n,) weights of mean 1, from one half to twice the middle: eyes, edges and the odd colour count, plain sky less.
    """
    apart = np.linalg.norm(planes.mean - planes.mean.mean(0), axis=1)
    score = _share_of_most(planes.spread) + 0.5 * _share_of_most(apart)
    weight = np.exp2(np.clip(4 / 3 * score - 1, -1, 1))
    return np.asarray(weight / weight.mean(), np.float32)


def contrast_importance(patches: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Weigh cells by the contrast of their lightness.

    Parameters
    ----------
    patches
        (n, side, side, 3) linear light.

    Returns
    -------
    (n,) positive weights of mean 1.
    """
    contrast = color_grid(patches).reshape(len(patches), -1, 3)[..., 0].std(1)
    weight = np.maximum(contrast, max(0.01 * float(contrast.mean()), 1e-6))
    return np.asarray(weight / weight.mean(), np.float32)


def mask_importance(mask: npt.NDArray[np.uint8], boxes: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Weigh cells by a grey picture: black is a quarter, white four times the middle grey.

    Parameters
    ----------
    mask
        (h, w, 3) sRGB bytes; only lightness counts.
    boxes
        (n, 4) cells in fractions of the canvas.
    """
    height, width, _ = mask.shape
    mean = patches(linear_samples(mask), boxes * np.array([width, height, width, height]), 1)
    lightness = color_grid(mean)[:, 0].clip(0, 1)
    weight = _RANGE ** (2 * lightness - 1)
    return np.asarray(weight / weight.mean(), np.float32)


def _share_of_most(values: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.floating[Any]]:
    return (values / max(float(np.percentile(values, 95)), 1e-6)).clip(0, 1)

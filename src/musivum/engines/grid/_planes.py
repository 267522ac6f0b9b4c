"""The plane of a patch: the part of its colours that a tint moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musivum.features import color_grid

_LEAST_GAIN = 0.5


@dataclass(frozen=True, slots=True)
class Planes:
    """The part of patches that the tint moves: colour = mean + slope[0] (u - 1/2) + slope[1] (v - 1/2), u, v in 0..1.

    Attributes
    ----------
    mean
        (n, 3) OKLab.
    slope
        (n, 2, 3) OKLab per width and per height of the patch.
    spread
        (n,) root mean square distance in OKLab of the patch's pixels from the plane: its detail.
    """

    mean: npt.NDArray[np.float32]
    slope: npt.NDArray[np.float32]
    spread: npt.NDArray[np.float32]


def fit_planes(patches: npt.NDArray[np.float32]) -> Planes:
    """Fit planes to (n, side, side, 3) linear-light patches by least squares in OKLab."""
    side = patches.shape[1]
    lab = color_grid(patches).reshape(-1, side, side, 3)
    at = (np.arange(side, dtype=np.float32) + 0.5) / side - 0.5
    norm = side * float((at * at).sum())
    across = np.einsum("nyxc,x->nc", lab, at) / norm
    down = np.einsum("nyxc,y->nc", lab, at) / norm
    mean = lab.mean((1, 2))
    # The three parts are orthogonal, so what they explain adds up.
    explained = (mean**2).sum(1) + norm / side**2 * (across**2 + down**2).sum(1)
    rest = np.einsum("nyxc,nyxc->n", lab, lab) / side**2 - explained
    return Planes(mean, np.stack([across, down], axis=1), np.sqrt(np.maximum(rest, 0)))


def contrast_gain(cells: Planes, crops: Planes) -> npt.NDArray[np.float32]:
    """Gain (n,) that lowers a crop's contrast towards its cell's, to one half at most; it is never raised."""
    gain = cells.spread / np.maximum(crops.spread, 1e-4)
    return gain.clip(_LEAST_GAIN, 1).astype(np.float32)

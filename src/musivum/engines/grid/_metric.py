"""The distance between a crop and a cell: what will differ when the crop has been tinted, plus the price of the tint.

A patch is a grid of OKLab colours. Its plane (mean and slope) is what the tint moves; the rest, its structure, stays,
but for its contrast, which is lowered in smooth cells.
After a tint of strength t the fraction 1 - t of the difference of the planes is left and t of it is altered, so

    error^2 = ((1 - t)^2 + price t^2) |plane difference|^2 + |rest difference|^2 + structure^2 |gradient difference|^2,

the mean over the grid of squared, weighted OKLab distances. All terms are linear in the colours, hence one matrix.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musivum.features import color_grid, lightness_differences

SIDE = 8
_LEAST_GAIN = 0.5
_LEAST = 0.1  # weight of the plane however strong the tint: below, flat cells would all choose the same flat photos


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


def metric(
    *, tint: float, shift_price: float, chroma: float, structure: float, mask: npt.NDArray[np.float32] | None = None
) -> npt.NDArray[np.float32]:
    """Return the matrix B with error(p, q) = |(color_grid(p) - color_grid(q)) B|.

    Parameters
    ----------
    tint
        Strength of the tint that will follow, 0..1.
    shift_price, chroma, structure
        Weights: of the shift against the error it leaves, of a and b against lightness, of gradients.
    mask
        (SIDE, SIDE) share of each grid square that will be seen; all of it by default.

    Returns
    -------
    (SIDE * SIDE * 3, d) float32.
    """
    at = (np.arange(SIDE) + 0.5) / SIDE - 0.5
    ones = np.ones((SIDE, SIDE))
    plane = np.stack([ones, ones * at, ones * at[:, None]]).reshape(3, -1)
    plane /= np.linalg.norm(plane, axis=1, keepdims=True)
    on_plane = plane.T @ plane
    weight = max(np.sqrt((1 - tint) ** 2 + shift_price * tint**2), _LEAST)
    area = np.eye(SIDE * SIDE) - (1 - weight) * on_plane
    if mask is not None:
        area = area * np.sqrt(mask.reshape(-1) / mask.mean())
    colour = np.kron(area, np.diag([1.0, chroma, chroma]))
    edges = lightness_differences(np.eye(SIDE * SIDE, dtype=np.float32).reshape(-1, SIDE, SIDE))
    lightness_edges = np.kron(edges, np.array([[1.0], [0.0], [0.0]]))
    return (np.concatenate([colour, structure * lightness_edges], axis=1) / SIDE).astype(np.float32)


def hexagon_mask() -> npt.NDArray[np.float32]:
    """Share of each grid square inside the pointy-top hexagon that the grid bounds, by 8 x 8 points a square."""
    at = (np.arange(SIDE * 8) + 0.5) / (SIDE * 8) - 0.5
    x, y = np.abs(at)[None, :], np.abs(at)[:, None]
    inside = y <= 0.5 - x / 2
    share: npt.NDArray[np.float32] = inside.reshape(SIDE, 8, SIDE, 8).mean((1, 3), dtype=np.float32)
    return np.maximum(share, 1e-3)

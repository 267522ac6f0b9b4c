"""The distance between the colour grids of a crop and a cell: what will differ when the crop has its new colours.

A patch is a grid of OKLab colours. Its plane (mean and slope), or part of it, is what the colour mode moves; the rest,
its structure, stays, but for its contrast, which is lowered in smooth cells.
After a move of strength t the fraction 1 - t of the difference of the moved parts is left and t of it is altered, so

    error^2 = ((1 - t)^2 + price t^2) |moved difference|^2 + |rest difference|^2 + structure^2 |gradient difference|^2,

the mean over the grid of squared, weighted OKLab distances. All terms are linear in the colours, hence one matrix.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from musivum.features import lightness_differences

SIDE = 8
_LEAST = 0.1  # weight of what is moved however strongly: below, flat cells would all choose the same flat photos

PLANE = np.ones((3, 3), np.bool_)
"""Everything a tint moves: mean, slope to the right, slope down (rows) of L, a, b (columns)."""
MEAN = PLANE & (np.arange(3) == 0)[:, None]
GREY = MEAN & (np.arange(3) == 0)


def metric(
    *,
    tint: float,
    shift_price: float,
    chroma: float,
    structure: float,
    moved: npt.NDArray[np.bool_] = PLANE,
    side: int = SIDE,
    mask: npt.NDArray[np.float32] | None = None,
) -> npt.NDArray[np.float32]:
    """Return the matrix B with error(p, q) = |(color_grid(p) - color_grid(q)) B|.

    Parameters
    ----------
    tint
        Strength of the move that will follow, 0..1.
    shift_price, chroma, structure
        Weights: of the shift against the error it leaves, of a and b against lightness, of gradients.
    moved
        (3, 3) see `PLANE`.
    side
        Squares along each side of the grid.
    mask
        (side, side) share of each grid square that will be seen; all of it by default.

    Returns
    -------
    (side * side * 3, d) float32.
    """
    weight = max(np.sqrt((1 - tint) ** 2 + shift_price * tint**2), _LEAST)
    seen = 1.0 if mask is None else np.sqrt(mask.reshape(-1) / mask.mean())
    channels = [
        (np.eye(side * side) - (1 - weight) * _projection(side, moved[:, channel])) * seen * factor
        for channel, factor in enumerate((1, chroma, chroma))
    ]
    colour = np.concatenate([_of_channel(matrix, channel) for channel, matrix in enumerate(channels)], axis=1)
    return (np.concatenate([colour, structure * _edges(side)], axis=1) / side).astype(np.float32)


def fitted_metric(*, structure: float, side: int = SIDE) -> npt.NDArray[np.float32]:
    """The matrix for cells to which brightness and contrast will be fitted: the pattern of lightness and no colour.

    Between unit vectors the distance then grows with what the best gain and offset leave [1]_.

    References
    ----------
    .. [1] J. P. Lewis, "Fast normalized cross-correlation", Vision Interface 1995: normalised correlation is least
       squares over gain and offset.
    """
    pattern = np.eye(side * side) - _projection(side, GREY[:, 0])
    return (np.concatenate([_of_channel(pattern, 0), structure * _edges(side)], axis=1) / side).astype(np.float32)


def _projection(side: int, moved: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """The projection of a channel (side * side) on the moved ones among mean, slope to the right and slope down."""
    at = (np.arange(side) + 0.5) / side - 0.5
    ones = np.ones((side, side))
    plane = np.stack([ones, ones * at, ones * at[:, None]]).reshape(3, -1)[moved]
    plane /= np.maximum(np.linalg.norm(plane, axis=1, keepdims=True), 1e-12)  # a single square has no slope
    return np.asarray(plane.T @ plane)


def _of_channel(matrix: npt.NDArray[np.float64], channel: int) -> npt.NDArray[np.float64]:
    """A matrix of one channel as one of grids whose channels lie side by side."""
    return np.asarray(np.kron(matrix, np.eye(3)[:, channel : channel + 1]), np.float64)


def _edges(side: int) -> npt.NDArray[np.float64]:
    steps = lightness_differences(np.eye(side * side, dtype=np.float32).reshape(-1, side, side))
    return _of_channel(steps.astype(np.float64), 0)


def hexagon_mask(side: int = SIDE) -> npt.NDArray[np.float32]:
    """Share of each grid square inside the pointy-top hexagon that the grid bounds, by 8 x 8 points a square."""
    at = (np.arange(side * 8) + 0.5) / (side * 8) - 0.5
    x, y = np.abs(at)[None, :], np.abs(at)[:, None]
    inside = y <= 0.5 - x / 2
    share: npt.NDArray[np.float32] = inside.reshape(side, 8, side, 8).mean((1, 3), dtype=np.float32)
    return np.maximum(share, 1e-3)

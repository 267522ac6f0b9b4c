"""Where a template may lie in a scene: log-polar correlation about every centre of a coarse grid.

References
----------
.. [1] G. Wolberg, S. Zokai, "Robust image registration using log-polar transform", Proc. IEEE Int. Conf. Image
   Processing, 2000. doi:10.1109/ICIP.2000.901003
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from musivum.engines.fractal._registration._correlate import correlate
from musivum.engines.fractal._registration._log_polar import log_polar
from musivum.engines.fractal._registration._pictures import Picture

_SIDE = 16  # pixels of the template's shorter side, if it has so many
_ANGLES = 32
_STEP = 0.14  # between the logarithms of two radii
_CIRCLES = np.exp(-_STEP * np.arange(14, -1, -1))  # radii over half the side
_WEIGHTS = _CIRCLES.astype(np.float32)  # half-way between equal samples and equal areas
_LARGEST = 0.9  # the template in the averaged scene, over the averaged template
_OVERLAP = 0.4
_BLOCK = 256
_TRIED = 40  # scores that are looked at for every peak wanted


def likely_poses(
    template: Picture, scene: Picture, low: float, high: float, count: int
) -> list[tuple[float, npt.NDArray[np.float64]]]:
    """The likeliest poses of a template whose centre lies in the scene, with scales between `low` and `high` [1]_.

    The template is averaged to 16 pixels. For every octave of scale the scene is averaged so that the template comes
    out 7 to 14 pixels large, and the pixels of that scene are the centres.

    Returns
    -------
    Pairs of a score and a pose, in pixels of both pictures as they are, the highest score first. The score is
    -log(1 - correlation^2) times the square root of the overlap's share.
    """
    pitch = max(1.0, template.side / _SIDE)
    small = template.averaged(pitch)
    middle = np.array([[small.shape[2] / 2, small.shape[1] / 2]])
    circles = _CIRCLES * min(small.shape[1:]) / 2
    pattern = log_polar(small, middle, circles, _ANGLES)[0]
    found: list[tuple[float, npt.NDArray[np.float64]]] = []
    octave = high
    while octave > low * 0.999:
        found += _octave(pattern, circles[0], scene, pitch, (max(low, octave / 2), octave), count)
        octave /= 2
    return sorted(found, key=lambda each: -each[0])[:count]


def _octave(
    pattern: npt.NDArray[np.float32],
    innermost: float,
    scene: Picture,
    pitch: float,
    bounds: tuple[float, float],
    count: int,
) -> list[tuple[float, npt.NDArray[np.float64]]]:
    coarse = max(1.0, pitch * bounds[1] / _LARGEST)
    least, most = (math.log(scale * pitch / coarse) / _STEP for scale in bounds)
    shifts = np.arange(math.floor(least), math.ceil(most) + 1)
    radii = innermost * np.exp(_STEP * np.arange(shifts[0], shifts[-1] + len(_CIRCLES)))
    planes = scene.averaged(coarse)
    rows, columns = np.mgrid[: planes.shape[1], : planes.shape[2]] + 0.5
    centres = np.stack([columns.ravel(), rows.ravel()], axis=1)
    scores = np.empty((len(centres), len(shifts), _ANGLES), np.float32)
    for start in range(0, len(centres), _BLOCK):
        block = slice(start, start + _BLOCK)
        correlation, overlap = correlate(pattern, log_polar(planes, centres[block], radii, _ANGLES), _WEIGHTS)
        likely = -np.log1p(-np.minimum(np.maximum(correlation, 0) ** 2, 0.9999)) * np.sqrt(overlap)[..., None]
        scores[block] = np.where(overlap[..., None] >= _OVERLAP, likely, 0)
    poses = []
    grid = scores.reshape(*planes.shape[1:], len(shifts), _ANGLES)
    for row, column, shift, turn in _peaks(grid, count):
        log_scale = _STEP * shifts[shift] + math.log(coarse / pitch)
        pose = np.array([(column + 0.5) * coarse, (row + 0.5) * coarse, 2 * math.pi / _ANGLES * turn, log_scale])
        poses.append((float(grid[row, column, shift, turn]), pose))
    return poses


def _peaks(scores: npt.NDArray[np.float32], count: int) -> list[tuple[int, int, int, int]]:
    """Indices (row, column, shift, turn) of the highest scores, each far from the ones before it."""
    flat = scores.ravel()
    several = min(_TRIED * count, len(flat) - 1)
    best = np.argpartition(flat, -several - 1)[-several - 1 :]
    best = best[np.lexsort((best, -flat[best]))]
    taken: list[tuple[int, int, int, int]] = []
    for each in np.stack(np.unravel_index(best, scores.shape), axis=1).tolist():
        row, column, shift, turn = each
        if scores[row, column, shift, turn] <= 0 or len(taken) == count:
            break
        if all(
            max(abs(row - r), abs(column - c), abs(shift - s)) > 1 or 1 < (turn - t) % _ANGLES < _ANGLES - 1
            for r, c, s, t in taken
        ):
            taken.append((row, column, shift, turn))
    return taken

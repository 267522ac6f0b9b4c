"""A few groups of colours, the same every time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_BIN = 0.03  # OKLab
_APART = 0.08  # nearer colours share a group
_ROUNDS = 20


def color_clusters(
    colour: npt.NDArray[np.float64], weight: npt.NDArray[np.float64], most: int = 8
) -> npt.NDArray[np.int64]:
    """Group colours (n, 3) in OKLab by weighted k-means; labels (n,) count from 0 in steps of 1.

    Colours are gathered in bins first. The first centre is the heaviest bin, each further one the bin that weighs most
    times its squared distance to the centres so far, until `most` or until every bin lies near one. No chance is
    involved.
    """
    if not len(colour):
        return np.zeros(0, np.int64)
    index = np.unique(np.round(colour / _BIN).astype(np.int64), axis=0, return_inverse=True)[1].reshape(-1)
    mass = np.bincount(index, weights=weight)
    mass = np.where(mass > 0, mass, 1e-12 * max(mass.sum(), 1e-300))
    sums = [np.bincount(index, weights=colour[:, c]) for c in range(3)]
    points: npt.NDArray[np.float64] = np.stack(sums, axis=1) / np.bincount(index)[:, None]

    centres = points[np.argmax(mass)][None]
    while len(centres) < most:
        away = _squared(points, centres).min(axis=1)
        if (away <= _APART**2).all():
            break
        worst = np.argmax(np.where(away > _APART**2, mass * away, 0))
        centres = np.concatenate([centres, points[worst][None]])
    label = np.zeros(0, np.int64)
    for _ in range(_ROUNDS):
        found = np.argmin(_squared(points, centres), axis=1)
        if np.array_equal(found, label):
            break
        label = found
        total = np.bincount(label, weights=mass, minlength=len(centres))
        sums = [np.bincount(label, weights=mass * points[:, c], minlength=len(centres)) for c in range(3)]
        kept = total > 0
        centres[kept] = np.stack(sums, axis=1)[kept] / total[kept, None]
    return np.unique(label, return_inverse=True)[1].reshape(-1)[index].astype(np.int64)


def _squared(points: npt.NDArray[np.float64], centres: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    away: npt.NDArray[np.float64] = ((points[:, None] - centres) ** 2).sum(axis=2)
    return away

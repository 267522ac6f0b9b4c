"""How well an arrangement keeps likeness: distance preservation quality, and distances between neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from musivum.errors import OptionError

_ALL_ROWS = 4096  # arrangements of more photos are judged by a sample
_SAMPLE = 1024
_BLOCK = 2**20  # distances at a time
_NOTHING = 1e-6  # of the mean distance: a gain that rounding makes


@overload
def distance_preservation_quality(
    vectors: npt.ArrayLike,
    positions: npt.ArrayLike,
    *,
    p: float = 16,
    period: tuple[float, float] | None = None,
    sample: int | None = None,
    seed: int = 0,
) -> float: ...


@overload
def distance_preservation_quality(
    vectors: npt.ArrayLike,
    positions: npt.ArrayLike,
    *,
    p: Sequence[float] | npt.NDArray[np.floating[Any]],
    period: tuple[float, float] | None = None,
    sample: int | None = None,
    seed: int = 0,
) -> tuple[float, ...]: ...


def distance_preservation_quality(
    vectors: npt.ArrayLike,
    positions: npt.ArrayLike,
    *,
    p: float | Sequence[float] | npt.NDArray[np.floating[Any]] = 16,
    period: tuple[float, float] | None = None,
    sample: int | None = None,
    seed: int = 0,
) -> float | tuple[float, ...]:
    """Distance preservation quality DPQ_p [1]_: how far neighbours in the plane are neighbours in likeness.

    For every k the mean distance of the vectors of a photo and of its k nearest in the plane is a gain over the mean
    of all distances, or none where it is larger. The quality is the p-norm of the gains over all k, divided by that of
    the k nearest in likeness. A large p judges the nearest neighbours, p = 2 the whole.

    Photos that are equally far in the plane count in the order of their likeness, as in the published figures; so even
    a random arrangement has more than 0, about .35 for 1,024 random colours on a square and p = 16.

    Parameters
    ----------
    vectors
        (n, d) likeness, finite numbers.
    positions
        (n, 2) places in the plane. Only squared distances that agree to seven digits are equal, so give lattices in
        whole or half cells.
    p
        Exponents of at least 1, infinity too; several cost no more than one.
    period
        Width and height of a plane whose opposite edges meet.
    sample
        Photos whose neighbours are judged, chosen by `seed`, among all n; by default all of up to 4,096 and 1,024 of
        more.

    Returns
    -------
    Up to 1; one for each exponent if several were given. 1 where no arrangement is better than another: of fewer than
    three photos, or of photos that are all equally like each other.

    Raises
    ------
    OptionError
        If a number is not finite, an exponent is below 1, or no photo is to be judged.

    References
    ----------
    .. [1] K. U. Barthel, N. Hezel, K. Jung, K. Schall, "Improved Evaluation and Generation of Grid Layouts using
       Distance Preservation Quality and Linear Assignment Sorting", Computer Graphics Forum 42(1), 2023.
       doi:10.1111/cgf.14718
    """
    x, places = np.asarray(vectors, np.float64), np.asarray(positions, np.float64)
    n = len(x)
    powers = np.atleast_1d(np.asarray(p, np.float64))
    _check(x, places, powers, sample)
    if n < 3 or (x == x[0]).all():
        qualities = [1.0] * len(powers)
    else:
        # By a power of two, which rounds nothing: single precision has no room for the squares of large numbers.
        x = np.ldexp(x, -int(np.frexp(np.abs(x).max())[1]))
        x -= x.mean(axis=0)
        planar, best = _mean_distances(x, places, _rows(n, sample, seed), period)
        mean = planar[-1]
        gains, most = (np.maximum(1 - near / mean, 0) for near in (planar, best))
        if most.max() <= _NOTHING:
            qualities = [1.0] * len(powers)
        else:
            qualities = [float(np.linalg.norm(gains, power) / np.linalg.norm(most, power)) for power in powers]
    return tuple(qualities) if np.ndim(p) else qualities[0]


def neighbour_distances(colours: npt.ArrayLike, pairs: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Distances (m,) of colours (n, 3) in OKLab over pairs (m, 2) of neighbours."""
    lab, two = np.asarray(colours, np.float64), np.asarray(pairs, np.int64).reshape(-1, 2)
    return np.asarray(np.linalg.norm(lab[two[:, 0]] - lab[two[:, 1]], axis=1))


def _check(
    x: npt.NDArray[np.float64], places: npt.NDArray[np.float64], powers: npt.NDArray[np.float64], sample: int | None
) -> None:
    for name, numbers in (("vectors", x), ("positions", places)):
        if not np.isfinite(numbers).all():
            raise OptionError(f"the {name} hold numbers that are not finite: leave those photos out")
    for power in powers:
        if not power >= 1:
            raise OptionError(f"p is {power:g}: it must be 1 or more")
    if sample is not None and sample < 1:
        raise OptionError(f"sample is {sample}: it must be 1 or more")


def _rows(n: int, sample: int | None, seed: int) -> npt.NDArray[np.int64]:
    count = sample if sample is not None else n if n <= _ALL_ROWS else _SAMPLE
    if count >= n:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, count, replace=False))


def _mean_distances(
    x: npt.NDArray[np.float64],
    places: npt.NDArray[np.float64],
    rows: npt.NDArray[np.int64],
    period: tuple[float, float] | None,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Mean distances (n - 1,) of the vectors of `rows` to their k nearest, in the plane and in likeness."""
    n, squares = len(x), np.einsum("ij,ij->i", x, x)
    planar, best = np.zeros(n), np.zeros(n)
    step = max(1, _BLOCK // n)
    for start in range(0, len(rows), step):
        some = rows[start : start + step]
        distances = x[some] @ x.T
        distances *= -2
        distances += squares
        distances += squares[some, None]
        np.maximum(distances, 0, out=distances)
        distances[np.arange(len(some)), some] = 0
        likeness = np.sqrt(distances, dtype=np.float32, casting="same_kind")
        # Bits of floats from 0 are ordered as the floats: one sort orders pairs, each photo itself first.
        pairs = _squared(places, some, period).view(np.uint32).astype(np.uint64)
        pairs <<= np.uint64(32)
        pairs |= likeness.view(np.uint32)
        pairs.sort(axis=1)
        planar += pairs.astype(np.uint32).view(np.float32).sum(axis=0, dtype=np.float64)
        likeness.sort(axis=1)
        best += likeness.sum(axis=0, dtype=np.float64)
    counts = len(rows) * np.arange(1, n)
    return np.cumsum(planar[1:]) / counts, np.cumsum(best[1:]) / counts


def _squared(
    places: npt.NDArray[np.float64], rows: npt.NDArray[np.int64], period: tuple[float, float] | None
) -> npt.NDArray[np.float32]:
    """Squared distances (m, n) in the plane of some rows to all."""
    out = np.zeros((len(rows), len(places)), np.float32)
    for axis in range(2):
        apart = np.abs(places[rows, axis, None] - places[:, axis])
        if period is not None:
            np.minimum(apart, period[axis] - apart, out=apart)
        np.square(apart, out=apart)
        out += apart
    return out

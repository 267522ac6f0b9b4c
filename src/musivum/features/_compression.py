"""Fewer dimensions by the singular value decomposition.

The best projection of rank k in squared error is the one on the first k right singular vectors [1]_; compressing a
dictionary of fingerprints so, queries are projected once and searched among short rows [2]_. Long vectors are
decomposed by random projections [3]_.

References
----------
.. [1] C. Eckart, G. Young, "The approximation of one matrix by another of lower rank", Psychometrika 1, 1936.
   doi:10.1007/BF02288367
.. [2] D. F. McGivney et al., "SVD compression for magnetic resonance fingerprinting in the time domain", IEEE
   Transactions on Medical Imaging 33(12), 2014. doi:10.1109/TMI.2014.2337321
.. [3] N. Halko, P. G. Martinsson, J. A. Tropp, "Finding structure with randomness", SIAM Review 53(2), 2011.
   doi:10.1137/090771806
.. [4] A. Levy, M. Lindenbaum, "Sequential Karhunen-Loeve basis extraction and its application to images", IEEE
   Transactions on Image Processing 9(8), 2000. doi:10.1109/83.855432
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_LONG = 768  # dimensions above which the covariance costs more than random projections
_OVERSAMPLING, _POWERS = 16, 3
_BLOCK = 1024  # rows that extend a compression at once
_RANK = 256  # most dimensions that random projections look for when an energy is wanted


@dataclass(frozen=True, slots=True)
class Compression:
    """A projection on the first right singular vectors of a dictionary.

    Attributes
    ----------
    mean
        (d,) what is taken away first: the dictionary's mean vector, or zero.
    basis
        (d, k) orthonormal columns, strongest first.
    strengths
        (k,) singular values.
    rows
        How many rows it was made from.
    total
        Squared norm of these rows, less the mean: the sum of all squared singular values.
    """

    mean: npt.NDArray[np.float32]
    basis: npt.NDArray[np.float32]
    strengths: npt.NDArray[np.float64]
    rows: int
    total: float

    @property
    def energy(self) -> float:
        """Share of the total that the k dimensions keep, 0..1."""
        return min(float((self.strengths**2).sum() / self.total), 1.0) if self.total > 0 else 1.0

    def __call__(self, vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Project (n, d) vectors to (n, k); distances between rows shrink, never grow."""
        return np.asarray((vectors - self.mean) @ self.basis, np.float32)

    def residuals(
        self, vectors: npt.NDArray[np.float32], projected: npt.NDArray[np.float32]
    ) -> npt.NDArray[np.float32]:
        """Lengths (n,) of what the projection of (n, d) vectors leaves out."""
        whole = vectors - self.mean
        rest = np.einsum("ij,ij->i", whole, whole) - np.einsum("ij,ij->i", projected, projected)
        return np.asarray(np.sqrt(np.maximum(rest, 0)), np.float32)


def compress(
    dictionary: npt.NDArray[np.float32],
    *,
    energy: float = 0.99,
    rank: int | None = None,
    most: int = 64,
    centred: bool = True,
) -> Compression:
    """Find a projection of a given rank, or the smallest one that keeps an energy.

    Up to 768 dimensions it is found from the covariance, at a cost of n d^2 + d^3; above by random projections, at
    n d k, whose random numbers are fixed.

    Parameters
    ----------
    dictionary
        (n, d) vectors, or an even sample of them.
    energy
        Wanted share of the squared norm, 0..1, in at most `most` dimensions; not looked at when there is a `rank`.
    rank
        Wanted number of dimensions; fewer where the dictionary has no more.
    centred
        Whether the mean is taken away first. Right for distances; inner products want it left.
    """
    n, d = dictionary.shape
    mean = dictionary.mean(0, dtype=np.float64) if centred else np.zeros(d)
    wanted = min(rank or most, n, d)
    # Before the product: of rows that lie close together it would leave nothing but rounding.
    rows = dictionary - mean.astype(np.float32) if centred else dictionary
    if d <= _LONG:
        squares, vectors = np.linalg.eigh((rows.T @ rows).astype(np.float64))
        squares, vectors = np.maximum(squares[::-1], 0), vectors[:, ::-1]
        total = float(squares.sum())
    else:
        total = float(np.einsum("ij,ij->", rows, rows, dtype=np.float64))
        vectors, strengths = _randomised(rows, min(rank or min(most, _RANK), n, d))
        squares = strengths**2
    if total <= 1e-12 * n * (mean @ mean):  # all rows the same: what is left is rounding
        total, squares = 0.0, np.zeros(len(squares))
        k = 1
    elif rank is not None:
        k = wanted
    else:
        k = min(int(np.searchsorted(np.cumsum(squares) / total, energy)) + 1, wanted)
    basis = _signed(vectors[:, :k])
    return Compression(mean.astype(np.float32), basis, np.sqrt(squares[:k]), n, total)


def even_rows(count: int, most: int) -> npt.NDArray[np.int64]:
    """Numbers, ascending, of all of `count` rows, or of `most` of them evenly spread from the first to the last."""
    return np.linspace(0, count - 1, min(count, most)).astype(np.int64)


def extend(compression: Compression, rows: npt.NDArray[np.float32], *, rank: int | None = None) -> Compression:
    """Take new rows into an uncentred compression without the rows it was made from.

    The singular values and vectors stand for the old rows [4]_: what they had left out is forgotten, so the result
    falls short of a decomposition of all rows by no more than that.

    Parameters
    ----------
    rows
        (m, d) new rows of the dictionary.
    rank
        Dimensions to keep; by default as many as there are. Fewer where the rows span no more.
    """
    rank = rank or len(compression.strengths)
    if compression.mean.any():
        raise ValueError("a centred compression cannot be extended")
    for first in range(0, len(rows), _BLOCK):
        compression = _extend(compression, np.asarray(rows[first : first + _BLOCK]), rank)
    return compression


def _extend(compression: Compression, rows: npt.NDArray[np.float32], rank: int) -> Compression:
    stacked = np.concatenate([compression.strengths[:, None] * compression.basis.T.astype(np.float64), rows])
    total = compression.total + float(np.einsum("ij,ij->", rows, rows, dtype=np.float64))
    values, vectors = np.linalg.eigh(stacked @ stacked.T)
    k = min(rank, len(values))
    squares, left = np.maximum(values[::-1][:k], 0), vectors[:, ::-1][:, :k]
    kept = squares > 1e-12 * max(squares[0], 1e-300)
    strengths = np.sqrt(squares[kept])
    basis = (stacked.T @ left[:, kept]) / strengths
    return Compression(compression.mean, _signed(basis), strengths, compression.rows + len(rows), total)


def _randomised(rows: npt.NDArray[np.float32], k: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The first k right singular vectors (d, k) and singular values of (n, d) rows."""
    width = min(k + _OVERSAMPLING, *rows.shape)
    start = np.random.default_rng(0).standard_normal((rows.shape[1], width), np.float32)
    along, _ = np.linalg.qr(rows @ start)
    for _ in range(_POWERS):
        across, _ = np.linalg.qr(rows.T @ along)
        along, _ = np.linalg.qr(rows @ across)
    _, strengths, vectors = np.linalg.svd((along.T @ rows).astype(np.float64), full_matrices=False)
    return vectors[:k].T, strengths[:k]


def _signed(vectors: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Columns turned so that their largest entry is positive: the sign is the decomposition's whim."""
    largest = vectors[np.abs(vectors).argmax(0), np.arange(vectors.shape[1])]
    return np.asarray(vectors * np.where(largest < 0, -1, 1), np.float32)

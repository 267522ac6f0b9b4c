"""Fewer dimensions by the singular value decomposition.

References
----------
.. [1] C. Eckart, G. Young, "The approximation of one matrix by another of lower rank", Psychometrika 1, 1936.
   doi:10.1007/BF02288367
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Compression:
    """A projection on the first right singular vectors of the centred dictionary.

    Attributes
    ----------
    mean
        (d,) the dictionary's mean vector.
    basis
        (d, k) orthonormal columns, strongest first.
    energy
        Share of the centred dictionary's squared norm that the k dimensions keep, 0..1.
    """

    mean: npt.NDArray[np.float32]
    basis: npt.NDArray[np.float32]
    energy: float

    def __call__(self, vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Project (n, d) vectors to (n, k); distances between rows shrink, never grow."""
        return np.asarray((vectors - self.mean) @ self.basis, np.float32)


def compress(dictionary: npt.NDArray[np.float32], *, energy: float = 0.99, most: int = 64) -> Compression:
    """Find the smallest projection that keeps `energy` of the centred dictionary, of at most `most` dimensions.

    The projection of rank k is the best one in squared error [1]_. It is found from the (d, d) covariance, so it costs
    n d^2 + d^3 and needs no copy of the dictionary.

    Parameters
    ----------
    dictionary
        (n, d) vectors, or an even sample of them.
    energy
        Wanted share of the squared norm, 0..1.
    """
    mean = dictionary.mean(0, dtype=np.float64)
    covariance = (dictionary.T @ dictionary).astype(np.float64) / len(dictionary) - np.outer(mean, mean)
    values, vectors = np.linalg.eigh(covariance)
    values, vectors = np.maximum(values[::-1], 0), vectors[:, ::-1]
    total = values.sum()
    alike = total <= 1e-12 * (mean @ mean)  # all rows the same: what is left is rounding
    kept = np.ones(len(values)) if alike else np.cumsum(values) / total
    k = min(int(np.searchsorted(kept, energy)) + 1, most, len(values))
    signs = np.where(vectors[np.abs(vectors).argmax(0), np.arange(len(values))] < 0, -1, 1)[:k]
    return Compression(mean.astype(np.float32), (vectors[:, :k] * signs).astype(np.float32), float(kept[k - 1]))

"""Metrics: what "near" means, written as places where the Euclidean distance says it.

Every metric is a way to place rows and queries so that their Euclidean order is the metric's order; the search then
knows one distance only. Unit vectors turn the cosine into it. For inner products a coordinate is added that brings all
rows to one length [1]_. For absolute ones each row is there twice, the second time as its negative.

References
----------
.. [1] Y. Bachrach et al., "Speeding up the Xbox recommender system using a Euclidean transformation for inner-product
   spaces", RecSys 2014. doi:10.1145/2645710.2645741
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

_NOTHING = 1e-6  # length below which a vector has no direction


class Metric(NamedTuple):
    """How vectors are compared.

    Attributes
    ----------
    unit
        They are scaled to unit length first.
    inner
        The larger their inner product, the nearer they are; otherwise the smaller their difference.
    either_sign
        A row is as good as its negative.
    """

    unit: bool = False
    inner: bool = False
    either_sign: bool = False


METRICS: dict[str, Metric] = {
    "l2": Metric(),
    "cosine": Metric(unit=True),
    "dot": Metric(inner=True),
    "absdot": Metric(inner=True, either_sign=True),
}


def unit_rows(vectors: Vectors, faint: float = _NOTHING) -> Vectors:
    """Scale each row to length 1, but those shorter than `faint` in proportion, so that they stay far from others."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, faint), np.float32)


def place_rows(vectors: Vectors, metric: Metric, longest: float) -> Vectors:
    """Place (n, d) rows for a metric; with either sign, row i is at 2 i and its negative at 2 i + 1.

    Parameters
    ----------
    longest
        Length of the longest row of the whole dictionary, for inner products.
    """
    if not metric.inner:
        return vectors
    n, d = vectors.shape
    signs = (1, -1) if metric.either_sign else (1,)
    placed = np.zeros((n, len(signs), d + 2), np.float32)
    for k, sign in enumerate(signs):
        np.multiply(vectors, np.float32(sign / max(longest, _NOTHING)), out=placed[:, k, :d])
    placed[:, :, d] = _missing(placed[:, 0, :d])[:, None]
    return placed.reshape(-1, d + 2)


def place_queries(vectors: Vectors, metric: Metric, lengths: npt.NDArray[np.float32] | None = None) -> Vectors:
    """Place (n, d) queries beside the rows that `place_rows` placed.

    Parameters
    ----------
    lengths
        (n,) of the queries before they were compressed, so that a distance tells the inner product in their units; by
        default their own.
    """
    if not metric.inner:
        return vectors
    lengths = np.linalg.norm(vectors, axis=1) if lengths is None else lengths
    placed = np.zeros((len(vectors), vectors.shape[1] + 2), np.float32)
    placed[:, :-2] = vectors / np.maximum(lengths, _NOTHING)[:, None]
    placed[:, -1] = _missing(placed[:, :-2])
    return placed


def _missing(vectors: Vectors) -> npt.NDArray[np.float32]:
    """What brings (n, d) vectors no longer than 1 to length 1, in a coordinate where others have none."""
    return np.asarray(np.sqrt(np.maximum(1 - np.einsum("ij,ij->i", vectors, vectors), 0)), np.float32)

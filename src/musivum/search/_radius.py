"""Exact search within a radius: the few nearest rows of each query among those that are near enough to matter.

Where a bound is known beforehand most rows fall to a single comparison: with -|x|^2/2 as one more coordinate of the
rows x and 1 as that of the queries q, the product of both is (|q|^2 - |q - x|^2) / 2, so a block of one matrix product
is passed over 64 rows at a time unless one of them comes within the radius.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from numba import njit

from musivum.search._neighbours import Neighbours, nobody

_QUERIES, _ROWS = 256, 1024  # their product stays in a cache of 1 MB
_LANES = 64
_NOWHERE = np.float32(-1e30)


@dataclass(frozen=True, slots=True)
class RadiusSearch:
    """Rows prepared to be searched.

    Attributes
    ----------
    columns
        (d + 1, m) the rows as columns, in multiples of 64: coordinates, then minus half the squared length.
    rows
        How many of them there are.
    """

    columns: npt.NDArray[np.float32]
    rows: int

    @classmethod
    def among(cls, vectors: npt.NDArray[np.float32], *, closed: npt.NDArray[np.bool_] | None = None) -> Self:
        """Prepare rows (m, d); those that are `closed` (m,) are never found."""
        m, d = vectors.shape
        columns = np.zeros((d + 1, m + -m % _LANES), np.float32)
        columns[:d, :m] = vectors.T
        columns[d] = _NOWHERE
        lengths = np.einsum("ij,ij->i", vectors, vectors)
        columns[d, :m] = -lengths / 2 if closed is None else np.where(closed, _NOWHERE, -lengths / 2)
        return cls(columns, m)

    def __call__(self, queries: npt.NDArray[np.float32], limits: npt.NDArray[np.float32], k: int) -> Neighbours:
        """Find the k nearest rows of each query (q, d) whose squared distance is below its limit (q,).

        Runs on one thread (blocks of queries may be searched side by side) and does not depend on how many queries
        come at once, but for the last bits that BLAS leaves to a product's shape.

        Returns
        -------
        Rows in place of owners, and plain distances; padded with -1 and inf.
        """
        found = nobody(len(queries), k)
        for first in range(0, len(queries), _QUERIES):
            block = slice(first, first + _QUERIES)
            self._search(queries[block], limits[block], found.owners[block], found.distances[block])
        return found

    def _search(
        self,
        queries: npt.NDArray[np.float32],
        limits: npt.NDArray[np.float32],
        owners: npt.NDArray[np.int32],
        distances: npt.NDArray[np.float32],
    ) -> None:
        n = len(queries)
        longer = np.ones((n, len(self.columns)), np.float32)
        longer[:, :-1] = queries
        lengths = np.einsum("ij,ij->i", queries, queries)
        least = np.maximum((lengths - limits) / 2, _NOWHERE / 2).astype(np.float32)
        best = np.full(distances.shape, -np.inf, np.float32)
        product = np.empty((n, _ROWS), np.float32)
        for first in range(0, self.columns.shape[1], _ROWS):
            columns = self.columns[:, first : first + _ROWS]
            part = (
                product[:, : columns.shape[1]] if columns.shape[1] == _ROWS else np.empty((n, columns.shape[1]), "f4")
            )
            np.matmul(longer, columns, out=part)
            _collect(part, first, least, best, owners)
        np.sqrt(np.maximum(lengths[:, None] - 2 * best, 0), out=distances)


@njit(nogil=True, cache=True)
def _collect(product, first, least, best, owners):  # type: ignore[no-untyped-def]
    """Insert what exceeds a query's least product into its descending list `best`; raise the least of full ones."""
    k = best.shape[1]
    for q in range(product.shape[0]):
        row, bound = product[q], least[q]
        for group in range(row.shape[0] // _LANES):
            part = row[group * _LANES : (group + 1) * _LANES]
            hits = np.int32(0)  # a sum, since an "or" would not become vector instructions
            for j in range(_LANES):
                hits += np.int32(part[j] > bound)
            if not hits:
                continue
            for j in range(_LANES):
                if part[j] <= bound:
                    continue
                at = k - 1
                while at > 0 and best[q, at - 1] < part[j]:
                    best[q, at], owners[q, at] = best[q, at - 1], owners[q, at - 1]
                    at -= 1
                best[q, at], owners[q, at] = part[j], first + group * _LANES + j
                bound = max(bound, best[q, k - 1])
        least[q] = bound

"""What is searched: rows of vectors, each with an owner and a factor."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Rows of vectors, each with an owner and a factor: cost(query, row) = factor[row] * |query - row|.

    Attributes
    ----------
    vectors
        (m, d) float32, in memory or mapped from a file.
    starts
        (n + 1,) row at which each owner's rows start; the rows of one owner are neighbours and at least one.
    factors
        (m,) positive float32.
    kept
        What searches have prepared of it, by their names: made once and gone with the dictionary.
    """

    vectors: npt.NDArray[np.float32]
    starts: npt.NDArray[np.int64]
    factors: npt.NDArray[np.float32]
    kept: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def rows(self) -> npt.NDArray[np.float32]:
        """The vectors, read-only wherever they lie: kernels are compiled once for arrays in memory and mapped ones."""
        rows = np.asarray(self.vectors).view()
        rows.flags.writeable = False
        return rows

    @property
    def owners(self) -> int:
        """How many owners there are."""
        return len(self.starts) - 1

    def runs(self, rows: int) -> list[tuple[int, int]]:
        """Runs of owners (first, last + 1) that together have at most so many rows, or are one owner."""
        runs, first = [], 0
        while first < self.owners:
            last = int(np.searchsorted(self.starts, self.starts[first] + rows, side="right")) - 1
            last = min(max(last, first + 1), self.owners)
            runs.append((first, last))
            first = last
        return runs

    def part(self, first: int, last: int) -> Dictionary:
        """The dictionary of the owners first <= i < last, counted from 0; its rows are not copied."""
        rows = slice(int(self.starts[first]), int(self.starts[last]))
        return Dictionary(self.vectors[rows], self.starts[first : last + 1] - rows.start, self.factors[rows])

    def owner_of_rows(self) -> npt.NDArray[np.int32]:
        """(m,) the owner of each row."""
        return np.repeat(np.arange(self.owners, dtype=np.int32), np.diff(self.starts))


def plain_dictionary(vectors: npt.NDArray[np.float32]) -> Dictionary:
    """Rows that own themselves and cost what they are away."""
    return Dictionary(vectors, np.arange(len(vectors) + 1), np.ones(len(vectors), np.float32))

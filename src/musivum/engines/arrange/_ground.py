"""What is still to be arranged: photos without a cell, and as many free cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

NOBODY = -1


@dataclass(frozen=True, slots=True)
class Ground:
    """A lattice some of whose cells are taken.

    Attributes
    ----------
    free
        (rows, columns) the cells to be filled.
    fixed
        (rows, columns) the photo that holds a cell for good, or -1; a photo may hold several cells.
    photos
        (m,) the photos to be placed, one for each free cell.
    wrap
        Whether the left edge borders on the right one, and the upper on the lower.
    """

    free: npt.NDArray[np.bool_]
    fixed: npt.NDArray[np.int64]
    photos: npt.NDArray[np.int64]
    wrap: bool = False

    def __post_init__(self) -> None:
        assert self.free.shape == self.fixed.shape and np.count_nonzero(self.free) == len(self.photos)
        assert not (self.free & (self.fixed != NOBODY)).any()

    @property
    def cells(self) -> npt.NDArray[np.int64]:
        """(m,) the free cells in reading order, as row * columns + column."""
        return np.flatnonzero(self.free)

    @property
    def places(self) -> npt.NDArray[np.int64]:
        """(m, 2) row and column of the free cells in reading order."""
        return np.argwhere(self.free)

"""Guides: where on the lattice a photo would like to be, beside being among its like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Guide:
    """A wish for a place: a cell gains by a photo the inner product of their coordinates.

    Attributes
    ----------
    photos
        (n, g) what each photo wants, of about -1 to 1.
    cells
        (rows, columns, g) what each cell offers, likewise.
    strength
        Weight against likeness, 0 and more.
    """

    photos: npt.NDArray[np.float32]
    cells: npt.NDArray[np.float32]
    strength: float

"""What is wished for single photos, and for the paper."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from musivum.engines.arrange._blocks import Blocks, Place
from musivum.errors import OptionError

TYPICAL = -1
"""In place of a photo: the one that is most like all others."""

_FEW = 3  # photos: fewer make no ring round a larger one


class Paper(NamedTuple):
    """The picture that is wanted.

    Attributes
    ----------
    width, height
        Most pixels; at least one of them.
    exact
        Whether both are meant to the pixel, with background around the collage where it is of another shape.
    dpi
        Pixels per inch, for lengths on paper.
    """

    width: int | None = 2000
    height: int | None = 2000
    exact: bool = False
    dpi: float = 300

    @property
    def limits(self) -> tuple[int | None, int | None]:
        return self.width, self.height


@dataclass(frozen=True, slots=True)
class Wishes:
    """Photos, as rows of the library, that are to be treated in their own way.

    Attributes
    ----------
    hero
        The photo for the middle, larger than others; `TYPICAL` to choose one.
    pins
        Row and column, from 0, of the first cell of a photo.
    spans
        Cells along each side of a photo, where it is more than one.
    """

    hero: int | None = None
    pins: Mapping[int, Place] = field(default_factory=dict)
    spans: Mapping[int, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.hero is not None or bool(self.pins) or bool(self.spans)

    def blocks(self, names: Sequence[str], hero_cells: int | None) -> Blocks:
        """The same of photos of these names.

        Raises
        ------
        OptionError
            If there is no such photo, no such cell, or a photo has no cells.
        """
        for photo in (*self.pins, *self.spans, *(() if self.hero is None else (self.hero,))):
            if not 0 <= photo < len(names):
                raise OptionError(f"there is no photo {photo} to be placed: the rows are 0 to {len(names) - 1}")
        for photo, (row, column) in self.pins.items():
            if min(row, column) < 0:
                raise OptionError(f"{names[photo]} is pinned to column {column + 1}, row {row + 1}: count from 1")
        for photo, side in self.spans.items():
            if side < 1:
                raise OptionError(f"{names[photo]} is to have {side} x {side} cells: give it 1 or more")
        sides = np.ones(len(names), np.int64)
        for photo, side in self.spans.items():
            sides[photo] = side
        if self.hero is not None and self.hero not in self.spans:
            sides[self.hero] = hero_cells or _hero_cells(len(names), int(sides.max()))
        return Blocks(sides, self.pins, self.hero, names)


def _hero_cells(count: int, largest: int) -> int:
    """A quarter of the side of a square of so many photos, and more than the largest other; one cell among few."""
    return 1 if count < _FEW else max(math.ceil(math.sqrt(count) / 4), largest + 1)

"""From cells to pixels: the size of the canvas, margin, gaps and the bands of the captions."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.engines.arrange._lattice import Lattice
from musivum.engines.arrange._length import Length, length_of
from musivum.errors import OptionError
from musivum.geometry import Size

Limits = tuple[int | None, int | None]
"""Most pixels that the canvas may be wide and high; at least one of them."""


class Spaces(NamedTuple):
    """Whole pixels between photos, around the collage, and below each photo for its caption."""

    gap: int
    margin: int
    band: int


class Sheet(NamedTuple):
    """The canvas that is wanted, and how wide the spaces on it are to be.

    Attributes
    ----------
    limits
        Most pixels in width and height. One side of the canvas is as long as its limit.
    exact
        The canvas is exactly `limits`, both given, with the collage in its middle.
    gap, margin, band
        Lengths such as "12", "12px", "3mm" or "2%" of the shorter side of a cell. `band` is the height under each photo
        that its caption takes.
    dpi
        Pixels per inch of lengths on paper.
    """

    limits: Limits
    exact: bool = False
    gap: str = "0"
    margin: str = "0"
    band: str = "0"
    dpi: float = 300

    def spaces(self, counts: tuple[float, float], cell: float | None) -> Spaces:
        """The spaces in whole pixels, with so many cells (columns, rows) of the aspect `cell`.

        Raises
        ------
        OptionError
            If a length cannot be read, or a limit is missing that an exact canvas or free cells need.
        """
        lengths = [length_of(text, dpi=self.dpi) for text in (self.gap, self.margin, self.band)]
        if (self.exact or cell is None) and None in self.limits:
            raise OptionError("an exact canvas and free cells need both a width and a height: give both")
        side = _shorter_side(counts, self.limits, cell, lengths)
        return Spaces(*(rounded(length.at(side)) for length in lengths))

    def canvas(self, collage: Size) -> tuple[Size, npt.NDArray[np.float64]]:
        """The canvas, and what to add to the boxes of a collage so that it lies in the middle."""
        width, height = self.limits
        if not self.exact or width is None or height is None:
            return collage, np.zeros(4)
        dx, dy = (width - collage.width) // 2, (height - collage.height) // 2
        return Size(width, height), np.array([dx, dy, dx, dy], dtype=np.float64)


class Frame(NamedTuple):
    """A canvas and the places of the photos on it; every edge is a whole pixel.

    Attributes
    ----------
    canvas
        Size of the picture.
    boxes
        (rows, columns, 4) float64 x0, y0, x1, y1 of the cells of a lattice, zeros where its mask has none; (n, 4)
        of the photos of justified rows.
    gap, margin, band
        Pixels between neighbours (and their captions), around the collage, and of the band under each photo.
    """

    canvas: Size
    boxes: npt.NDArray[np.float64]
    gap: int
    margin: int
    band: int

    def captions(self, boxes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """(..., 4) bands under `boxes` (..., 4)."""
        below = np.array(boxes, dtype=np.float64)
        below[..., 1] = boxes[..., 3]
        below[..., 3] = boxes[..., 3] + self.band
        return below


def frame(lattice: Lattice, sheet: Sheet, *, cell: float | None = 1.0) -> Frame:
    """Boxes of a lattice's cells on a canvas of the wanted size.

    All gaps are equally wide to the pixel; the cells take what is left and differ by a pixel at most. A block of cells
    spans from the first one's x0, y0 to the last one's x1, y1, so captions inside it fall away.

    Parameters
    ----------
    lattice
        The cells.
    sheet
        The canvas and its spaces.
    cell
        Width / height of a cell of one unit. None: free, so that the collage fills both limits.

    Raises
    ------
    OptionError
        If a length cannot be read, both limits are needed and one is missing, or no pixel is left for a photo.
    """
    counts = lattice.columns, lattice.rows
    spaces = sheet.spaces(counts, cell)
    width, height = _cell_size(counts, sheet.limits, cell, spaces)
    if min(width, height) < 1:
        raise no_room(int(np.count_nonzero(lattice.mask)), lattice.rows, sheet.limits, spaces)
    collage = Size(
        rounded(lattice.columns * (width + spaces.gap) + 2 * spaces.margin - spaces.gap),
        rounded(lattice.rows * (height + spaces.band + spaces.gap) + 2 * spaces.margin - spaces.gap),
    )
    x = _edges(collage.width, lattice.columns, spaces, lattice.edges)
    rows = np.arange(lattice.rows)[:, None] + np.arange(2)
    y = np.broadcast_to(_edges(collage.height, lattice.rows, spaces, rows)[:, None], x.shape)
    boxes = np.stack([x[..., 0], y[..., 0], x[..., 1], y[..., 1] - spaces.band], axis=2)
    canvas, shift = sheet.canvas(collage)
    return Frame(canvas, np.where(lattice.mask[..., None], boxes + shift, 0.0), *spaces)


def no_room(photos: int, rows: int, limits: Limits, spaces: Spaces) -> OptionError:
    """What to raise where so many photos in so many rows would be smaller than a pixel."""
    width, height = limits
    if width is None:
        size = f"a height of {height:,}"
    elif height is None:
        size = f"a width of {width:,}"
    else:
        size = f"{width:,} x {height:,}"
    return OptionError(
        f"{photos:,} {'photo' if photos == 1 else 'photos'} in {rows:,} {'row' if rows == 1 else 'rows'} with gaps of"
        f" {spaces.gap}, margins of {spaces.margin} and captions of {spaces.band} pixels"
        f" {'does' if photos == 1 else 'do'} not fit {size} pixels: ask for a larger picture, smaller gaps or fewer"
        " photos"
    )


def _shorter_side(counts: tuple[float, float], limits: Limits, cell: float | None, lengths: list[Length]) -> float:
    """Shorter side s of a cell before rounding: both sides of the collage are linear in it."""
    gap, margin, band = lengths
    sides = []
    for axis, (count, limit) in enumerate(zip(counts, limits, strict=True)):
        if limit is None:
            continue
        fixed = [2 * margin.pixels, (count - 1) * gap.pixels, axis * count * band.pixels]
        share = [2 * margin.share, (count - 1) * gap.share, axis * count * band.share]
        ratio = 1.0 if cell is None else max(cell, 1.0) if axis == 0 else max(1 / cell, 1.0)
        sides.append((limit - sum(fixed)) / (count * ratio + sum(share)))
    return max(0.0, min(sides))


def _cell_size(counts: tuple[int, int], limits: Limits, cell: float | None, spaces: Spaces) -> tuple[float, float]:
    """Width and height of a cell of one unit between whole gaps."""
    sizes = []
    for axis, (count, limit) in enumerate(zip(counts, limits, strict=True)):
        room = math.inf if limit is None else limit - 2 * spaces.margin - (count - 1) * spaces.gap
        sizes.append(room / count - axis * spaces.band)
    if cell is None:
        return sizes[0], sizes[1]
    width = min(sizes[0], sizes[1] * cell)
    return width, width / cell


def _edges(
    side: int, count: int, spaces: Spaces, places: npt.NDArray[np.float64] | npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Whole pixels of (..., 2) first and last edges given in cells; a gap follows each cell."""
    pitch = (side - 2 * spaces.margin + spaces.gap) / count
    edges = spaces.margin + np.floor(places * pitch + 0.5)
    edges[..., 1] -= spaces.gap
    return np.asarray(edges, dtype=np.float64)


def rounded(number: float) -> int:
    return math.floor(number + 0.5)

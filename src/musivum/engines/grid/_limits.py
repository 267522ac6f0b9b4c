"""Limits on the use of tiles, made to hold for the cells and tiles there are."""

from __future__ import annotations

import math
from dataclasses import dataclass

from musivum.engines.grid._options import GridOptions

_ROOM = 1.5  # tiles wanted per cell of a spacing square, so that the last cells still find one
_EVEN = 1.5  # times its even share that a tile may be used when nobody says how often


@dataclass(frozen=True, slots=True)
class Limits:
    """How often and how near a tile may repeat; `relaxed` tells in words what was asked and could not be had.

    When the library is too small, spacing gives way first, then copies, then the use of every photo.
    """

    copies: int
    spacing: float
    use_all: bool
    relaxed: tuple[str, ...] = ()


def feasible_limits(options: GridOptions, cells: int, tiles: int) -> Limits:
    """Settle the limits for `cells` cells and `tiles` tiles.

    With no copies asked for, a tile may be used up to one and a half times its even share.
    """
    relaxed = []
    widest = math.sqrt(tiles / _ROOM)
    spacing = options.spacing
    if spacing > 1 and spacing > widest:
        spacing = max(1.0, math.floor(widest))
        relaxed.append(
            f"spacing {options.spacing:g} -> {spacing:g}: it needs {math.ceil(_ROOM * options.spacing**2)} photos"
        )
    least = math.ceil(cells / tiles)
    copies = math.ceil(_EVEN * cells / tiles) if options.copies is None else options.copies or cells
    if copies < least:
        relaxed.append(f"copies {copies} -> {least}: {cells} cells and {tiles} photos")
        copies = least
    use_all = options.use_all
    if use_all and tiles > cells:
        relaxed.append(f"use all -> the best {cells} of {tiles} photos: there are {cells} cells")
        copies, use_all = 1, False
    return Limits(copies, spacing, use_all, tuple(relaxed))

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

    When the library is too small for copies, more are allowed; when it is too small for the spacing, that is narrowed;
    when there are fewer cells than photos, not every photo is used.
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
    least = math.ceil(cells / tiles)
    copies = math.ceil(_EVEN * cells / tiles) if options.copies is None else options.copies or cells
    if copies < least:
        relaxed.append(f"copies {copies} -> {least}: there are {cells} cells and only {tiles} to fill them")
        copies = least
    spacing, widest = options.spacing, math.sqrt(tiles / _ROOM)
    if copies > 1 and spacing > 1 and widest < spacing:
        spacing = max(1.0, math.floor(widest))
        wanted = math.ceil(_ROOM * options.spacing**2)
        relaxed.append(f"spacing {options.spacing:g} -> {spacing:g}: it needs {wanted} photos and there are {tiles}")
    use_all = options.use_all
    if use_all and tiles > cells:
        relaxed.append(f"use all -> the best {cells} of {tiles} photos: there are {cells} cells")
        copies, use_all = 1, False
    return Limits(copies, spacing, use_all, tuple(relaxed))

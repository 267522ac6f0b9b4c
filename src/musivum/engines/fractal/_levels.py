"""The sizes of a mosaic's photos, from the largest down, and what is asked of each."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from musivum.engines.fractal._options import FractalOptions
from musivum.geometry import Size

USUAL = 0.05
"""OKLab RMS allowed at detail 0.5."""

_STEP = math.sqrt(2)  # of one level's side to the next one's
_RANGE = 4.0  # from detail 0 to 1
_COPIES = (1, 1, 2, 2, 3, 4, 6, 8, 12, 16, 24, 32)  # of one photo among a thousand, up to and with a level
_FEW = 1000
_LAX = 2  # last levels that lower their standards if all must be covered
_LAX_OVERLAP, _LAX_FACTOR = 0.4, 2.0
_ANYTHING = 10.0  # OKLab RMS that nothing exceeds

_UNLIMITED = 2**31 - 1  # copies of one photo, where nobody counts them


@dataclass(frozen=True, slots=True)
class Level:
    """Photos of one size.

    Attributes
    ----------
    side
        Root of a photo's area, in pixels of the canvas.
    threshold
        Largest error allowed where the target is smooth: OKLab RMS.
    overlap
        Most of a photo that may lie under those placed before, 0..1.
    copies
        Most uses of one photo up to and with this level.
    """

    side: float
    threshold: float
    overlap: float
    copies: int

    def row(self, locations: int, poses: int, placements: int, coverage: float) -> dict[str, Any]:
        """What the statistics of a plan say of it."""
        counts = {"locations": locations, "poses": poses, "placements": placements, "coverage": coverage}
        return asdict(self) | counts


def levels_of(options: FractalOptions, canvas: Size, tiles: int) -> tuple[Level, ...]:
    """Lay out the levels that the options ask for, largest first."""
    count = 1 + math.floor(math.log(options.largest / options.smallest) / math.log(_STEP) + 1e-9)
    threshold = USUAL * _RANGE ** (0.5 - options.detail)
    levels = []
    for i in range(count):
        left = count - i if options.fill == "all" else math.inf
        levels.append(
            Level(
                side=options.largest * min(canvas) / _STEP**i,
                threshold=_ANYTHING if left == 1 else threshold * (_LAX_FACTOR if left <= _LAX else 1),
                overlap=max(options.overlap, _LAX_OVERLAP) if left <= _LAX else options.overlap,
                copies=_copies(options, i, tiles),
            )
        )
    return tuple(levels)


def gap_level(options: FractalOptions, levels: tuple[Level, ...], number: int) -> Level:
    """What is asked of photos that fill the last gaps from below, in a round counted from 0.

    The first round fills with photos of twice the smallest size; each may use them twice as often as the one before.
    """
    asked = options.most_copies(2**31)
    copies = min(levels[-1].copies * 2 ** (number + 1), _UNLIMITED) if asked is None else asked
    return Level(levels[max(-3, -len(levels)) if number == 0 else -1].side, _ANYTHING, 1.0, copies)


def _copies(options: FractalOptions, level: int, tiles: int) -> int:
    asked = options.most_copies(level)
    if asked is not None:
        return asked
    usual: int = _COPIES[min(level, len(_COPIES) - 1)] * 2 ** max(0, level + 1 - len(_COPIES))
    return math.ceil(usual * max(1.0, _FEW / tiles))

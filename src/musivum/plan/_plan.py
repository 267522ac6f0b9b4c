"""The plan: a mosaic before it is a picture."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from musivum.errors import PlanError
from musivum.geometry import Size
from musivum.plan._alternates import Alternates
from musivum.plan._captions import Captions
from musivum.plan._columns import FARTHEST
from musivum.plan._fit import bounds
from musivum.plan._placements import Placement, Placements, TileTable

OUTLINES = ("box", "hexagon")
"""Shapes a placement's crop can be cut to: the whole crop, or the pointy-top hexagon that its box bounds."""

BACKGROUNDS = ("target", "transparent")
"""What may show where no placement is, beside a colour: the target, stretched over the canvas, or nothing."""

Background = tuple[int, int, int] | str

_LONGEST_SIDE = 10**7
_THINNEST = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Everything to draw a mosaic again at any size, given the library its tiles came from.

    Attributes
    ----------
    canvas
        Size in pixels at scale 1.
    background
        What shows where no placement covers the canvas: sRGB bytes, or one of `BACKGROUNDS`.
    outline
        One of `OUTLINES`.
    tint, overlay
        Strengths 0..1 that the plan is drawn with unless the caller says otherwise.
    gap
        Canvas pixels left free between neighbouring cells.
    tiles, placements, alternates
        See there; placements are in painting order.
    target
        The target as a small JPEG, for overlay, background and report; may be empty.
    recipe
        JSON: how to make the plan again (engine, options, seed, digests).
    statistics
        JSON: what the engine reports.
    grey
        Whether it is drawn in grey unless the caller says otherwise.
    corner
        Radius of the rounded corners of every placement, 0..0.5 of the shorter side of its drawn crop; hexagons have
        none.
    captions
        Text over everything else; see there.

    Raises
    ------
    PlanError
        If the parts contradict each other.
    """

    canvas: Size
    background: Background
    outline: str
    tint: float
    overlay: float
    gap: float
    tiles: TileTable
    placements: Placements
    alternates: Alternates
    target: bytes
    recipe: dict[str, Any]
    statistics: dict[str, Any]
    grey: bool = False
    corner: float = 0.0
    captions: Captions = field(default_factory=Captions.none)

    def __post_init__(self) -> None:
        if self.canvas.width < 1 or self.canvas.height < 1:
            raise PlanError(f"the plan's canvas of {self.canvas.width} x {self.canvas.height} has no pixels")
        if max(self.canvas) > _LONGEST_SIDE:
            raise PlanError(f"the plan's canvas has a side of more than {_LONGEST_SIDE:,} pixels")
        check_background(self.background)
        if self.outline not in OUTLINES:
            raise PlanError(f"the plan's outline {self.outline!r} is not one of {', '.join(OUTLINES)}")
        for name in ("tint", "overlay"):
            if not 0 <= getattr(self, name) <= 1:
                raise PlanError(f"the plan's {name} {getattr(self, name)} leaves 0..1")
        if not 0 <= self.gap <= _LONGEST_SIDE:
            raise PlanError("the plan's gap is not a length on its canvas")
        if not 0 <= self.corner <= 0.5:
            raise PlanError(f"the plan's corner {self.corner} leaves 0..0.5")
        if self.corner > 0 and self.outline == "hexagon":
            raise PlanError("the plan rounds the corners of hexagons, which cannot be drawn")
        self.placements.check_tiles(self.tiles)
        box = bounds(self.placements)
        sides = self.placements.transform[:, :1] * (self.placements.crop[:, 2:] - self.placements.crop[:, :2])
        if (np.abs(box) > FARTHEST).any() or (sides < _THINNEST).any():
            raise PlanError("the plan's columns 'crop' and 'transform' make a box that is too far off or too thin")
        self.alternates.check_places(self.placements, self.tiles)

    def select(self, rows: npt.ArrayLike) -> Self:
        """The plan with these placements only, in this order; the table of tiles stays."""
        return replace(self, placements=self.placements.select(rows), alternates=self.alternates.select(rows))

    def placement(self, i: int) -> Placement:
        """Placement i in painting order, as a record."""
        return self.placements[i]


def check_background(background: Background) -> None:
    """Raise PlanError unless it is three bytes or one of `BACKGROUNDS`."""
    if isinstance(background, str):
        if background not in BACKGROUNDS:
            raise PlanError(
                f"the plan's background {background!r} is no colour and not one of {', '.join(BACKGROUNDS)}"
            )
    elif not all(0 <= byte <= 255 for byte in background):
        raise PlanError("the plan's background is not three bytes")

"""What a person may ask of the arrange engine."""

from __future__ import annotations

from dataclasses import dataclass

from musivum.engines._ratio import ratio
from musivum.engines.arrange._flows import FLOWS
from musivum.engines.arrange._lattice import LASTS, Last
from musivum.engines.arrange._length import length_of
from musivum.engines.arrange._methods import METHODS
from musivum.engines.arrange._settings import EFFORTS
from musivum.errors import OptionError
from musivum.features import parse_mixture
from musivum.plan import Background
from musivum.raster import colour_bytes
from musivum.threads import check_workers

LAYOUTS = ("grid", "rows")

_ASPECT = 4 / 3
_MOST_CELLS = 10**5


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangeOptions:
    """Options of the arrange engine; written into the recipe of its plans.

    Parameters
    ----------
    method
        How photos are put in order: sorted (linear assignment sorting), shells (ring by ring) or curve (one line).
    effort
        How long sorting may take: fast, normal or best.
    features
        What likeness is: extractors with weights, such as grid1, grid4, pixels, or grid2 + cnn*0.5.
    dimensions
        How many principal components of the features to compare; 0 for all.
    chroma
        How much a difference of colour counts against one of lightness.
    flow
        Which way likeness runs: free, outward (the default where there is a hero), wheel (of hues) or light (on top).
    pull
        How strongly, 0 to 10; 1 is as strong as likeness.
    wrap
        Let likeness run on over opposite edges, for patterns that repeat.
    layout
        What photos are laid into: grid (cells of one shape) or rows (lines of photos in their own shapes).
    aspect
        Wanted width:height of the collage, such as 4:3 or 1:1; by default that of the picture asked for, or 4:3.
    columns
        Cells in a line.
    rows
        Number of lines.
    cell
        Width:height of the cells, such as 1:1 or 3:2, or free (they fill the wanted shape).
    last
        Photos that fill no line: spread (lines are widened), centre, fill (with repeats) or trim (leave some out).
    whole
        Show whole photos inside their cells, with background at their sides, and cut nothing off.
    hero_cells
        Cells along each side of the hero; by default about a quarter of those along the collage's sides.
    gap
        Space between photos: 2% (of a cell), 12 (pixels) or 3mm.
    margin
        Space around the collage, likewise.
    corner
        Radius of rounded corners, as a share of the photo's shorter side, 0 to 0.5 (round).
    background
        Colour between the photos: a name, #rrggbb, or transparent.
    caption
        Height of the line under each photo, where there are captions: 15% (of a cell), pixels or millimetres.
    caption_colour
        Colour of the captions; by default black or white, whichever shows.
    seed
        Another number, another arrangement.
    workers
        Threads; changes the speed, never the plan. By default as many as there are processors.
    """

    method: str = "sorted"
    effort: str = "normal"
    features: str = "grid2"
    dimensions: int = 32
    chroma: float = 2.0
    flow: str | None = None
    pull: float = 1.0
    wrap: bool = False
    layout: str = "grid"
    aspect: str = "auto"
    columns: int | None = None
    rows: int | None = None
    cell: str = "1:1"
    last: Last = "spread"
    whole: bool = False
    hero_cells: int | None = None
    gap: str = "0"
    margin: str = "0"
    corner: float = 0.0
    background: str = "white"
    caption: str = "15%"
    caption_colour: str = "auto"
    seed: int = 0
    workers: int | None = None

    def __post_init__(self) -> None:
        for name, low, high in (
            ("dimensions", 0, 10**4),
            ("chroma", 0, 100),
            ("pull", 0, 10),
            ("columns", 1, _MOST_CELLS),
            ("rows", 1, _MOST_CELLS),
            ("hero_cells", 1, 100),
            ("corner", 0, 0.5),
            ("seed", 0, 2**32 - 1),
        ):
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise OptionError(f"{name} is {value}: it must be between {low} and {high}")
        for name, names in (
            ("method", METHODS),
            ("effort", EFFORTS),
            ("flow", FLOWS),
            ("layout", LAYOUTS),
            ("last", LASTS),
        ):
            value = getattr(self, name)
            if value is not None and value not in names:
                raise OptionError(f'{name} is "{value}": it must be one of {", ".join(names)}')
        if self.flow not in (None, "free") and self.method != "sorted":
            raise OptionError(f"flow {self.flow} is for method sorted: leave it out, or method {self.method}")
        parse_mixture(self.features)
        for text in (self.gap, self.margin, self.caption):
            length_of(text, dpi=300)
        if self.aspect != "auto":
            ratio("aspect", self.aspect, otherwise="auto")
        _ = self.cell_aspect, self.ground
        if self.caption_colour != "auto":
            colour_bytes(self.caption_colour)
        check_workers(self.workers)

    @property
    def cell_aspect(self) -> float | None:
        """Width over height of the cells; None where they may take any."""
        return None if self.cell == "free" else ratio("cell", self.cell, otherwise="free")

    @property
    def ground(self) -> Background:
        """What shows between the photos: sRGB bytes, or "transparent"."""
        return self.background if self.background == "transparent" else colour_bytes(self.background)

    def wanted_aspect(self, width: int | None, height: int | None, exact: bool) -> float:
        """Width over height of the collage, on a canvas within these limits."""
        if self.aspect != "auto":
            return ratio("aspect", self.aspect, otherwise="auto")
        return width / height if exact and width and height else _ASPECT

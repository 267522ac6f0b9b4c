"""What a person may ask of the grid engine."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from musivum.engines._ratio import ratio
from musivum.engines.grid._colour import COLOURS
from musivum.errors import OptionError
from musivum.features import METRICS, parse_mixture
from musivum.search import choose_search
from musivum.threads import check_workers

_MOST_KEPT = 4096
OFFSETS = ("none", "brick", "hexagon")


@dataclass(frozen=True, slots=True, kw_only=True)
class GridOptions:
    """Options of the grid engine; written into the recipe of its plans.

    Parameters
    ----------
    tiles
        About how many cells the mosaic has; used when neither columns, rows nor cell are given.
    columns
        Cells across. With --adaptive: the finest cells.
    rows
        Cells down. With columns too, cells take whatever shape that gives.
    cell
        Width of a cell in pixels of the output.
    aspect
        Shape of a cell, width:height, such as 1:1, 3:2 or 2:3, or "free" to share the target's own.
    offset
        Arrangement of the rows: none, brick (every other row moved by half a cell) or hexagon (honeycomb).
    adaptive
        How often cells may double where the target is smooth: 0 (all alike) to 4.
    copies
        Most uses of one photo; 0 for no limit. By default as few as the library comfortably allows.
    spacing
        Nearest two uses of one photo may come, in cells, turned and mirrored ones included; 1 lets them touch.
    use_all
        Use every photo at least once, if there are cells enough.
    crops
        Most crops tried of each photo.
    zoom
        Smallest crop, as a share of the largest that fits the cell's shape; 1 tries only the largest.
    focus
        Price of cutting off what draws the eye in a photo, 0 (none) and up.
    mirror
        Also try photos mirrored left to right.
    turns
        Also try photos turned by quarters.
    colour
        What is done to a photo's colours: tint, none, gain, multiply, multiply-grey or fit (for generated tiles).
    tint
        How strongly that is done, 0 (not at all) to 1 (all the way). By default 0.5 for tint, 1 for the others.
    overlay
        Share of the target blended over the finished mosaic, 0 (none) to 1.
    features
        What is compared: extractors with weights, such as "grid8*1 + cnn*0.3".
    metric
        How it is compared: l2 (distance), cosine, dot, or absdot (a photo may then be matched to its negative).
    compress
        Numbers kept of each vector: how many, or a share of the energy (0.99, in at most 64), or none for all.
    rerank
        Best photos of each cell that are compared again by their whole vectors; 0 for none.
    search
        How the nearest photos are found: auto, exact, faiss or torch.
    chroma
        Weight of colour against lightness in matching colour grids.
    structure
        Weight of edges against areas in matching colour grids.
    shift_price
        Price of the colour shift that the tint or gain will cause, against the error that it leaves.
    dedupe
        Use only the largest of photos that look the same.
    workers
        Threads; changes the speed, never the plan. By default as many as there are processors.
    """

    tiles: int = 3600
    columns: int | None = None
    rows: int | None = None
    cell: float | None = None
    aspect: str = "1:1"
    offset: str = "none"
    adaptive: int = 0
    copies: int | None = None
    spacing: float = 4
    use_all: bool = False
    crops: int = 24
    zoom: float = 0.5
    focus: float = 0.15
    mirror: bool = False
    turns: bool = False
    colour: str = "tint"
    tint: float | None = None
    overlay: float = 0.0
    features: str = "grid8"
    metric: str = "l2"
    compress: str = "32"
    rerank: int = 0
    search: str = "auto"
    chroma: float = 2.0
    structure: float = 0.3
    shift_price: float = 1.0
    dedupe: bool = False
    workers: int | None = None

    def __post_init__(self) -> None:
        for name, low, high in (
            ("tiles", 1, 10**7),
            ("columns", 1, 10**5),
            ("rows", 1, 10**5),
            ("cell", 1, 10**5),
            ("adaptive", 0, 4),
            ("copies", 0, 10**7),
            ("spacing", 0, 1000),
            ("crops", 1, 64),
            ("zoom", 0.2, 1),
            ("focus", 0, 100),
            ("tint", 0, 1),
            ("overlay", 0, 1),
            ("rerank", 0, 1000),
            ("chroma", 0, 100),
            ("structure", 0, 100),
            ("shift_price", 0, 100),
        ):
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise OptionError(f"{name} is {value}: it must be between {low} and {high}")
        for name, names in (("offset", OFFSETS), ("colour", COLOURS), ("metric", METRICS)):
            value = getattr(self, name)
            if value not in names:
                raise OptionError(f'{name} is "{value}": it must be one of {", ".join(names)}')
        if self.colour == "none" and self.tint:
            raise OptionError(f"colour none leaves photos as they are: leave out tint {self.tint:g}, or colour none")
        check_workers(self.workers)
        choose_search(self.search, 0)
        parse_mixture(self.features)
        _ = self.kept
        if self.adaptive and self.offset != "none":
            raise OptionError(f"adaptive cells cannot be offset: leave out adaptive or offset {self.offset}")
        if self.offset == "hexagon" and self.aspect != "1:1":
            raise OptionError(f"aspect {self.aspect} does not go with hexagons, which are regular: leave it out")
        self.cell_aspect(1.0)

    @property
    def strength(self) -> float:
        """How strongly the colour mode is applied, 0..1."""
        return COLOURS[self.colour].strength if self.tint is None else self.tint

    @property
    def kept(self) -> float | None:
        """What the compression keeps: dimensions (1 and more), a share of the energy (below 1), or None for all."""
        if self.compress == "none":
            return None
        value = float(self.compress) if re.fullmatch(r"0?\.\d+|\d+", self.compress, re.ASCII) else math.nan
        if not (0 < value < 1 or 1 <= value <= _MOST_KEPT):
            raise OptionError(
                f'compress is "{self.compress}": write how many numbers to keep, a share of the energy (0.99) or none'
            )
        return value

    def cell_aspect(self, target: float) -> float:
        """Width over height of a cell, given that of the target."""
        return target if self.aspect == "free" else ratio("aspect", self.aspect, otherwise="free")

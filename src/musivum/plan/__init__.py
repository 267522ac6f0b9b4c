"""A mosaic as data: placements in painting order, everything to draw them again, and how they came to be."""

from musivum.plan._file import load_plan, save_plan
from musivum.plan._fit import bounds, fit_crops
from musivum.plan._placements import Alternates, Placement, Placements, TileTable
from musivum.plan._plan import OUTLINES, Plan

__all__ = [
    "OUTLINES",
    "Alternates",
    "Placement",
    "Placements",
    "Plan",
    "TileTable",
    "bounds",
    "fit_crops",
    "load_plan",
    "save_plan",
]

"""A mosaic as data: placements in painting order, everything to draw them again, and how they came to be."""

from musivum.plan._alternates import Alternates
from musivum.plan._captions import Captions, caption_text
from musivum.plan._file import load_plan, save_plan
from musivum.plan._fit import Rectangles, bounds, fit_crops, rectangles
from musivum.plan._instead import instead
from musivum.plan._placements import Placement, Placements, TileTable
from musivum.plan._plan import BACKGROUNDS, OUTLINES, Background, Plan

__all__ = [
    "BACKGROUNDS",
    "OUTLINES",
    "Alternates",
    "Background",
    "Captions",
    "Placement",
    "Placements",
    "Plan",
    "Rectangles",
    "TileTable",
    "bounds",
    "caption_text",
    "fit_crops",
    "instead",
    "load_plan",
    "rectangles",
    "save_plan",
]

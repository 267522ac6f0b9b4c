"""A mosaic as data: placements in painting order, everything to draw them again, and how they came to be."""

from musivum.plan._alternates import Alternates
from musivum.plan._captions import Captions, caption_text
from musivum.plan._edit import FITTED, Finds, exchange, forget, mentioned, offered, put, show, without
from musivum.plan._file import load_plan, save_plan
from musivum.plan._fit import Rectangles, bounds, fit_crops, rectangles
from musivum.plan._instead import instead
from musivum.plan._placements import Placement, Placements, TileTable
from musivum.plan._plan import BACKGROUNDS, OUTLINES, Background, Plan
from musivum.plan._repeats import Repeats, breaking, unlimited, uses_of

__all__ = [
    "BACKGROUNDS",
    "FITTED",
    "OUTLINES",
    "Alternates",
    "Background",
    "Captions",
    "Finds",
    "Placement",
    "Placements",
    "Plan",
    "Rectangles",
    "Repeats",
    "TileTable",
    "bounds",
    "breaking",
    "caption_text",
    "exchange",
    "fit_crops",
    "forget",
    "instead",
    "load_plan",
    "mentioned",
    "offered",
    "put",
    "rectangles",
    "save_plan",
    "show",
    "unlimited",
    "uses_of",
    "without",
]

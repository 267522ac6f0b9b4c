"""The verbs: what a person can do with musivum, as plain functions that read files, fill defaults and raise."""

from musivum.api._about import Likeness, library_about
from musivum.api._arrange import arrange
from musivum.api._calibrate import library_calibrate
from musivum.api._compare import Comparison, Variant, compare
from musivum.api._demo import Demo, demo, demo_target
from musivum.api._editing import Change, Edited, edit
from musivum.api._fractal import fractal
from musivum.api._generate import library_generate
from musivum.api._grid import grid
from musivum.api._library import (
    index,
    library_duplicates,
    library_files,
    library_info,
    library_prune,
    library_verify,
)
from musivum.api._mosaic import Mosaic
from musivum.api._render import render
from musivum.api._report import report
from musivum.api._size import OutputSize
from musivum.export import Picture

__all__ = [
    "Change",
    "Comparison",
    "Demo",
    "Edited",
    "Likeness",
    "Mosaic",
    "OutputSize",
    "Picture",
    "Variant",
    "arrange",
    "compare",
    "demo",
    "demo_target",
    "edit",
    "fractal",
    "grid",
    "index",
    "library_about",
    "library_calibrate",
    "library_duplicates",
    "library_files",
    "library_generate",
    "library_info",
    "library_prune",
    "library_verify",
    "render",
    "report",
]

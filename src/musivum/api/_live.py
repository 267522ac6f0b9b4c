"""A drawing of a mosaic that is still being planned, in a file that an image viewer may watch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from musivum.export import export
from musivum.geometry import Size
from musivum.library import Library
from musivum.plan import Plan

_LONG_SIDE = 800


def live_scale(canvas: Size) -> float:
    """Scale at which a mosaic of this size is drawn while it is being planned."""
    return min(1.0, _LONG_SIDE / max(canvas))


def live_drawing(path: Path, library: Library, *, workers: int | None) -> Callable[[Plan], None]:
    """A function that draws a plan into the file, small and out of thumbnails; readers never see half a picture."""
    # Photos whose files count as gone are drawn from thumbnails: opening the files again and again would take long.
    without_files = replace(library, stamps=np.full_like(library.stamps, -1))

    def rewrite(plan: Plan) -> None:
        export(plan, without_files, path, scale=live_scale(plan.canvas), workers=workers)

    return rewrite

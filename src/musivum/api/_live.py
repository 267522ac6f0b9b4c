"""A drawing of a mosaic that is still being planned, in a file that an image viewer may watch."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from musivum.export import Look, export
from musivum.geometry import Size
from musivum.library import Library
from musivum.plan import Plan

_LONG_SIDE = 800
_SHARE = 0.05  # of the time, above which an unfinished mosaic is not drawn again


def live_scale(canvas: Size) -> float:
    """Scale at which a mosaic of this size is drawn while it is being planned."""
    return min(1.0, _LONG_SIDE / max(canvas))


class LiveDrawing:
    """Draws plans into one file, small and out of thumbnails; readers never see half a picture.

    Called with an unfinished plan, it draws it unless nothing is placed yet, or drawing has taken more than a twentieth
    of the time so far.
    """

    def __init__(self, path: Path, library: Library, *, workers: int | None) -> None:
        self._path, self._workers = path, workers
        # Photos whose files count as gone are drawn from thumbnails: opening the files again and again would take long.
        self._library = replace(library, stamps=np.full_like(library.stamps, -1))
        self._start = time.perf_counter()
        self._spent = 0.0

    def __call__(self, plan: Plan) -> None:
        begun = time.perf_counter()
        if len(plan.placements) and self._spent <= _SHARE * (begun - self._start):
            self.draw(plan)
            self._spent += time.perf_counter() - begun

    def draw(self, plan: Plan) -> None:
        """Draw a plan whatever it takes."""
        export(plan, self._library, self._path, Look(scale=live_scale(plan.canvas), workers=self._workers))

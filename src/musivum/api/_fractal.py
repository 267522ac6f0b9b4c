"""The verb of the fractal engine."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from musivum.api._library import AnyPath
from musivum.api._live import LiveDrawing
from musivum.api._mosaic import TARGET_SIDE, Mosaic, make_mosaic
from musivum.api._request import Request
from musivum.api._size import OutputSize
from musivum.geometry import Size
from musivum.library import Library
from musivum.plan import Plan
from musivum.progress import Progress, silent

if TYPE_CHECKING:
    from musivum.engines.fractal import FractalOptions

_PER_PHOTO = 12  # pixels of the target that are worth having across the smallest photo


def fractal(
    target: AnyPath,
    output: AnyPath | None = None,
    *,
    plan: AnyPath | None = None,
    library: AnyPath | None = None,
    photos: Sequence[AnyPath] = (),
    options: FractalOptions | None = None,
    size: OutputSize | None = None,
    importance: AnyPath | None = None,
    weight: AnyPath | None = None,
    about: Sequence[str] = (),
    keep: float | None = None,
    live: AnyPath | None = None,
    quality: int = 92,
    progress: Progress = silent,
) -> Mosaic:
    """Make a free-form mosaic: photos of many sizes anywhere, at any angle, where they fit the target.

    Parameters
    ----------
    target, output, plan, library, photos, size, weight, about, keep, quality
        As `grid` takes them.
    options
        Of the engine.
    importance
        Grey picture: where it is bright, photos must match better.
    live
        Picture that shows the mosaic as it grows, at most 800 pixels a side: rewritten after every level, or every few
        where drawing would take more than a twentieth of the time, and in the end.

    Raises
    ------
    UnreadableImage, LibraryError, OptionError
        If the target, the library or the options do not do.
    """
    from musivum.engines.fractal import FractalOptions, plan_fractal

    options = options or FractalOptions()
    request = Request(
        output=output,
        plan=plan,
        library=library,
        photos=photos,
        size=size or OutputSize(),
        weight=weight,
        about=about,
        keep=keep,
        quality=quality,
        live=live,
    )

    def engine(
        target: npt.NDArray[np.uint8],
        library: Library,
        *,
        canvas: Size,
        importance: npt.NDArray[np.uint8] | None,
        weights: npt.NDArray[np.float64] | None,
        progress: Progress,
    ) -> Plan:
        path = request.live_path
        drawing = None if path is None else LiveDrawing(path, library, workers=options.workers)
        made = plan_fractal(
            target,
            library,
            options,
            canvas=canvas,
            importance=importance,
            weights=weights,
            progress=progress,
            live=drawing,
        )
        if drawing is not None:
            drawing.draw(made)
        return made

    return make_mosaic(
        request,
        target,
        engine,
        importance=importance,
        short_side=max(TARGET_SIDE, math.ceil(_PER_PHOTO / options.smallest)),
        channels=4 if options.ground == "transparent" else 3,
        workers=options.workers,
        progress=progress,
    )

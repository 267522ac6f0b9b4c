"""The verb of the grid engine."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from musivum.api._library import AnyPath
from musivum.api._mosaic import TARGET_SIDE, Mosaic, make_mosaic
from musivum.api._request import Request
from musivum.api._size import OutputSize
from musivum.progress import Progress, silent

if TYPE_CHECKING:
    from musivum.engines.grid import GridOptions

_PER_CELL = 16  # pixels of the target that are worth having for one cell


def grid(
    target: AnyPath,
    output: AnyPath | None = None,
    *,
    plan: AnyPath | None = None,
    library: AnyPath | None = None,
    photos: Sequence[AnyPath] = (),
    options: GridOptions | None = None,
    size: OutputSize | None = None,
    importance: AnyPath | None = None,
    weight: AnyPath | None = None,
    about: Sequence[str] = (),
    keep: float | None = None,
    quality: int = 92,
    progress: Progress = silent,
) -> Mosaic:
    """Make a photographic mosaic: the target in cells, a photo in each.

    Parameters
    ----------
    target
        The picture to resemble.
    output
        File to write; the suffix, one of `EXPORTERS`, chooses the format. May be left out if a plan is asked for.
    plan
        Plan file to write: with it the mosaic can be drawn again and reported on.
    library
        Library of photos; the built-in one when neither this nor `photos` is given.
    photos
        In place of a library: folders that are indexed into the user's cache first.
    options
        Of the engine.
    size
        Of the picture.
    importance
        Grey picture: where it is bright, the best photos go.
    weight
        Text file of favourites and bans, lines of a weight and a pattern.
    about
        Example pictures, or texts: only the photos that are most like them are used; see `likeness`.
    keep
        How many: a share if below 1, else a number; a quarter of the library by default.
    quality
        1 to 100, for JPEG and WebP.

    Raises
    ------
    UnreadableImage, LibraryError, OptionError
        If the target, the library or the options do not do.
    """
    from musivum.engines.grid import GridOptions, plan_grid

    options = options or GridOptions()
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
    )
    return make_mosaic(
        request,
        target,
        partial(plan_grid, options=options),
        importance=importance,
        short_side=_worthwhile_side(options),
        workers=options.workers,
        progress=progress,
    )


def _worthwhile_side(options: GridOptions) -> int:
    across = max(options.columns or 0, options.rows or 0, math.isqrt(options.tiles))
    return max(TARGET_SIDE, _PER_CELL * across)

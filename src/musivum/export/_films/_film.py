"""Films: the mosaic being built, or zoomed into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from musivum.errors import OptionError
from musivum.export._films._build import build
from musivum.export._films._options import FilmOptions
from musivum.export._films._zoom import reveal, zoom
from musivum.export._look import Look, Picture
from musivum.geometry import Size
from musivum.library import Library
from musivum.plan import Plan
from musivum.progress import Progress
from musivum.raster import check_film, film_size, write_film

Frames = Iterator[npt.NDArray[np.uint8]]

FILMS: dict[str, Callable[[Plan, Library, Look, FilmOptions], Frames]] = {
    "build": build,
    "zoom": zoom,
    "reveal": reveal,
}
"""What a film can show; each yields `FilmOptions.count` frames (h, w, 3) of the size of the drawing."""

FILM_SIDE = 1280
"""Pixels of the longer side unless the person says otherwise."""


def check_filming(
    path: Path, size: Size, *, channels: int, options: FilmOptions | None = None, quality: int, dpi: float | None
) -> None:
    """Raise OptionError unless such a film can be written there."""
    options = options or FilmOptions()
    if options.film not in FILMS:
        raise OptionError(f"film {options.film} is not one of {', '.join(FILMS)}")
    if channels == 4:
        raise OptionError(f"cannot write {path}: a film cannot be transparent; choose another background")
    check_film(path, size, fps=options.fps, quality=quality)


def film(
    plan: Plan,
    library: Library,
    path: Path,
    look: Look,
    *,
    options: FilmOptions | None = None,
    quality: int,
    dpi: float | None,
    progress: Progress,
) -> Picture:
    """Film a plan: frames are drawn as the film is coded, so few are held at a time."""
    options = options or FilmOptions()
    size = plan.canvas.scaled(look.scale)
    frames = _told(FILMS[options.film](plan, library, look, options), options.count, progress)
    write_film(path, frames, options.count, size, fps=options.fps, quality=quality)
    return Picture(path, film_size(path, size), None)


def _told(frames: Frames, count: int, progress: Progress) -> Frames:
    for done, frame in enumerate(frames):
        progress("filming", done, count)
        yield frame
    progress("filming", count, count)

"""A plan to a picture file, in strips."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from musivum.api._size import OutputSize
from musivum.geometry import Size
from musivum.library import Library
from musivum.plan import Plan
from musivum.progress import Progress, silent
from musivum.raster import check_picture, write_picture

if TYPE_CHECKING:
    from musivum.render import Drawn


class Picture(NamedTuple):
    """A picture that was written: its file, size in pixels, and what its placements were drawn from."""

    path: Path
    size: Size
    drawn: Drawn


def draw_to_file(
    plan: Plan,
    library: Library,
    output: Path,
    size: OutputSize,
    *,
    quality: int = 92,
    tint: float | None = None,
    overlay: float | None = None,
    gap: float | None = None,
    background: tuple[int, int, int] | None = None,
    workers: int | None = None,
    progress: Progress = silent,
) -> Picture:
    """Draw a plan and write it; the file appears when it is whole."""
    from musivum.render import Drawing

    check_picture(output, size.of(plan.canvas))
    drawing = Drawing(
        plan,
        library,
        scale=size.fit(plan.canvas),
        tint=tint,
        overlay=overlay,
        gap=gap,
        background=background,
        workers=workers,
    )
    write_picture(output, drawing.strips(progress=progress), drawing.size, quality=quality, dpi=size.dpi)
    return Picture(output, drawing.size, drawing.drawn)


def user_path(path: str | os.PathLike[str]) -> Path:
    """`path` with ``~`` spelt out."""
    return Path(path).expanduser()

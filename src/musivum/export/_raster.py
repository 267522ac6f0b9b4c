"""Plain pictures: PNG, JPEG, WebP and TIFF."""

from __future__ import annotations

from pathlib import Path

from musivum.export._look import Look, Picture
from musivum.geometry import Size
from musivum.library import Library
from musivum.plan import Plan
from musivum.progress import Progress
from musivum.raster import check_picture, write_picture


def check_raster(
    path: Path, size: Size, *, channels: int, options: None = None, quality: int, dpi: float | None
) -> None:
    """Raise OptionError unless a picture of this size can be written so."""
    check_picture(path, size, quality=quality, dpi=dpi, channels=channels)


def write_raster(
    plan: Plan,
    library: Library,
    path: Path,
    look: Look,
    *,
    options: None = None,
    quality: int,
    dpi: float | None,
    progress: Progress,
) -> Picture:
    """Draw a plan into one picture, strip by strip."""
    drawing = look.drawing(plan, library)
    strips = drawing.strips(progress=progress)
    write_picture(path, strips, drawing.size, quality=quality, dpi=dpi, channels=drawing.channels, workers=look.workers)
    return Picture(path, drawing.size, drawing.drawn)

"""A plan to a picture file, in strips."""

from __future__ import annotations

from pathlib import Path

from musivum.api._size import OutputSize
from musivum.export import Picture, export
from musivum.library import Library
from musivum.plan import Plan
from musivum.progress import Progress, silent


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
    return export(
        plan,
        library,
        output,
        scale=size.fit(plan.canvas),
        dpi=size.dpi,
        quality=quality,
        tint=tint,
        overlay=overlay,
        gap=gap,
        background=background,
        workers=workers,
        progress=progress,
    )

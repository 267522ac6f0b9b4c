"""From a plan to a file: the suffix chooses the writer."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from musivum.errors import OptionError
from musivum.geometry import Size
from musivum.library import Library
from musivum.plan import Background, Plan
from musivum.progress import Progress, silent
from musivum.raster import PICTURE_FORMATS, write_picture

if TYPE_CHECKING:
    from musivum.render import Drawing, Drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a plan is to be drawn: the keyword arguments of `musivum.render.Drawing`, which tells what they mean.

    None stands for the plan's own value.
    """

    scale: float = 1.0
    tint: float | None = None
    overlay: float | None = None
    gap: float | None = None
    background: Background | None = None
    feather: float | None = None
    corner: float | None = None
    grey: bool | None = None
    alternates: int = 0
    captions: bool = True
    workers: int | None = None

    def drawing(self, plan: Plan, library: Library) -> Drawing:
        """The plan, ready to be drawn in strips or regions."""
        from musivum.render import Drawing

        return Drawing(plan, library, **{field.name: getattr(self, field.name) for field in fields(self)})


AS_PLANNED = Look()
"""At scale 1, with the plan's own values."""


class Picture(NamedTuple):
    """A picture that was written: its file, size in pixels, and what its placements were drawn from."""

    path: Path
    size: Size
    drawn: Drawn


class Exporter(Protocol):
    """Writes a plan to a file that appears in one step; gets its pixels from `look.drawing` and nowhere else."""

    def __call__(
        self, plan: Plan, library: Library, path: Path, look: Look, quality: int, dpi: float | None, progress: Progress
    ) -> Picture: ...


def _raster(
    plan: Plan, library: Library, path: Path, look: Look, quality: int, dpi: float | None, progress: Progress
) -> Picture:
    drawing = look.drawing(plan, library)
    strips = drawing.strips(progress=progress)
    write_picture(path, strips, drawing.size, quality=quality, dpi=dpi, channels=drawing.channels)
    return Picture(path, drawing.size, drawing.drawn)


EXPORTERS: dict[str, Exporter] = dict.fromkeys(PICTURE_FORMATS, _raster)
"""What writes each kind of file, by suffix in lower case."""


def export(
    plan: Plan,
    library: Library,
    path: Path,
    look: Look = AS_PLANNED,
    *,
    dpi: float | None = None,
    quality: int = 92,
    progress: Progress = silent,
) -> Picture:
    """Draw a plan into a file; the file appears when it is whole.

    Parameters
    ----------
    path
        Its suffix, one of `EXPORTERS`, chooses the format.
    look
        Scale, and what is drawn otherwise than planned.
    dpi
        Pixels per inch noted in the file.
    quality
        1..100, for JPEG and WebP.

    Raises
    ------
    OptionError
        If the suffix, an option or the folder does not do.
    PlanError
        If the library lacks a tile of the plan.
    """
    exporter = EXPORTERS.get(path.suffix.lower())
    if exporter is None:
        raise OptionError(f"cannot write {path}: the suffix must be one of {', '.join(EXPORTERS)}")
    return exporter(plan, library, path, look, quality, dpi, progress)

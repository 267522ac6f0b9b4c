"""From a plan to a file: the suffix chooses the writer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from musivum.errors import OptionError
from musivum.export._data import check_data, write_csv, write_json
from musivum.export._films import FILM_SIDE, FilmOptions, check_filming, film
from musivum.export._layered import LayerOptions, check_ora, check_psd, write_ora, write_psd
from musivum.export._look import AS_PLANNED, Look, Picture
from musivum.export._page import PageOptions, check_page, write_page
from musivum.export._pdf import PdfOptions, check_pdf, write_pdf
from musivum.export._raster import check_raster, write_raster
from musivum.export._svg import SvgOptions, check_svg, write_svg
from musivum.export._zoom import (
    ZOOM_SIDE,
    ZoomOptions,
    check_deep_zoom,
    check_iiif,
    check_pyramidal,
    write_deep_zoom,
    write_iiif,
    write_pyramidal,
)
from musivum.geometry import Size
from musivum.library import Library
from musivum.plan import Plan
from musivum.progress import Progress, silent
from musivum.raster import PICTURE_FORMATS, check_coding

USUAL_SIDE = 4000
"""Pixels of the longer side of a picture unless the person or its kind of file says otherwise."""


class Exporter(NamedTuple):
    """What writes one kind of file.

    Attributes
    ----------
    write
        ``write(plan, library, path, look, *, options, quality, dpi, progress) -> Picture``: writes a file, or a folder,
        that appears in one step, and gets its pixels from `look.drawing` and nowhere else.
    check
        ``check(path, size, *, channels, options, quality, dpi)``: raises OptionError unless a plan that is drawn in so
        many pixels can be written there; called before any work.
    options
        Frozen dataclass of what only this kind of file can be told; `options` is one of these, or None for all of its
        defaults.
    side
        Pixels of the longer side unless the person says otherwise.
    """

    write: Callable[..., Picture]
    check: Callable[..., None]
    options: type[Any] | None = None
    side: int = USUAL_SIDE


_FILM = Exporter(film, check_filming, FilmOptions, FILM_SIDE)

EXPORTERS: dict[str, Exporter] = {
    **dict.fromkeys(PICTURE_FORMATS, Exporter(write_raster, check_raster)),
    ".mp4": _FILM,
    ".pdf": Exporter(write_pdf, check_pdf, PdfOptions),
    **dict.fromkeys((".psd", ".psb"), Exporter(write_psd, check_psd, LayerOptions)),
    ".ora": Exporter(write_ora, check_ora, LayerOptions),
    ".dzi": Exporter(write_deep_zoom, check_deep_zoom, ZoomOptions, ZOOM_SIDE),
    ".iiif": Exporter(write_iiif, check_iiif, ZoomOptions, ZOOM_SIDE),
    ".ptif": Exporter(write_pyramidal, check_pyramidal, ZoomOptions, ZOOM_SIDE),
    ".html": Exporter(write_page, check_page, PageOptions),
    ".svg": Exporter(write_svg, check_svg, SvgOptions),
    ".csv": Exporter(write_csv, check_data),
    ".json": Exporter(write_json, check_data),
}
"""What writes each kind of file, by suffix in lower case."""

_ALSO: dict[tuple[str, type[Any]], Exporter] = {(".webp", FilmOptions): _FILM}
"""What a suffix stands for besides, if such options are given."""


def export(
    plan: Plan,
    library: Library,
    path: Path,
    look: Look = AS_PLANNED,
    *,
    options: Any = None,
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
    options
        Of that format: an instance of `EXPORTERS[suffix].options`.
    dpi
        Pixels per inch noted in the file.
    quality
        1..100, for JPEG and WebP, also inside other formats.

    Raises
    ------
    OptionError
        If the suffix, an option or the folder does not do.
    PlanError
        If the library lacks a tile of the plan.
    """
    size, channels = plan.canvas.scaled(look.scale), look.channels(plan)
    check_export(path, size, channels=channels, options=options, quality=quality, dpi=dpi)
    return exporter_of(path, options).write(
        plan, library, path, look, options=options, quality=quality, dpi=dpi, progress=progress
    )


def check_export(
    path: Path, size: Size, *, channels: int = 3, options: Any = None, quality: int = 92, dpi: float | None = None
) -> None:
    """Raise OptionError unless a plan can be written so: call it before the work, not after.

    Parameters
    ----------
    size
        In pixels, of the drawing.
    channels
        4 where it will be transparent between the photos, else 3.
    """
    exporter = exporter_of(path, options)
    check_coding(quality=quality, dpi=dpi)
    exporter.check(path, size, channels=channels, options=options, quality=quality, dpi=dpi)


def exporter_of(path: Path, options: Any = None) -> Exporter:
    """What writes a file of this name; OptionError if nothing does, or the options are for other kinds of files."""
    suffix = path.suffix.lower()
    if suffix not in EXPORTERS:
        raise OptionError(f"cannot write {path}: the suffix must be one of {', '.join(EXPORTERS)}")
    exporter = _ALSO.get((suffix, type(options)), EXPORTERS[suffix])
    if options is not None and type(options) is not exporter.options:
        fitting = [name for name, other in EXPORTERS.items() if other.options is type(options)]
        fitting += [name for name, kind in _ALSO if kind is type(options)]
        raise OptionError(f"cannot write {path} so: options were given that are for {', '.join(fitting) or 'nothing'}")
    return exporter

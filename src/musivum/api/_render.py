"""The verb that draws a plan again."""

from __future__ import annotations

import os
from pathlib import Path

from musivum.api._library import user_path
from musivum.api._outputs import check_apart, check_spares
from musivum.api._size import OutputSize
from musivum.errors import LibraryError, OptionError, PlanError
from musivum.export import USUAL_SIDE, Look, Picture, export, export_layers, exporter_of
from musivum.library import Library, open_library
from musivum.plan import BACKGROUNDS, Plan, load_plan
from musivum.progress import Progress, silent
from musivum.raster import check_coding, colour_bytes
from musivum.threads import check_workers


def render(
    plan: str | os.PathLike[str],
    output: str | os.PathLike[str] | None = None,
    *,
    layers: str | os.PathLike[str] | None = None,
    library: str | os.PathLike[str] | None = None,
    size: OutputSize | None = None,
    quality: int = 92,
    tint: float | None = None,
    overlay: float | None = None,
    gap: float | None = None,
    background: str | None = None,
    feather: float | None = None,
    corner: float | None = None,
    grey: bool | None = None,
    alternates: int = 0,
    captions: bool = True,
    options: object = None,
    workers: int | None = None,
    progress: Progress = silent,
) -> Picture:
    """Draw a plan file again, at another size or with other colours; nothing is searched anew.

    Parameters
    ----------
    plan
        The plan file.
    output
        File to write; the suffix, one of `EXPORTERS`, chooses the format.
    layers
        Folder to write in place of a file: each photo as a PNG of its own, and a table of where they are.
    library
        Where the photos are; by default where the plan found them.
    quality
        1 to 100, for JPEG and WebP, also inside other formats.
    tint, overlay
        0 to 1, in place of the plan's own.
    gap
        Space between cells in pixels of the plan's canvas, in place of the plan's own.
    background
        What shows where no photo is, in place of the plan's own: ``target``, ``transparent`` (not for JPEG), or a
        colour, as ``#rrggbb`` or by its English name.
    feather
        Width of the photos' soft edges, 0 to 1 of their shorter sides, in place of the plan's own. Hexagons have none.
    corner
        Radius of the photos' rounded corners, 0 to 0.5 of their shorter sides, in place of the plan's own; 0.5 makes
        circles of squares. Hexagons have none.
    grey
        Whether to draw in grey, in place of what the plan says.
    alternates
        How many of the next-best photos of each place to blend with the chosen one, all to equal parts.
    captions
        Whether to draw the captions that the plan has.
    options
        Of the format: an instance of ``EXPORTERS[suffix].options``, or of `LayerOptions` for a folder of layers.

    Raises
    ------
    PlanError
        If the plan cannot be read, or its library is gone or lacks a photo.
    OptionError
        If an option is out of range, or the picture cannot be written there.
    """
    check_workers(workers)
    check_coding(quality=quality)
    path = layers if output is None else output
    if path is None or not (output is None or layers is None):
        raise OptionError("name one thing to write: a file with --output, or a folder of layers with --layers")
    plan_path, picture_path = user_path(plan), user_path(path)
    check_apart([picture_path], {"plan": plan_path})
    loaded = load_plan(plan_path)
    tiles = library_of_plan(loaded, library)
    check_spares([picture_path], tiles)
    size = size or OutputSize()
    look = Look(
        scale=size.fit(loaded.canvas, exporter_of(picture_path, options).side if layers is None else USUAL_SIDE),
        tint=tint,
        overlay=overlay,
        gap=gap,
        background=background if background is None or background in BACKGROUNDS else colour_bytes(background),
        feather=feather,
        corner=corner,
        grey=grey,
        alternates=alternates,
        captions=captions,
        workers=workers,
    )
    if layers is not None:
        return export_layers(loaded, tiles, picture_path, look, options=options, dpi=size.dpi, progress=progress)
    return export(loaded, tiles, picture_path, look, options=options, dpi=size.dpi, quality=quality, progress=progress)


def library_of_plan(plan: Plan, library: str | os.PathLike[str] | None) -> Library:
    """Open the library that a plan was made from, or the one named instead."""
    if library is not None:
        return open_library(user_path(library), gone=True)
    recorded = plan.recipe.get("library")
    path = recorded.get("path") if isinstance(recorded, dict) else recorded
    if not isinstance(path, str):
        raise PlanError("the plan does not say where its library is: name it with --library")
    try:
        return open_library(Path(path), gone=True)
    except LibraryError as fault:
        raise PlanError(
            f"the plan's library cannot be opened ({fault}); if it moved, name it with --library"
        ) from fault

"""Layers as PNG files in a folder, with a table of what is where."""

from __future__ import annotations

import csv
from pathlib import Path

from musivum.atomic import check_folder, replacing_folder, writing
from musivum.errors import OptionError
from musivum.export._layered._entry import Entry, LayerOptions
from musivum.export._layered._layers import stack_of
from musivum.export._layered._png import write_layer
from musivum.export._look import AS_PLANNED, Look, Picture
from musivum.export._names import writable
from musivum.export._table import no_formula
from musivum.library import Library
from musivum.plan import Plan
from musivum.progress import Progress, silent
from musivum.raster import check_coding
from musivum.threads import thread_count

TABLE = "placements.csv"
COLUMNS = ("file", "name", "kind", "group", "x", "y", "width", "height", "opacity", "visible", "placement", "photo")


def export_layers(
    plan: Plan,
    library: Library,
    path: Path,
    look: Look = AS_PLANNED,
    *,
    options: object = None,
    dpi: float | None = None,
    progress: Progress = silent,
) -> Picture:
    """Write the layers of a plan into a folder, with one line of a table each, the undermost first.

    In the table, x, y, width and height are in pixels of the picture, opacity is from 0 to 1 and not in the file's own,
    visible is yes or no, and placement counts from 1 in painting order.

    Parameters
    ----------
    path
        The folder, which appears when it is whole, in place of nothing or of one that was written so before.
    look
        Scale, and what is drawn otherwise than planned.
    options
        `LayerOptions`, or None for all of their defaults.
    dpi
        Pixels per inch noted in the files.

    Raises
    ------
    OptionError
        If an option or the folder does not do.
    PlanError
        If the library lacks a tile of the plan.
    """
    if options is not None and not isinstance(options, LayerOptions):
        raise OptionError(f"cannot write the folder {path} so: of all formats' options it takes those of layers only")
    check_coding(dpi=dpi)
    check_folder(path)
    stack = stack_of(plan, library, look, options or LayerOptions(), most=None, folder=path.parent, progress=progress)
    workers, digits = thread_count(look.workers), len(str(len(plan.placements)))
    with (
        writing(path),
        replacing_folder(path) as folder,
        (folder / TABLE).open("w", encoding="utf-8", errors="surrogateescape", newline="") as table,
    ):
        lines = csv.writer(table, lineterminator="\n")
        lines.writerow(COLUMNS)
        groups = 0
        for entry in stack.entries:
            groups += entry.kind == "group"
            name = _file_name(entry, groups, digits)
            with (folder / name).open("wb") as file:
                write_layer(file, entry, workers, dpi)
            lines.writerow(
                [
                    name,
                    no_formula(entry.name),
                    entry.kind,
                    entry.group,
                    *(entry.x, entry.y, entry.width, entry.height),
                    f"{entry.opacity:.6g}",
                    "yes" if entry.visible else "no",
                    entry.placement + 1 or "",
                    no_formula(writable(entry.source)),
                ]
            )
    return Picture(path, stack.drawing.size, stack.drawn, stack.remarks)


def _file_name(entry: Entry, group: int, digits: int) -> str:
    """A name of its own, of which nothing comes from the photo's."""
    if entry.kind == "group":
        return f"group-{group:03d}.png"
    if entry.placement < 0:
        return f"{entry.kind}.png"
    number = f"{entry.placement + 1:0{digits}d}"
    return f"{number}-alternate-{entry.rank}.png" if entry.rank else f"{number}.png"

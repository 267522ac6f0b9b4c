"""A report to a file: figures, a table of placements, or a picture; the suffix chooses."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from musivum.atomic import check_place, replacing, writing
from musivum.errors import OptionError
from musivum.export._names import writable
from musivum.export._report import Report
from musivum.export._table import placements_csv
from musivum.geometry import Size
from musivum.plan import Plan
from musivum.raster import check_picture, write_picture


def _write_json(report: Report, plan: Plan, path: Path) -> None:
    _write_text(json.dumps(report.as_json(), allow_nan=False, indent=1) + "\n", path)


def _write_csv(report: Report, plan: Plan, path: Path) -> None:
    _write_text("".join(placements_csv(_with_distances(report, plan))), path)


def _write_map(report: Report, plan: Plan, path: Path) -> None:
    from musivum.export._error_map import error_map

    check_picture(path, Size(1, 1))
    pixels = error_map(_with_distances(report, plan), "error" if report.arranged is None else "distance to neighbours")
    write_picture(path, [pixels], Size(pixels.shape[1], pixels.shape[0]))


REPORT_FORMATS: dict[str, Callable[[Report, Plan, Path], None]] = {
    ".json": _write_json,
    ".csv": _write_csv,
    ".png": _write_map,
    ".jpg": _write_map,
    ".jpeg": _write_map,
}
"""What writes each kind of report, by suffix in lower case."""


def check_report_path(path: Path) -> None:
    """Raise OptionError unless a report can be written there: call it before the work, not after."""
    if path.suffix.lower() not in REPORT_FORMATS:
        raise OptionError(f"cannot write {path}: a report's suffix must be one of {', '.join(REPORT_FORMATS)}")
    check_place(path)


def write_report(report: Report, plan: Plan, path: Path) -> None:
    """Write a report on a plan; the file appears in one step.

    The suffix says what it holds: ``.json`` every figure of the report, ``.csv`` which photo is where,
    ``.png`` or ``.jpg`` where the error is; of photos laid out by likeness, how far each is from its neighbours.

    Raises
    ------
    OptionError
        If the suffix or the folder does not do, or the disk is full.
    PlanError
        If the plan's target is damaged.
    """
    check_report_path(path)
    REPORT_FORMATS[path.suffix.lower()](report, plan, path)


def _with_distances(report: Report, plan: Plan) -> Plan:
    """The plan, with what the report says of each photo for its error."""
    if report.arranged is None:
        return plan
    return replace(plan, placements=replace(plan.placements, error=np.array(report.arranged.distances, np.float32)))


def _write_text(text: str, path: Path) -> None:
    with writing(path), replacing(path) as temporary:
        temporary.write_text(writable(text), encoding="utf-8", errors="surrogateescape", newline="")

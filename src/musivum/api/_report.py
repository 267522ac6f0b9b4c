"""The verb that tells how good a mosaic is."""

from __future__ import annotations

import os
from collections.abc import Sequence

from musivum.api._library import user_path
from musivum.api._outputs import check_apart, check_spares
from musivum.api._render import library_of_plan
from musivum.export import Report, check_report_path, write_report
from musivum.export import report as report_on
from musivum.plan import load_plan
from musivum.progress import Progress, silent
from musivum.threads import check_workers


def report(
    plan: str | os.PathLike[str],
    outputs: Sequence[str | os.PathLike[str]] = (),
    *,
    library: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    progress: Progress = silent,
) -> Report:
    """Measure a plan against its target, and explain what its library lacks; of a collage, how good its order is.

    Parameters
    ----------
    plan
        The plan file.
    outputs
        Files to write; the suffix says what: .json every figure, .csv which photo is where, .png or .jpg a picture of
        where the error is, or of a collage where neighbours are unlike.
    library
        Where the photos are; by default where the plan found them.
    workers
        Threads; the report does not depend on it.

    Raises
    ------
    PlanError
        If the plan cannot be read, or its library is gone or lacks a photo.
    OptionError
        If a file cannot be written.
    """
    check_workers(workers)
    paths = [user_path(output) for output in outputs]
    for path in paths:
        check_report_path(path)
    plan_path = user_path(plan)
    check_apart(paths, {"plan": plan_path})
    loaded = load_plan(plan_path)
    tiles = library_of_plan(loaded, library)
    check_spares(paths, tiles)
    told = report_on(loaded, tiles, workers=workers, progress=progress)
    for path in paths:
        write_report(told, loaded, path)
    return told

"""``musivum report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from musivum import api
from musivum.cli._talk import TALK, Talk
from musivum.export import lines

app = App(
    name="report",
    help_epilogue="""Fidelity is measured against the target, alteration against the photos as they
were. The last lines say which photos would make the mosaic better.
Of a collage: how well its order keeps likeness, beside a random one.

Examples:
  musivum report mosaic.mosaic
  musivum report mosaic.mosaic -o figures.json -o photos.csv -o errors.png""",
    help_format="plaintext",
)


@app.default
def report(
    plan: Path,
    /,
    *,
    output: Annotated[tuple[Path, ...], Parameter(alias="-o", negative=(), show_default=False, json_list=False)] = (),
    library: Annotated[Path | None, Parameter(alias="-l")] = None,
    workers: int | None = None,
    talk: Annotated[Talk, Parameter(name="*")] = TALK,
) -> None:
    """Tell how good a mosaic is.

    Parameters
    ----------
    plan
        The plan, as musivum grid, fractal or arrange wrote it.
    output
        File to write, may be repeated: .json every figure, .csv which photo is where, .png where the error is.
    library
        Library of photos, if it is no longer where it was when the plan was made.
    workers
        Threads; by default as many as there are processors.
    """
    with talk.progress() as progress:
        told = api.report(plan, output, library=library, workers=workers, progress=progress)
    words = lines(told)
    if output:
        words += ["", *(f"{path} written" for path in output)]
    talk.answer(told.as_json(), words, asked=True)

"""``musivum grid``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from musivum import api
from musivum.cli._mosaic import ASKED, Asked, built_in_words, outcome, words
from musivum.cli._talk import TALK, Talk
from musivum.cli._text import count
from musivum.engines.grid import GridOptions

app = App(
    name="grid",
    help_epilogue="""The photos come from a library (musivum index), from folders (--photos), or,
with neither, from the built-in library of generated pictures.

Examples:
  musivum grid face.jpg --photos ~/Pictures -o mosaic.jpg
  musivum grid face.jpg --library photos -o mosaic.jpg --plan mosaic.mosaic
  musivum grid face.jpg --library photos -o large.png --tiles 10000 --width 90cm
  musivum grid face.jpg -l photos -o bricks.jpg --offset brick --aspect 3:2
  musivum grid face.jpg --library photos -o honest.jpg --tint 0 --copies 1
  musivum grid face.jpg -l photos -o beaches.jpg --about beach.jpg --keep 0.3
  musivum grid face.jpg --library patterns -o drawn.jpg --colour fit""",
    help_format="plaintext",
)


@app.default
def grid(
    target: Path,
    /,
    *,
    asked: Annotated[Asked, Parameter(name="*")] = ASKED,
    size: Annotated[api.OutputSize, Parameter(name="*", group="Size of the picture")] = api.OutputSize(),  # noqa: B008
    options: Annotated[GridOptions, Parameter(name="*", group="The mosaic")] = GridOptions(),  # noqa: B008
    talk: Annotated[Talk, Parameter(name="*")] = TALK,
) -> None:
    """Make a photographic mosaic.

    Parameters
    ----------
    target
        The picture to resemble.
    """
    with talk.progress() as progress:
        mosaic = api.grid(target, size=size, options=options, progress=progress, **asked.parameters)
    lines = list(grid_words(mosaic))
    if asked.built_in:
        lines.append(built_in_words("grid", target))
    talk.answer(grid_outcome(mosaic), lines)


def grid_outcome(mosaic: api.Mosaic) -> dict[str, Any]:
    """What JSON says of a grid mosaic."""
    return outcome(mosaic, "cells")


def grid_words(mosaic: api.Mosaic) -> Iterator[str]:
    """What a person is told of a grid mosaic."""
    yield from words(mosaic, count(len(mosaic.plan.placements), "cell"))
    if clashes := mosaic.plan.statistics.get("clashes"):
        yield f"{count(clashes, 'cell')} nearer to another use of their photo than the spacing"

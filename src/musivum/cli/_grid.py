"""``musivum grid``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from musivum import api
from musivum.cli._mosaic import ASKED, Asked, built_in_words, outcome, words
from musivum.cli._talk import TALK, Talk
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
    built_in = [built_in_words("grid", target)] if asked.built_in else []
    talk.answer(outcome(mosaic), [*words(mosaic), *built_in])

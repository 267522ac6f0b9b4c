"""``musivum fractal``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from musivum import api
from musivum.cli._mosaic import ASKED, Asked, built_in_words, outcome, words
from musivum.cli._talk import TALK, Talk
from musivum.engines.fractal import FractalOptions

app = App(
    name="fractal",
    help_epilogue="""Photos come from a library (musivum index), from folders (--photos), or, with
neither, from the built-in library of generated pictures. With --plan, musivum
render draws it again with other edges, another background, or in grey.

Examples:
  musivum fractal face.jpg --photos ~/Pictures -o mosaic.jpg
  musivum fractal face.jpg --library photos -o mosaic.jpg --plan mosaic.mosaic
  musivum fractal face.jpg -l photos -o fine.jpg --detail 0.8 --live growing.png
  musivum fractal face.jpg -l photos -o bold.jpg --detail 0.2 --smallest 0.03
  musivum fractal face.jpg -l photos -o upright.jpg --angles 15 --shape photo
  musivum fractal face.jpg -l photos -o eyes.jpg --importance eyes.png
  musivum fractal face.jpg -l photos -o honest.png --shift 0 --fill match""",
    help_format="plaintext",
)


@app.default
def fractal(
    target: Path,
    /,
    *,
    asked: Annotated[Asked, Parameter(name="*")] = ASKED,
    live: Path | None = None,
    size: Annotated[api.OutputSize, Parameter(name="*", group="Size of the picture")] = api.OutputSize(),  # noqa: B008
    options: Annotated[FractalOptions, Parameter(name="*", group="The mosaic")] = FractalOptions(),  # noqa: B008
    talk: Annotated[Talk, Parameter(name="*")] = TALK,
) -> None:
    """Make a free-form mosaic.

    Parameters
    ----------
    target
        The picture to resemble.
    live
        Small picture of the mosaic as it grows, rewritten after every level; open it in a viewer that reloads.
    """
    with talk.progress() as progress:
        mosaic = api.fractal(target, live=live, size=size, options=options, progress=progress, **asked.parameters)
    built_in = [built_in_words("fractal", target)] if asked.built_in else []
    talk.answer(outcome(mosaic), [*words(mosaic), *built_in])

"""``musivum demo``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from musivum import api
from musivum.cli._collage import collage_outcome, collage_words
from musivum.cli._mosaic import outcome, words
from musivum.cli._talk import TALK, Talk

app = App(
    name="demo",
    help_epilogue="""A picture is drawn and made into squares, a honeycomb, cells of different
sizes and a free-form mosaic, out of the built-in library; the library's
pictures are sorted into a heart, and the last mosaic becomes a page.

Examples:
  musivum demo
  musivum demo ~/Desktop/mosaics --size 4000""",
    help_format="plaintext",
)


@app.default
def demo(
    folder: Path = Path("demo"), /, *, size: int = 2000, talk: Annotated[Talk, Parameter(name="*")] = TALK
) -> None:
    """Make four mosaics, a collage and a page.

    Parameters
    ----------
    folder
        Where the pictures go.
    size
        Longer side of each in pixels.
    """
    with talk.progress() as progress:
        made = api.demo(folder, size=size, progress=progress)
    lines = [f"{made.target}: the picture that the mosaics resemble"]
    for mosaic in made.mosaics:
        lines.extend(words(mosaic))
    lines.extend(collage_words(made.collage))
    lines.append(f"{made.page.path}: the last mosaic as a page: open it in a browser")
    lines.append("with a picture and photos of your own: musivum fractal PICTURE --photos FOLDER -o mosaic.jpg")
    lines.append("with your photos alone: musivum arrange FOLDER -o collage.jpg")
    mosaics = [outcome(mosaic) for mosaic in made.mosaics]
    talk.answer(
        {"target": made.target, "mosaics": mosaics, "collage": collage_outcome(made.collage), "page": made.page}, lines
    )

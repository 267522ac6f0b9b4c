"""``musivum arrange``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from musivum import api
from musivum.cli._collage import collage_outcome, collage_words
from musivum.cli._talk import TALK, Talk
from musivum.engines.arrange import ArrangeOptions

_Several = Parameter(negative=(), show_default=False, json_list=False)

app = App(
    name="arrange",
    help_epilogue="""Photos are folders, files or patterns, or come from a library (musivum index);
with neither, the built-in pictures are used. PHOTO is a file's name or the end
of its path, such as IMG_1.jpg or holiday/IMG_1.jpg, or a pattern in quotes.
With --plan, musivum render draws the collage again at any size.

Examples:
  musivum arrange ~/Pictures/2026 -o collage.jpg
  musivum arrange covers/*.jpg -o covers.jpg --aspect 1:1 --gap 3%
  musivum arrange --library photos -o collage.jpg --plan collage.mosaic
  musivum arrange ~/Pictures -o heart.png --shape heart --background transparent
  musivum arrange ~/Pictures -o logo.jpg --shape logo.png --gap 2%
  musivum arrange ~/Pictures -o anna.jpg --shape letter:ANNA
  musivum arrange family/ -o family.jpg --hero wedding.jpg --hero-cells 5
  musivum arrange family/ -o f.jpg --favourite "2026-*" --favourite anna.jpg=3
  musivum arrange family/ -o family.jpg --pin anna.jpg=1,1 --ban "*blurred*"
  musivum arrange holiday/ -o rows.jpg --layout rows --gap 12 --margin 40
  musivum arrange holiday/ -o album.jpg --captions names --gap 4% --corner 0.05
  musivum arrange museum/ -o wall.tif --captions titles.csv --width 90cm
  musivum arrange covers/ -o hues.jpg --flow wheel --shape circle
  musivum arrange covers/ -o shells.jpg --method shells --last centre""",
    help_format="plaintext",
)


@app.default
def arrange(
    images: Annotated[tuple[Path, ...], Parameter(show_default=False, json_list=False)] = (),
    /,
    *,
    output: Annotated[Path | None, Parameter(alias="-o")] = None,
    plan: Annotated[Path | None, Parameter(alias="-p")] = None,
    library: Annotated[Path | None, Parameter(alias="-l")] = None,
    shape: str | None = None,
    hero: str | None = None,
    pin: Annotated[tuple[str, ...], _Several] = (),
    favourite: Annotated[tuple[str, ...], _Several] = (),
    ban: Annotated[tuple[str, ...], _Several] = (),
    captions: str | None = None,
    font: Path | None = None,
    about: Annotated[tuple[str, ...], _Several] = (),
    keep: float | None = None,
    quality: int = 92,
    size: Annotated[api.OutputSize, Parameter(name="*", group="Size of the picture")] = api.OutputSize(),  # noqa: B008
    options: Annotated[ArrangeOptions, Parameter(name="*", group="The collage")] = ArrangeOptions(),  # noqa: B008
    talk: Annotated[Talk, Parameter(name="*")] = TALK,
) -> None:
    """Make a collage in which neighbours look alike.

    Parameters
    ----------
    images
        Folders, files or patterns; they are indexed into your cache first.
    output
        File to write: .jpg, .png, .tif, .dzi, .html, .psd, .pdf, .mp4 or any other that musivum render writes.
    plan
        Plan to write (.mosaic), to draw the collage again with musivum render or to ask about it with musivum report.
    library
        Library of photos, in place of images.
    shape
        Shape to fill: heart, circle, diamond, star, hexagon, letter:TEXT, or a picture (dark on light, or cut out).
    hero
        PHOTO for the middle, larger than others; auto for the one that is most like all others.
    pin
        PHOTO=COLUMN,ROW puts a photo into that cell, counted from 1 at the upper left; may be repeated.
    favourite
        PHOTO is shown in 2 x 2 cells, PHOTO=3 in 3 x 3; may be repeated.
    ban
        PHOTO is left out; may be repeated.
    captions
        A line under each photo: names (of the files), or a CSV file of photos and captions.
    font
        Font file of the captions; by default one that has their letters.
    about
        Example picture (or a text, with open_clip); may be repeated. Only photos that are most like one are used.
    keep
        How many of them: a share of the photos if below 1, else a number; a quarter by default.
    quality
        1 to 100, for JPEG and WebP.
    """
    with talk.progress() as progress:
        collage = api.arrange(
            images,
            output,
            plan=plan,
            library=library,
            options=options,
            size=size,
            shape=shape,
            hero=hero,
            pin=pin,
            favourite=favourite,
            ban=ban,
            captions=captions,
            font=font,
            about=about,
            keep=keep,
            quality=quality,
            progress=progress,
        )
    words = list(collage_words(collage))
    if not images and library is None:
        words.append("made of the built-in pictures; with your own: musivum arrange FOLDER -o collage.jpg")
    talk.answer(collage_outcome(collage), words)

"""``musivum render``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from musivum import api
from musivum.cli._mosaic import drawn_words
from musivum.cli._talk import TALK, Talk
from musivum.cli._text import count
from musivum.errors import OptionError
from musivum.export import FilmOptions, LayerOptions, PageOptions, PdfOptions, SvgOptions, ZoomOptions

app = App(
    name="render",
    help_epilogue="""The photos stay where the plan put them. Large pictures are drawn from the
original files where those still exist.

Examples:
  musivum render mosaic.mosaic -o poster.png --width 90cm --dpi 300
  musivum render mosaic.mosaic -o plain.jpg --tint 0 --gap 4 --background white
  musivum render mosaic.mosaic -o soft.png --feather 0.25 --alternates 2 --background transparent
  musivum render mosaic.mosaic -o mosaic.psd --width 60cm --hidden 2
  musivum render mosaic.mosaic --layers pieces --size 6000
  musivum render mosaic.mosaic -o growing.mp4 --film build --seconds 12
  musivum render mosaic.mosaic -o shop.pdf --width 60cm --bleed 3mm
  musivum render mosaic.mosaic -o wall.pdf --width 150cm --dpi 150 --sheets a4
  musivum render mosaic.mosaic -o page.html --title "Our summer"
  musivum render mosaic.mosaic -o drawing.svg --width 60cm --linked
  musivum render mosaic.mosaic -o wall.dzi --size 36000 --quality 85
  musivum render mosaic.mosaic -o round.jpg --gap 6 --corner 0.5 --no-captions""",
    help_format="plaintext",
)


@app.default
def render(
    plan: Path,
    /,
    *,
    output: Annotated[Path | None, Parameter(alias="-o")] = None,
    layers: Path | None = None,
    library: Annotated[Path | None, Parameter(alias="-l")] = None,
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
    workers: int | None = None,
    size: Annotated[api.OutputSize, Parameter(name="*", group="Size of the picture")] = api.OutputSize(),  # noqa: B008
    layering: Annotated[LayerOptions | None, Parameter(name="*", group="Layers (.psd, .psb, .ora, --layers)")] = None,
    film: Annotated[FilmOptions | None, Parameter(name="*", group="Film (.mp4, .webp)")] = None,
    pdf: Annotated[PdfOptions | None, Parameter(name="*", group="Print (.pdf)")] = None,
    page: Annotated[PageOptions | None, Parameter(name="*", group="Interactive page (.html)")] = None,
    svg: Annotated[SvgOptions | None, Parameter(name="*", group="Vector drawing (.svg)")] = None,
    zoom: Annotated[ZoomOptions | None, Parameter(name="*", group="Zoomable picture (.dzi, .iiif, .ptif)")] = None,
    talk: Annotated[Talk, Parameter(name="*")] = TALK,
) -> None:
    """Draw a plan again.

    Parameters
    ----------
    plan
        The plan, as musivum grid, fractal or arrange wrote it.
    output
        File to write; its suffix chooses: a picture (.jpg, .png, .webp, .tif), or one of the kinds below.
    layers
        Folder to write in place of a picture: each photo as a PNG of its own, and a table of where they are.
    library
        Library of photos, if it is no longer where it was when the plan was made.
    quality
        1 to 100, for JPEG and WebP.
    tint
        How far the photos' colours move towards their cells', 0 to 1; by default as planned.
    overlay
        Share of the target blended over the mosaic, 0 to 1; by default as planned.
    gap
        Space between cells, in pixels of the mosaic as it was planned.
    background
        What shows where no photo is: target, transparent, #rrggbb or a name such as white; by default as planned.
    feather
        Width of the photos' soft edges, 0 to 1 of their shorter sides; by default as planned.
    corner
        Radius of the photos' rounded corners, 0 to 0.5 of their shorter sides; by default as planned.
    grey
        Draw in grey, or not; by default as planned.
    alternates
        How many of the next-best photos of each place to blend with the chosen one.
    captions
        Draw the captions that the plan has, or not.
    workers
        Threads; by default as many as there are processors.
    """
    with talk.progress() as progress:
        picture = api.render(
            plan,
            output,
            layers=layers,
            library=library,
            size=size,
            quality=quality,
            tint=tint,
            overlay=overlay,
            gap=gap,
            background=background,
            feather=feather,
            corner=corner,
            grey=grey,
            alternates=alternates,
            captions=captions,
            options=_only_one(layering, film, page, pdf, svg, zoom),
            workers=workers,
            progress=progress,
        )
    first = f"{picture.path}: {picture.size.width} x {picture.size.height} pixels"
    if picture.drawn is not None:
        originals = count(picture.drawn.originals, "placement")
        first += f", {originals} from original files and {picture.drawn.thumbnails:,} from thumbnails"
    talk.answer(picture, [first, *drawn_words(picture)])


def _only_one(*groups: object | None) -> object | None:
    """The one group of which an option was given, since a file has one format; None if there is none."""
    given = [group for group in groups if group is not None]
    if len(given) > 1:
        raise OptionError("options for several formats were given: keep those for the format of the output")
    return given[0] if given else None

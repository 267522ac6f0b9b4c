"""``musivum library generate``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from musivum import api
from musivum.cli._talk import TALK, Talk
from musivum.cli._text import count as counted

if TYPE_CHECKING:
    from musivum.library import GenerateReport

app = App(
    name="generate",
    help_epilogue="""gabor      gratings under a soft window; with --preset original, those of the
           first program of this kind: one phase, 312,500 to choose from
gratings   waves of every direction, length and phase
gradients  soft edges: of all families the one most like photographs
dct        the patterns that JPEG is made of
solid      greys; with --preset colours, colours
shapes     figures
glyphs     letters, digits and punctuation

The tiles are grey: let --colour fit of musivum grid give them the target's
tones. What is in the library stays; tiles that are there are not drawn again.

Examples:
  musivum library generate gradients gratings gabor dct --library patterns
  musivum library generate gabor --preset original --count 10000 --library gabor
  musivum library generate glyphs --text "0123456789" --library digits""",
    help_format="plaintext",
)


@app.default
def generate(
    families: Annotated[list[str], Parameter(json_list=False)],
    /,
    *,
    library: Annotated[Path, Parameter(alias="-l")],
    count: int | None = None,
    preset: str | None = None,
    font: Path | None = None,
    text: str | None = None,
    talk: Annotated[Talk, Parameter(name="*")] = TALK,
) -> None:
    """Draw tiles into a library instead of reading photos.

    Parameters
    ----------
    families
        Any of gabor, gratings, gradients, dct, solid, shapes, glyphs.
    library
        Folder of the library; made if there is none.
    count
        Tiles of each family; by default as many as make it useful.
    preset
        Another set of tiles: original (gabor) or colours (solid).
    font
        Font file for glyphs.
    text
        Characters for glyphs.
    """
    with talk.progress() as progress:
        report = api.library_generate(
            families, library, count=count, preset=preset, font=font, text=text, progress=progress
        )
    talk.answer(report, _words(report, library))


def _words(report: GenerateReport, library: Path) -> Iterator[str]:
    yield f"{library}: {counted(report.tiles, 'tile')}"
    for family, added, unchanged in report.families:
        before = f", {unchanged:,} there already" if unchanged else ""
        yield f"  {family}: {added:,} drawn{before}"
    if any(one.added for one in report.families):
        yield f"a mosaic of them: musivum grid PICTURE --library {library} --colour fit -o mosaic.jpg"

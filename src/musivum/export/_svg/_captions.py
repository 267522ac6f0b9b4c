"""Captions as the text of an SVG."""

from __future__ import annotations

from collections.abc import Iterator

from musivum.export._svg._text import escaped, numeral
from musivum.plan import Captions


def captions(said: Captions, scale: float, colour: str) -> Iterator[str]:
    """Captions as they are written in a drawing at a scale, in pixels of the canvas and a font of that name."""
    from musivum.render import Lettering

    if not len(said):
        return
    lettering = Lettering(said, scale)
    lines = list(lettering.written())
    if not lines:
        return
    yield (
        '<g id="captions" inkscape:groupmode="layer" inkscape:label="captions" text-anchor="middle" '
        f'font-family="{escaped(_quoted(lettering.family))}, sans-serif" font-size="{numeral(said.size)}" '
        f'fill="{colour}">\n'
    )
    for line in lines:
        yield (
            f'<text x="{numeral(line.x / scale)}" y="{numeral((line.y + lettering.drop) / scale)}" '
            f'textLength="{numeral(line.length / scale)}" lengthAdjust="spacingAndGlyphs" xml:space="preserve">'
            f"{escaped(line.text)}</text>\n"
        )
    yield "</g>\n"


def _quoted(family: str) -> str:
    return "'" + family.replace("\\", "").replace("'", "") + "'"

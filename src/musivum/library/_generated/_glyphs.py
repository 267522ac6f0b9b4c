"""Letters, digits and punctuation, black on white and white on black."""

from __future__ import annotations

import os
import string
from functools import lru_cache, partial
from typing import TYPE_CHECKING, cast

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from musivum.errors import OptionError
from musivum.library._generated._family import Family, Pixels
from musivum.library._generated._fields import SIDE

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

_LETTERS = string.ascii_letters + string.digits + string.punctuation
_SIZES = (112, 76)
_BOLD = 3
"""Pixels by which the strokes of the heavier weight grow on each side."""
_NOWHERE = "\U0010ffff"
"""A character that no font has: what is drawn for it is drawn for all that are missing."""


def glyphs(font: str | os.PathLike[str] | None = None, text: str | None = None) -> Family:
    """Every character of `text`, in two inks, two weights and two sizes (pixels).

    Parameters
    ----------
    font
        Font file, TrueType or OpenType; by default the one that comes with Pillow.
    text
        Characters to draw, white space and repetitions aside; by default ASCII's.

    Raises
    ------
    OptionError
        If the font cannot be read or lacks a character, or there is nothing to draw.
    """
    characters = list(dict.fromkeys("".join((_LETTERS if text is None else text).split())))
    characters = [character for character in characters if character.isprintable()]
    if not characters:
        raise OptionError("text is empty: give the characters to draw, such as ABC")
    path = None if font is None else os.fspath(font)
    face = _font(path, _SIZES[0])
    style = "-".join(part for part in face.getname() if part).replace(" ", "")
    nothing = bytes(face.getmask(_NOWHERE))
    if absent := [character for character in characters if bytes(face.getmask(character)) == nothing]:
        raise OptionError(f"the font {style} lacks {' '.join(absent[:8])}: leave that out, or give another font")
    tiles = [
        {"font": style, "size": size, "bold": bold, "ink": ink, "code": f"U+{ord(character):04X}"}
        for size in _SIZES
        for bold in (0, _BOLD)
        for ink in ("black", "white")
        for character in characters
    ]
    return Family("glyphs", len(tiles), tiles, partial(_draw, path))


@lru_cache(maxsize=8)
def _font(path: str | None, size: int) -> FreeTypeFont:
    if path is None:
        return cast("FreeTypeFont", ImageFont.load_default(size))
    try:
        return ImageFont.truetype(path, size)
    except OSError as fault:
        raise OptionError(f"{path} cannot be read as a font ({fault}); give a .ttf or .otf file") from None


def _draw(path: str | None, font: str, size: int, bold: int, ink: str, code: str) -> Pixels:
    """A character, its ink centred from left to right, its line from top to bottom; shrunk if it would not fit."""
    face = _font(path, size)
    canvas = Image.new("L", (4 * SIDE, 4 * SIDE))
    origin = 2 * SIDE
    ImageDraw.Draw(canvas).text((origin, origin), chr(int(code[2:], 16)), 255, face, anchor="ls", stroke_width=bold)
    tile = Image.new("L", (SIDE, SIDE))
    if (box := canvas.getbbox()) is not None:
        figure = canvas.crop(box)
        figure.thumbnail((SIDE - 2, SIDE - 2))
        line_top, line_bottom = face.getbbox("Ag", anchor="ls")[1::2]
        top = round((SIDE - line_top - line_bottom) / 2) + box[1] - origin
        tile.paste(figure, ((SIDE - figure.width) // 2, min(max(top, 1), SIDE - 1 - figure.height)))
    pixels = np.asarray(tile)
    return pixels if ink == "white" else 255 - pixels

"""Which letters a font can show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

_NO_LETTER = "\uffff"


def lacking_letters(font: FreeTypeFont, letters: Iterable[str]) -> str:
    """Those of some letters, in order, that a font shows as it shows what is no letter at all."""
    unknown = _glyph(font, _NO_LETTER)
    return "".join(letter for letter in letters if _glyph(font, letter) == unknown)


def _glyph(font: FreeTypeFont, letter: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(letter)
    return mask.size, bytes(mask)

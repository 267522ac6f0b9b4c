"""The font of captions: a person's own, or one of the system's that has their letters."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from musivum.errors import OptionError
from musivum.raster import lacking_letters

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

_USUAL = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "Arial.ttf",
    "arial.ttf",
    "Helvetica.ttc",
    "LiberationSans-Regular.ttf",
    "FreeSans.ttf",
    "segoeui.ttf",
    "Arial Unicode.ttf",
    "NotoSansCJK-Regular.ttc",
    "PingFang.ttc",
    "msyh.ttc",
)
_SHOWN = 8


class Font(NamedTuple):
    """Path of a font, "" for the one that Pillow brings, and the letters that it cannot show."""

    path: str
    lacks: str


def check_font(path: Path) -> None:
    """Raise OptionError unless captions can be written in this font."""
    if _read(os.fspath(path)) is None or not path.is_file():  # Pillow would look elsewhere for one of that name
        raise OptionError(f"cannot read the font {path}: name a file such as DejaVuSans.ttf")


def usual_font(texts: Iterable[str]) -> Font:
    """A font for captions: Pillow's own where they are plain ASCII, else that of the system which lacks least."""
    letters = sorted({letter for text in texts for letter in text if not letter.isascii() and letter.isprintable()})
    if not letters:
        return Font("", "")
    best = Font("", "".join(letters))
    for name in _USUAL:
        font = _read(name)
        if font is None:
            continue
        lacks = lacking_letters(font, letters)
        if len(lacks) < len(best.lacks):
            best = Font(os.path.abspath(str(font.path)), lacks)
        if not lacks:
            break
    return best


def lacking_words(font: Font) -> str:
    """What a person is told of a font that lacks letters."""
    letters = " ".join(font.lacks[:_SHOWN]) + (" ..." if len(font.lacks) > _SHOWN else "")
    found = f"the font {font.path} does not have" if font.path else "no font was found that has"
    return f"{found} {letters}, which captions will lack: name another with --font"


def _read(path: str) -> FreeTypeFont | None:
    from PIL import ImageFont

    try:
        return ImageFont.truetype(path, 32)
    except (OSError, ValueError):
        return None

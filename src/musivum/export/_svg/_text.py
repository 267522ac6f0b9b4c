"""Numbers, text and addresses as XML has them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from musivum.export._names import writable

STRETCHED = 'preserveAspectRatio="none"'
"""What lets an image fill its box."""

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})


def escaped(text: str) -> str:
    """Text for an element or an attribute; characters that XML 1.0 forbids are replaced."""
    return _NO_XML.sub("\ufffd", text).translate(_ESCAPES)


def numeral(value: float) -> str:
    """A number to nine digits, as exact as drawing programs keep it."""
    text = f"{value:.9g}"
    return "0" if text == "-0" else text


def numerals(*values: float) -> str:
    """Numbers, with spaces between them."""
    return " ".join(map(numeral, values))


def placed(box: Iterable[float]) -> str:
    """The attributes of an element that fills the box x0, y0, x1, y1."""
    x0, y0, x1, y1 = box
    return f'x="{numeral(x0)}" y="{numeral(y0)}" width="{numeral(x1 - x0)}" height="{numeral(y1 - y0)}"'


def address(file: str, folder: Path) -> str:
    """How a document in a folder refers to a file: by a relative path, percent-encoded byte by byte."""
    file = os.path.abspath(writable(file))
    try:
        relative = os.path.relpath(file, os.path.abspath(folder))
    except ValueError:  # on another drive of Windows
        return Path(file).as_uri()
    return quote(os.fsencode(Path(relative).as_posix()), safe="/")

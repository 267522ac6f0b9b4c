"""The page as text: its parts put together, and what it may load said in it."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterable, Iterator
from importlib import resources
from typing import Any

_SCRIPTS = (
    "places.js",
    "camera.js",
    "pictures.js",
    "drawn.js",
    "photos.js",
    "painter.js",
    "panel.js",
    "search.js",
    "compare.js",
    "hands.js",
    "marks.js",
    "tip.js",
    "theme.js",
    "main.js",
)
_PART = re.compile(r"\{\{(\w+)\}\}")


def document(data: dict[str, Any], embedded: Iterable[bytes] | None) -> Iterator[str]:
    """Pieces of the page.

    Parameters
    ----------
    data
        What the script reads.
    embedded
        The pictures, or None where they lie in a folder beside the page.
    """
    script = "(() => {\n'use strict';\n" + "\n".join(_file(name) for name in _SCRIPTS) + "})();\n"
    style = _file("page.css")
    parts = {
        "title": html.escape(data["title"]),
        "policy": html.escape(policy(script, style, folder=embedded is None)),
        "style": style,
        "script": script,
        "data": as_text(data),
    }
    for k, piece in enumerate(_PART.split(_file("page.html"))):
        if k % 2 == 0:
            yield piece
        elif piece == "pictures":
            yield from (base64.b64encode(picture).decode() + "\n" for picture in embedded or ())
        else:
            yield parts[piece]


def as_text(data: dict[str, Any]) -> str:
    """JSON in ASCII that no HTML reader takes for the end of a script."""
    return json.dumps(data, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


def policy(script: str, style: str, *, folder: bool) -> str:
    """A Content-Security-Policy: this script, this style, pictures of the page's own, and nothing from a network.

    ``file:`` is for browsers to which every file on disk is a place of its own.
    """
    pictures = "'self' file: data:" if folder else "data:"
    return (
        f"default-src 'none'; base-uri 'none'; form-action 'none'; img-src {pictures}; "
        f"script-src '{_digest(script)}'; style-src '{_digest(style)}'"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _file(name: str) -> str:
    return resources.files("musivum.export._page").joinpath("viewer", name).read_text(encoding="utf-8")

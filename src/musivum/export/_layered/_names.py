"""Names of layers: what a photo's file is called and where it is, as one line that does no harm anywhere."""

from __future__ import annotations

import os
import unicodedata

_LONGEST = 150  # characters; Photoshop takes 255


def layer_name(source: str, place: str) -> str:
    """Name of a layer that shows a photo, or none, in some place."""
    photo, room = spoken(os.path.basename(source.replace("\\", "/"))), _LONGEST - len(place) - 3
    photo = photo if len(photo) <= room else f"{photo[: room - 1]}…"
    return f"{photo} · {place}" if photo else place[:1].upper() + place[1:]


def spoken(text: str) -> str:
    """Anyone's text as one line of what can be seen: no controls, marks of direction or halves of characters."""
    return " ".join("".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text).split())

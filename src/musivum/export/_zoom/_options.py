"""What can be asked of zoomable pictures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from musivum.errors import OptionError

ZOOM_SIDE = 16_000
"""Pixels of the longer side unless the person says otherwise."""

_SIDES = (64, 4096)
_IN_ADDRESSES = re.compile(r"[!#-;=?-Z\[\]_a-z~]+")  # what RFC 3986 allows, others being percent-encoded


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoomOptions:
    """How a picture is cut up to be looked at piece by piece.

    Parameters
    ----------
    zoom_tile
        Side of the zoom tiles in pixels, a multiple of 16.
    address
        Where on the web the folder will be (.iiif), such as https://example.org/face.iiif; by default http://localhost:8000/NAME.

    Raises
    ------
    OptionError
        If a value leaves its range.
    """

    zoom_tile: int = 512
    address: str | None = None

    def __post_init__(self) -> None:
        if not _SIDES[0] <= self.zoom_tile <= _SIDES[1] or self.zoom_tile % 16:
            raise OptionError(f"zoom-tile {self.zoom_tile} is not a multiple of 16 in {_SIDES[0]}..{_SIDES[1]}")
        if self.address is not None and not _of_folder(self.address):
            raise OptionError(
                f"address {self.address!r} is not that of a folder on the web; write https://example.org/face.iiif"
            )


def _of_folder(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    alone = not (parts.query or parts.fragment)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and alone and bool(_IN_ADDRESSES.fullmatch(address))

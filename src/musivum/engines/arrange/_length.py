"""Gaps, margins and captions as people write them: pixels, paper, or a share of a cell."""

from __future__ import annotations

import re
from typing import NamedTuple

from musivum.errors import OptionError
from musivum.raster import pixels_of

_SHARE = re.compile(r"\s*([0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)\s*%\s*")
_NOTHING = re.compile(r"\s*0+(?:[.,]0*)?\s*[a-z]*\s*", re.IGNORECASE)
_LARGEST_SHARE = 10.0


class Length(NamedTuple):
    """A share of the shorter side of a cell plus a number of pixels."""

    share: float
    pixels: float

    def at(self, side: float) -> float:
        """Pixels where the shorter side of a cell is `side` pixels."""
        return self.share * side + self.pixels


def length_of(text: str | float, *, dpi: float) -> Length:
    """Read a length such as ``"2%"``, ``"12"``, ``"12px"``, ``"3mm"`` or ``"0"``.

    Parameters
    ----------
    text
        A number and % (of the shorter side of a cell), px (as no unit at all), mm, cm, in or pt.
    dpi
        Pixels per inch that paper lengths are printed with.

    Raises
    ------
    OptionError
        If the text is no length, or more than ten cells.
    """
    share = _SHARE.fullmatch(str(text))
    if share is None:
        nothing = _NOTHING.fullmatch(str(text))
        return Length(0.0, 0.0 if nothing else float(pixels_of(text, dpi=dpi)))
    part = float(share[1].replace(",", ".")) / 100
    if part > _LARGEST_SHARE:
        raise OptionError(f"{str(text)!r} of a cell is more than ten cells: write less, such as 2%, 12 or 3mm")
    return Length(part, 0.0)

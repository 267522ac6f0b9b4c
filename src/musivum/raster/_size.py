"""Lengths as people write them: 4000, 4000px, 90cm, 900mm, 35in."""

from __future__ import annotations

import math
import re

from musivum.errors import OptionError

UNITS: dict[str, float] = {"in": 1.0, "cm": 1 / 2.54, "mm": 1 / 25.4, "pt": 1 / 72}
"""Inches in each unit of length."""

_LENGTH = re.compile(r"\s*([0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)\s*([a-z\"”]*)\s*", re.IGNORECASE)
_SYNONYMS = {"": "px", "pixel": "px", "pixels": "px", "inch": "in", "inches": "in", '"': "in", "”": "in"}
_MOST_PIXELS = 10_000_000


def pixels_of(length: str | float, *, dpi: float) -> int:
    """Pixels of a length such as ``"4000"``, ``"4000px"``, ``"90cm"``, ``"900mm"``, ``"35in"``, to the nearest.

    Parameters
    ----------
    length
        A number of pixels, or text: a number and a unit out of px, in, cm, mm, pt.
    dpi
        Pixels per inch that paper lengths are printed with.

    Raises
    ------
    OptionError
        If the text is no length, or the length is less than half a pixel or absurdly long.
    """
    if not (dpi > 0 and math.isfinite(dpi)):
        raise OptionError(f"{dpi} pixels per inch is not a resolution; give a number above 0, such as 300")
    match = _LENGTH.fullmatch(str(length))
    unit = match[2].lower() if match else ""
    unit = _SYNONYMS.get(unit, unit)
    if match is None or (unit != "px" and unit not in UNITS):
        raise OptionError(f"{str(length)!r} is not a length; write 4000 or 4000px, or 90cm, 900mm, 35in")
    number = float(match[1].replace(",", "."))
    pixels = number if unit == "px" else number * UNITS[unit] * dpi
    if not 0.5 <= pixels <= _MOST_PIXELS:
        raise OptionError(f"{str(length)!r} at {dpi:g} dpi is {pixels:g} pixels; 1 to {_MOST_PIXELS} can be drawn")
    return math.floor(pixels + 0.5)

"""Lengths as people write them: 4000, 4000px, 90cm, 900mm, 35in."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from musivum.errors import OptionError

UNITS: dict[str, float] = {"in": 1.0, "cm": 1 / 2.54, "mm": 1 / 25.4, "pt": 1 / 72}
"""Inches in each unit of length."""

_LENGTH = re.compile(r"\s*([0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)\s*([a-z\"”]*)\s*", re.IGNORECASE)
_SYNONYMS = {"": "px", "pixel": "px", "pixels": "px", "inch": "in", "inches": "in", '"': "in", "”": "in"}
_MOST_PIXELS = 10_000_000
_MILLIMETRES = 25.4  # in an inch


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
    read = _read(str(length))
    if read is None:
        raise OptionError(f"{str(length)!r} is not a length; write 4000 or 4000px, or 90cm, 900mm, 35in")
    number, unit = read
    pixels = number if unit == "px" else number * UNITS[unit] * dpi
    if not 0.5 <= pixels <= _MOST_PIXELS:
        raise OptionError(f"{str(length)!r} at {dpi:g} dpi is {pixels:g} pixels; 1 to {_MOST_PIXELS} can be drawn")
    return math.floor(pixels + 0.5)


def millimetres_of(length: str) -> float:
    """Millimetres of a length on paper such as ``"3mm"``, ``"0.5in"`` or ``"0"``, which needs no unit.

    Raises
    ------
    OptionError
        If the text is no length, or one in pixels.
    """
    read = _read(length)
    if read is None or (read.unit == "px" and read.number > 0):
        raise OptionError(f"{length!r} is not a length on paper; write a number and mm, cm or in, such as 10mm")
    return read.number * UNITS.get(read.unit, 0.0) * _MILLIMETRES


class _Read(NamedTuple):
    number: float
    unit: str


def _read(length: str) -> _Read | None:
    """The number and the unit, px where there is none; None if the text is no length."""
    match = _LENGTH.fullmatch(length)
    if match is None:
        return None
    unit = _SYNONYMS.get(match[2].lower(), match[2].lower())
    return _Read(float(match[1].replace(",", ".")), unit) if unit == "px" or unit in UNITS else None

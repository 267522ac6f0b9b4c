"""What a PDF can be told, and the lengths that it is told in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from musivum.errors import OptionError
from musivum.raster import pixels_of

MILLIMETRE = 72 / 25.4
"""In points."""

PAPERS: dict[str, tuple[float, float]] = {
    "a5": (148, 210),
    "a4": (210, 297),
    "a3": (297, 420),
    "a2": (420, 594),
    "letter": (215.9, 279.4),
    "legal": (215.9, 355.6),
    "tabloid": (279.4, 431.8),
}
"""Width and height of papers in millimetres."""

_SIDES = re.compile(r"\s*([0-9.,]+)\s*([a-z\"]*?)\s*[x×]\s*([0-9.,]+)\s*([a-z\"]+)\s*", re.IGNORECASE)
_NOTHING = re.compile(r"\s*0+([.,]0*)?\s*[a-z\"]*\s*", re.IGNORECASE)
_FINE = 1000  # parts of a point
_WIDEST_BLEED = 100 * MILLIMETRE


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfOptions:
    """How a PDF is laid out for print.

    Parameters
    ----------
    bleed
        How far the picture goes on beyond the cut, mirrored at its edges, such as 3mm.
    marks
        Draw crop marks, or not; by default where there is bleed, and on sheets.
    sheets
        Paper to divide the picture among: a5, a4, a3, a2, letter, legal, tabloid, or such as 330x480mm.
    overlap
        Width of what neighbouring sheets both show, for glueing.
    sheet_margin
        Margin of a sheet that the printer leaves white.
    """

    bleed: str = "0mm"
    marks: bool | None = None
    sheets: str | None = None
    overlap: str = "10mm"
    sheet_margin: str = "5mm"

    def __post_init__(self) -> None:
        for name in ("bleed", "overlap", "sheet_margin"):
            points_of(name.replace("_", " "), getattr(self, name))
        if points_of("bleed", self.bleed) > _WIDEST_BLEED:
            raise OptionError(f"bleed {self.bleed} is more than 10 cm: print shops ask for 3mm to 5mm")
        if self.sheets is not None:
            paper_of(self.sheets)
            if points_of("bleed", self.bleed) > 0:
                raise OptionError("bleed and sheets contradict each other: bleed is for one page that is cut to size")


def points_of(name: str, length: str) -> float:
    """Points (1/72 inch) of a length on paper, such as ``3mm`` or 0, to the micrometre.

    Raises
    ------
    OptionError
        If it is no length, or one in pixels.
    """
    if _NOTHING.fullmatch(length):
        return 0.0
    fine = pixels_of(length, dpi=72 * _FINE)
    if fine == pixels_of(length, dpi=144 * _FINE):
        raise OptionError(f"{name} {length} has no unit of length on paper: write mm, cm or in, such as 10mm")
    return round(fine / _FINE / MILLIMETRE, 3) * MILLIMETRE


def paper_of(sheets: str) -> tuple[float, float]:
    """Width and height in points of a paper, given by its name or its sides.

    Raises
    ------
    OptionError
        If there is no such paper.
    """
    name = sheets.strip().lower()
    if name in PAPERS:
        width, height = PAPERS[name]
        return width * MILLIMETRE, height * MILLIMETRE
    match = _SIDES.fullmatch(sheets)
    if match is None:
        raise OptionError(f"sheets {sheets!r} is no paper: write {', '.join(PAPERS)}, or its sides such as 330x480mm")
    return points_of("sheets", match[1] + (match[2] or match[4])), points_of("sheets", match[3] + match[4])

"""What a PDF can be told, and the lengths that it is told in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from musivum.errors import OptionError
from musivum.raster import millimetres_of

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
_LENGTHS = {"bleed": "0", "overlap": "10mm", "sheet_margin": "5mm"}
_WIDEST_BLEED = 100 * MILLIMETRE
_SHORTEST, _LONGEST = 10, 50_000  # millimetres of a sheet's sides


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfOptions:
    """How a PDF is laid out for print.

    Parameters
    ----------
    bleed
        How far the picture goes on beyond the cut, mirrored at its edges, such as 3mm; 0 by default.
    marks
        Draw crop marks, or not; by default where there is bleed, and on sheets.
    sheets
        Paper to divide the picture among: a5, a4, a3, a2, letter, legal, tabloid, or such as 330x480mm.
    overlap
        Width of what neighbouring sheets both show, for glueing; 10mm by default.
    sheet_margin
        Margin of a sheet that the printer leaves white; 5mm by default.
    """

    bleed: str | None = None
    marks: bool | None = None
    sheets: str | None = None
    overlap: str | None = None
    sheet_margin: str | None = None

    def __post_init__(self) -> None:
        for name in _LENGTHS:
            self.points(name)
        if self.points("bleed") > _WIDEST_BLEED:
            raise OptionError(f"bleed {self.bleed} is more than 10 cm: print shops ask for 3mm to 5mm")
        if self.sheets is not None:
            paper_of(self.sheets)
            if self.points("bleed") > 0:
                raise OptionError("bleed and sheets contradict each other: bleed is for one page that is cut to size")
        else:
            for name in ("overlap", "sheet_margin"):
                if getattr(self, name) is not None:
                    raise OptionError(
                        f"{_shown(name)} is for sheets: say on which paper with --sheets, or leave it out"
                    )

    def points(self, name: str) -> float:
        """Points (1/72 inch) of the bleed, the overlap or the sheet_margin, or of what they are by default."""
        asked = getattr(self, name)
        return _points_of(_shown(name), _LENGTHS[name] if asked is None else asked)


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
    width, height = (_points_of("sheets", side) for side in (match[1] + (match[2] or match[4]), match[3] + match[4]))
    if not _SHORTEST <= min(width, height) / MILLIMETRE <= max(width, height) / MILLIMETRE <= _LONGEST:
        raise OptionError(f"sheets {sheets!r} is no paper: its sides must be 10mm to 50 m, such as 330x480mm")
    return width, height


def _points_of(name: str, length: str) -> float:
    """Points of a length on paper, to the micrometre; what is wrong with it is told with the name."""
    try:
        return round(millimetres_of(length), 3) * MILLIMETRE
    except OptionError as fault:
        raise OptionError(f"{name} {fault}") from fault


def _shown(name: str) -> str:
    return name.replace("_", "-")

"""What is drawn around a picture: crop marks, cutting marks, labels, and the plan of how sheets hang.

Coordinates are points, y up, from the lower left corner of the page.
"""

from __future__ import annotations

from collections.abc import Iterator

from musivum.export._pdf._file import numbers
from musivum.export._pdf._options import MILLIMETRE
from musivum.export._pdf._sheets import Sheets
from musivum.geometry import Box

MARK = 5 * MILLIMETRE
"""Length of a crop mark."""

_THIN = 0.25
_CLEAR = 0.5 * MILLIMETRE
_CUTTING = 4 * MILLIMETRE
_WIDE_LETTER = 0.6  # ems: Helvetica's are narrower on average
_DASHED, _SOLID = "[1.5 1.5] 0 d", "[] 0 d"


def crop_marks(trim: Box, away: float, length: float = MARK) -> str:
    """Two lines at each corner of a box, that begin so far away from it."""
    lines = []
    for x, across in ((trim.x0, -1), (trim.x1, 1)):
        for y, up in ((trim.y0, -1), (trim.y1, 1)):
            lines.append((x + across * away, y, x + across * (away + length), y))
            lines.append((x, y + up * away, x, y + up * (away + length)))
    return _stroked(lines)


def sheet_marks(part: Box, overlap: float, right: bool, below: bool) -> str:
    """Where to cut a sheet, and with dashes how far its neighbours on the right and below come over it."""
    near, far = _CLEAR, _CLEAR + _CUTTING
    dashed = []
    if right and overlap:
        x = part.x1 - overlap
        dashed += [(x, part.y0 - near, x, part.y0 - far), (x, part.y1 + near, x, part.y1 + far)]
    if below and overlap:
        y = part.y0 + overlap
        dashed += [(part.x0 - near, y, part.x0 - far, y), (part.x1 + near, y, part.x1 + far, y)]
    marks = crop_marks(part, _CLEAR, _CUTTING)
    return f"{marks}\n{_DASHED}\n{_stroked(dashed)}\n{_SOLID}" if dashed else marks


def _stroked(lines: list[tuple[float, float, float, float]]) -> str:
    drawn = "\n".join(f"{numbers(x0, y0)} m {numbers(x1, y1)} l" for x0, y0, x1, y1 in lines)
    return f"0 G {_THIN} w\n{drawn} S"


def words(text: str, x: float, y: float, size: float) -> str:
    """A line of ASCII in the font F1, which begins at (x, y)."""
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT 0 g /F1 {numbers(size)} Tf {numbers(x, y)} Td ({escaped}) Tj ET"


def hanging_plan(sheets: Sheets, box: Box) -> Iterator[str]:
    """Over a small picture of the whole in a box: the edge of every sheet, and its name in the middle of it."""
    scale = box.width / sheets.size.width
    for name, part in sheets.parts():
        x0, x1 = box.x0 + part.x0 * scale, box.x0 + part.x1 * scale
        y0, y1 = box.y1 - part.y1 * scale, box.y1 - part.y0 * scale
        for grey, width in ((1, 1.2), (0, 0.4)):
            yield f"{grey} G {width} w {numbers(x0, y0, x1 - x0, y1 - y0)} re S"
        size = min(12.0, 0.35 * (y1 - y0), (x1 - x0) / (len(name) + 1) / _WIDE_LETTER)
        wide, middle_x, middle_y = len(name) * _WIDE_LETTER * size, (x0 + x1) / 2, (y0 + y1) / 2
        yield f"1 g {numbers(middle_x - 0.6 * wide, middle_y - 0.65 * size, 1.2 * wide, 1.3 * size)} re f"
        yield words(name, middle_x - wide / 2, middle_y - 0.35 * size, size)

"""A contact sheet: pictures of one size with their names and figures, the best of each figure marked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from musivum.geometry import Size

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

_PAPER, _INK, _PALE, _BEST = (24, 24, 27), (228, 228, 231), (146, 146, 156), (251, 191, 36)
_PAGE_ASPECT = 1.5
_LEAST_TYPE = 9


class Figure(NamedTuple):
    """One figure under a picture: what it is, how much, whether it is the best of its kind on the sheet."""

    name: str
    text: str
    best: bool = False


class Panel(NamedTuple):
    """A picture (h, w, 3) of sRGB bytes, its name, a remark in smaller type, and figures."""

    picture: npt.NDArray[np.uint8]
    title: str
    note: str = ""
    figures: tuple[Figure, ...] = ()


class _Type(NamedTuple):
    """Sizes of type and gaps in pixels; all follow the width of a picture."""

    heading: int
    title: int
    note: int
    gap: int

    @property
    def caption_height(self) -> int:
        """Name, remark, and figures with their names above."""
        return round(0.5 * self.gap + 2.5 * self.title + 2.9 * self.note)


class _Layout(NamedTuple):
    columns: int
    top: int
    cell: Size
    size: Size


def sheet_size(count: int, picture: Size) -> Size:
    """Pixels of a sheet of so many panels whose pictures have this size."""
    return _lay_out(count, picture).size


def sheet(panels: Sequence[Panel], heading: str, remark: str = "") -> npt.NDArray[np.uint8]:
    """Compose panels, whose pictures are all of one size, in rows under a heading; (h, w, 3) sRGB bytes.

    As many columns are taken as bring the page nearest to 3:2 with few places left empty. Text that is too wide is set
    smaller and then cut.
    """
    height, width = panels[0].picture.shape[:2]
    type_, layout = _type_of(width), _lay_out(len(panels), Size(width, height))
    page = Image.new("RGB", layout.size, _PAPER)
    draw = ImageDraw.Draw(page)
    room = layout.size.width - 2 * type_.gap
    _text(draw, (type_.gap, type_.gap), heading, type_.heading, _INK, room)
    _text(draw, (type_.gap, round(type_.gap + 1.25 * type_.heading)), remark, type_.note, _PALE, room)
    for k, panel in enumerate(panels):
        row, column = divmod(k, layout.columns)
        at = (
            type_.gap + column * (layout.cell.width + type_.gap),
            layout.top + row * (layout.cell.height + type_.gap),
        )
        page.paste(Image.fromarray(panel.picture), at)
        _caption(draw, (at[0], at[1] + height + type_.gap // 2), width, panel, type_)
    return np.asarray(page)


def _lay_out(count: int, picture: Size) -> _Layout:
    type_ = _type_of(picture.width)
    cell, gap = Size(picture.width, picture.height + type_.caption_height), type_.gap
    columns = _columns(count, cell, gap)
    rows = -(-count // columns)
    top = round(1.5 * gap + 1.25 * type_.heading + 1.5 * type_.note)
    size = Size(gap + columns * (cell.width + gap), top + rows * (cell.height + gap) + gap // 2)
    return _Layout(columns, top, cell, size)


def _type_of(width: int) -> _Type:
    title = max(13, round(width / 20))
    return _Type(round(1.6 * title), title, max(10, round(0.62 * title)), max(12, round(width / 16)))


def _columns(count: int, cell: Size, gap: int) -> int:
    def badness(columns: int) -> float:
        rows = -(-count // columns)
        aspect = columns * (cell.width + gap) / (rows * (cell.height + gap))
        return abs(math.log(aspect / _PAGE_ASPECT)) + 0.8 * (rows * columns - count) / count

    return min(range(1, count + 1), key=badness)


def _caption(draw: ImageDraw.ImageDraw, at: tuple[int, int], width: int, panel: Panel, type_: _Type) -> None:
    x, y = at
    _text(draw, (x, y), panel.title, type_.title, _INK, width)
    y += round(1.3 * type_.title)
    _text(draw, (x, y), panel.note, type_.note, _PALE, width)
    y += round(1.6 * type_.note)
    step = width / max(1, len(panel.figures))
    for k, figure in enumerate(panel.figures):
        left = round(x + k * step)
        name = f"{figure.name}, best" if figure.best else figure.name
        _text(draw, (left, y), name, type_.note, _BEST if figure.best else _PALE, step)
        value = (left, y + round(1.3 * type_.note))
        _text(draw, value, figure.text, type_.title, _BEST if figure.best else _INK, step)


def _text(
    draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str, size: int, colour: tuple[int, int, int], room: float
) -> None:
    """Write in a line that begins at `at` and is at most `room` pixels wide."""
    while size > _LEAST_TYPE and _font(size).getlength(text) > room:
        size -= 1
    font = _font(size)
    if font.getlength(text) > room:
        while text and font.getlength(text + "...") > room:
            text = text[:-1]
        text += "..."
    draw.text(at, text, colour, font, anchor="la")


@cache
def _font(size: int) -> FreeTypeFont:
    return cast("FreeTypeFont", ImageFont.load_default(size))

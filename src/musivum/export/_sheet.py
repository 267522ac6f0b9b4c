"""A contact sheet: pictures of one size with their names and figures, the best of each figure marked."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
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
_TALLEST = 1.5  # height of a picture, in widths of its column
_LEAST_TYPE = 9


class Figure(NamedTuple):
    """One figure under a picture: what it is, how much, whether it is the best of its kind on the sheet."""

    name: str
    text: str
    best: bool = False


class Panel(NamedTuple):
    """A picture, its name, a remark in smaller type, and figures.

    The picture is what makes it, (h, w, 3) of sRGB bytes: it is called when its row of the sheet is composed.
    """

    picture: Callable[[], npt.NDArray[np.uint8]]
    title: str
    note: str = ""
    figures: tuple[Figure, ...] = ()


class _Type(NamedTuple):
    """Sizes of type and gaps in pixels; all follow the width of a column."""

    heading: int
    title: int
    note: int
    gap: int

    @property
    def caption_height(self) -> int:
        """Name, remark, and figures with their names above."""
        return round(0.5 * self.gap + 2.5 * self.title + 2.9 * self.note)


class _Layout(NamedTuple):
    """Cells of `cell` pixels in `columns`, the first row `top` below the edge of a page of `size`."""

    columns: int
    top: int
    cell: Size
    size: Size
    type: _Type


def panel_size(shape: Size, width: int) -> Size:
    """The largest picture of a shape in a column of this width: at most one and a half times as high as the column."""
    return shape.scaled(min(width / shape.width, _TALLEST * width / shape.height))


def sheet_size(count: int, picture: Size) -> Size:
    """Pixels of a sheet of so many panels whose pictures have this size."""
    return _lay_out(count, picture).size


def sheet(panels: Sequence[Panel], picture: Size, heading: str, remark: str = "") -> Iterator[npt.NDArray[np.uint8]]:
    """Compose panels in rows under a heading, as strips (k, w, 3) of sRGB bytes from top to bottom.

    As many columns are taken as bring the page nearest to 3:2 with few places left empty. Text that is too wide is set
    smaller and then cut. No more than one row and one picture are in memory.

    Parameters
    ----------
    picture
        Size of every panel's picture.
    """
    layout = _lay_out(len(panels), picture)
    yield _heading(layout, heading, remark)
    for first in range(0, len(panels), layout.columns):
        yield _row(layout, panels[first : first + layout.columns])
    yield _paper(Size(layout.size.width, layout.type.gap // 2))


def _heading(layout: _Layout, heading: str, remark: str) -> npt.NDArray[np.uint8]:
    type_, width = layout.type, layout.size.width
    image = Image.new("RGB", (width, layout.top), _PAPER)
    draw = ImageDraw.Draw(image)
    room = width - 2 * type_.gap
    _text(draw, (type_.gap, type_.gap), heading, type_.heading, _INK, room)
    _text(draw, (type_.gap, round(type_.gap + 1.25 * type_.heading)), remark, type_.note, _PALE, room)
    return np.asarray(image)


def _row(layout: _Layout, panels: Sequence[Panel]) -> npt.NDArray[np.uint8]:
    gap, cell = layout.type.gap, layout.cell
    row = _paper(Size(layout.size.width, cell.height + gap))
    for k, panel in enumerate(panels):
        left = gap + k * (cell.width + gap)
        picture = panel.picture()
        height, width, _ = picture.shape
        row[:height, left : left + width] = picture
        caption = Image.new("RGB", (cell.width, len(row) - height), _PAPER)
        _caption(ImageDraw.Draw(caption), (0, gap // 2), cell.width, panel, layout.type)
        row[height:, left : left + cell.width] = np.asarray(caption)
    return row


def _paper(size: Size) -> npt.NDArray[np.uint8]:
    return np.full((size.height, size.width, 3), _PAPER, np.uint8)


def _lay_out(count: int, picture: Size) -> _Layout:
    width = max(picture.width, math.floor(picture.height / _TALLEST))
    type_ = _type_of(width)
    cell, gap = Size(width, picture.height + type_.caption_height), type_.gap
    columns = _columns(count, cell, gap)
    rows = -(-count // columns)
    top = round(1.5 * gap + 1.25 * type_.heading + 1.5 * type_.note)
    size = Size(gap + columns * (cell.width + gap), top + rows * (cell.height + gap) + gap // 2)
    return _Layout(columns, top, cell, size, type_)


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

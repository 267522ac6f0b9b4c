"""A plan as a PDF: one page of its own size, or sheets for a wall."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from musivum.atomic import check_place, replacing, writing
from musivum.export._look import Look, Picture
from musivum.export._pdf._file import PdfFile
from musivum.export._pdf._image import LONGEST, mirrored_strips, put_image
from musivum.export._pdf._marks import MARK, crop_marks, hanging_plan, sheet_marks, words
from musivum.export._pdf._options import MILLIMETRE, PdfOptions
from musivum.export._pdf._pages import Book, Page
from musivum.export._pdf._sheets import GUTTER, Sheets, divide
from musivum.geometry import Box, Size
from musivum.library import Library
from musivum.plan import Plan
from musivum.progress import Progress
from musivum.threads import thread_count

if TYPE_CHECKING:
    from musivum.render import Drawing

_DPI = 300.0
_NEAREST_MARK = 3 * MILLIMETRE
_SEAM = 32  # pixels that the images of one page share, so that no gap shows between them
_OVERVIEW = 1200  # pixels of its longer side
_LABEL, _TEXT = 7.0, 10.0  # points


def check_pdf(
    path: Path, size: Size, *, channels: int, options: PdfOptions | None = None, quality: int, dpi: float | None
) -> None:
    """Raise OptionError unless a picture of this size can be laid out so."""
    check_place(path)
    if options is not None and options.sheets is not None:
        divide(size, options, dpi or _DPI)


def write_pdf(
    plan: Plan,
    library: Library,
    path: Path,
    look: Look,
    *,
    options: PdfOptions | None = None,
    quality: int,
    dpi: float | None,
    progress: Progress,
) -> Picture:
    """Write one page of the picture's own size, or sheets to hang side by side; `dpi` is 300 if None."""
    options, dpi = options or PdfOptions(), dpi or _DPI
    drawing = look.drawing(plan, library)
    with writing(path), replacing(path) as temporary, temporary.open("wb") as file:
        pdf = PdfFile(file)
        press = _Press(pdf, drawing, quality, path.parent, look.workers, 72 / dpi, progress)
        if options.sheets is None:
            remarks = press.page(options)
        else:
            sheets = divide(drawing.size, options, dpi)
            small = replace(look, scale=look.scale * min(1, _OVERVIEW / max(drawing.size)))
            remarks = press.sheets(sheets, options, small.drawing(plan, library) if sheets.total > 1 else None)
        press.book.finish(path.stem)
    return Picture(path, drawing.size, drawing.drawn, remarks)


class _Press:
    """What lays a drawing out on pages; lengths are points, `pixel` is one of the drawing's pixels."""

    def __init__(
        self,
        pdf: PdfFile,
        drawing: Drawing,
        quality: int,
        folder: Path,
        workers: int | None,
        pixel: float,
        progress: Progress,
    ) -> None:
        self.book = Book(pdf, transparent=drawing.channels == 4)
        self._pdf, self._drawing, self._quality, self._folder = pdf, drawing, quality, folder
        self._workers, self._pixel, self._progress = thread_count(workers), pixel, progress
        self._done = self._total = 0

    def page(self, options: PdfOptions) -> tuple[str, ...]:
        """One page; what is beyond the cut is mirrored at the edges of the picture."""
        bleed, pixel = options.points("bleed"), self._pixel
        marks = bleed > 0 if options.marks is None else options.marks
        away = max(bleed + MILLIMETRE, _NEAREST_MARK)
        border = away + MARK + MILLIMETRE if marks else bleed
        width, height = (side * pixel for side in self._drawing.size)
        trim = Box(border, border, border + width, border + height)
        bled = _grown(trim, bleed)
        more = math.ceil(bleed / pixel - 1e-6)
        region = Box(-more, -more, self._drawing.size.width + more, self._drawing.size.height + more)
        self._begin([region])
        images = self._images(region, Box(trim.x0 - more * pixel, 0, 0, trim.y1 + more * pixel))
        size = (width + 2 * border, height + 2 * border)
        self.book.add(Page(size, trim, bled, images, bled, crop_marks(trim, away) if marks else ""))
        said = f"{_millimetres(width)} x {_millimetres(height)} mm"
        return (said + (f" and {_millimetres(bleed)} mm of bleed on each side" if bleed else ""),)

    def sheets(self, sheets: Sheets, options: PdfOptions, overview: Drawing | None) -> tuple[str, ...]:
        """A page for each sheet, and one that shows how they hang if there are several."""
        pixel, (width, height) = self._pixel, sheets.paper
        whole = Box(0, 0, width, height)
        parts = list(sheets.parts())
        self._begin([box for _, box in parts])
        overlap = (sheets.part.width - sheets.step[0]) * pixel
        for k, (name, part) in enumerate(parts):
            x0, y1 = sheets.corner[0] * pixel, height - sheets.corner[1] * pixel
            box = Box(x0, y1 - part.height * pixel, x0 + part.width * pixel, y1)
            over = [
                words(f"{name}   sheet {k + 1} of {sheets.total}", x0 + 3 * MILLIMETRE, box.y0 - _LABEL - 4, _LABEL)
            ]
            if options.marks is not False:
                last_column, last_row = part.x1 == sheets.size.width, part.y1 == sheets.size.height
                over.append(sheet_marks(box, overlap, not last_column, not last_row))
            self.book.add(Page(sheets.paper, whole, whole, self._images(part, box), box, "\n".join(over), name))
        if overview is not None:
            self._overview(sheets, overview, options)
        way = "on their sides" if width > height else "upright"
        count = "1 sheet" if sheets.total == 1 else f"{sheets.total:,} sheets in {sheets.rows} rows of {sheets.columns}"
        return (f"{count}, {way}: print at actual size (100 %)",)

    def _overview(self, sheets: Sheets, drawing: Drawing, options: PdfOptions) -> None:
        (width, height), pixel = sheets.paper, self._pixel
        border = options.points("sheet_margin") + GUTTER
        overlap = sheets.part.width - sheets.step[0]
        sides = " x ".join(_millimetres(side * pixel) for side in sheets.size)
        many = f"{sheets.total} sheets, {sheets.rows} rows of {sheets.columns}"
        lines = [
            f"{sides} mm on {many}. Print at 100% (actual size).",
            "Letters are rows from the top, numbers are sheets from the left.",
        ]
        if overlap and options.marks is not False:
            lines += [
                "Cut each sheet along the marks on its left and at its top,",
                "and glue it over its neighbours there, up to their dashed marks.",
            ]
        room = width - 2 * border
        size = min(_TEXT, room / (0.52 * max(map(len, lines))))
        tops = [height - border - (k + 1) * 1.4 * size for k in range(len(lines))]
        over = [words(line, border, top, size) for line, top in zip(lines, tops, strict=True)]
        scale = min(room / sheets.size.width, (tops[-1] - size - border) / sheets.size.height)
        wide, high = sheets.size.width * scale, sheets.size.height * scale
        box = Box((width - wide) / 2, tops[-1] - size - high, (width + wide) / 2, tops[-1] - size)
        image = self._image(drawing.strips(), drawing.size)
        whole = Box(0, 0, width, height)
        over += hanging_plan(sheets, box)
        self.book.add(Page(sheets.paper, whole, whole, [(image, box)], box, "\n".join(over), "how they hang"))

    def _images(self, region: Box, corner: Box) -> list[tuple[int, Box]]:
        """Images of a region, the upper left corner of which goes to x0, y1 of a box."""
        pixel, found = self._pixel, []
        for part in _pieces(region):
            left, top = corner.x0 + (part.x0 - region.x0) * pixel, corner.y1 - (part.y0 - region.y0) * pixel
            strips = self._told(mirrored_strips(self._drawing, part))
            image = self._image(strips, Size(int(part.width), int(part.height)))
            found.append((image, Box(left, top - part.height * pixel, left + part.width * pixel, top)))
        return found

    def _image(self, strips: Iterable[npt.NDArray[np.uint8]], size: Size) -> int:
        return put_image(
            self._pdf,
            strips,
            size,
            channels=self._drawing.channels,
            colours=self.book.profile,
            quality=self._quality,
            folder=self._folder,
            workers=self._workers,
        )

    def _begin(self, regions: list[Box]) -> None:
        self._total = sum(int(part.height) for region in regions for part in _pieces(region))
        self._progress("drawing", 0, self._total)

    def _told(self, strips: Iterable[npt.NDArray[np.uint8]]) -> Iterator[npt.NDArray[np.uint8]]:
        for strip in strips:
            yield strip
            self._done += len(strip)
            self._progress("drawing", self._done, self._total)


def _pieces(region: Box) -> Iterator[Box]:
    """A region as boxes that an image can hold; they share a seam."""
    for y0, y1 in _spans(int(region.y0), int(region.y1)):
        for x0, x1 in _spans(int(region.x0), int(region.x1)):
            yield Box(x0, y0, x1, y1)


def _spans(first: int, last: int) -> Iterator[tuple[int, int]]:
    while last - first > LONGEST:
        yield first, first + LONGEST
        first += LONGEST - _SEAM
    yield first, last


def _grown(box: Box, by: float) -> Box:
    return Box(box.x0 - by, box.y0 - by, box.x1 + by, box.y1 + by)


def _millimetres(points: float) -> str:
    return f"{points / MILLIMETRE:,.1f}".removesuffix(".0")

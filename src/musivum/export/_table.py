"""Which photo is where: a plan as rows of text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.export._free import lies_freely
from musivum.plan import Plan, bounds, rectangles

_DYADIC = 1024  # canvas coordinates are exact to this part of a pixel
_ROW_PITCH = 0.7  # rows are at least so much of their height apart
_BLOCK = 4096
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")

COLUMNS = (
    *("placement", "row", "column", "x0", "y0", "x1", "y1"),
    *("file", "photo_width", "photo_height", "crop_x0", "crop_y0", "crop_x1", "crop_y1"),
    *("mirrored", "turned", "error"),
    *("centre_x", "centre_y", "width", "height", "opacity", "feather", "copies", "tile"),
)


def placements_csv(plan: Plan, scale: float = 1.0) -> Iterator[str]:
    """One line a placement, in painting order, under a line of `COLUMNS`; piece by piece.

    `placement`, `row` and `column` count from 1; the latter two are empty where placements are no cells or form no
    rows. x0..y1 are the upright box around the placement, crop_x0..crop_y1 the part of the photo, in its pixels.
    `mirrored` is yes or no, `turned` the degrees clockwise, both as applied to the crop, mirroring first. `width` and
    `height` are the drawn crop's own sides, `opacity` and `feather` as in `Placements`, `copies` how often the plan
    shows the photo, `tile` its digest. Text in quotes may hold commas, quotes and line breaks.

    Parameters
    ----------
    scale
        Pixels, in which boxes, centres and sides are given, to a pixel of the canvas.
    """
    photos, tiles = plan.placements, plan.tiles
    canvas = bounds(photos)
    row, column = ([0] * len(canvas),) * 2 if lies_freely(plan) else rows_and_columns(canvas)
    boxes = np.rint(canvas * _DYADIC) / _DYADIC * scale
    lies = rectangles(photos.crop, photos.transform)
    lengths = np.stack([lies.middle.real, lies.middle.imag, np.abs(lies.across), np.abs(lies.down)], axis=1) * scale
    turned = np.degrees(photos.transform[:, 1]) % 360
    copies = np.bincount(photos.tile, minlength=len(tiles))
    files = list(map(no_formula, tiles.sources))
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for first in range(0, max(len(photos), 1), _BLOCK):
        for i, tile in enumerate(photos.tile[first : first + _BLOCK].tolist(), first):
            writer.writerow(
                [
                    i + 1,
                    row[i] or "",
                    column[i] or "",
                    *map(_number, boxes[i].tolist()),
                    files[tile],
                    *tiles.sizes[tile].tolist(),
                    *map(_number, photos.crop[i].tolist()),
                    "yes" if photos.mirror[i] else "no",
                    _number(turned[i]),
                    f"{photos.error[i]:.6g}",
                    *map(_number, lengths[i].tolist()),
                    _number(photos.opacity[i]),
                    _number(photos.feather[i]),
                    copies[tile],
                    no_formula(tiles.ids[tile]),
                ]
            )
        yield stream.getvalue()
        stream.seek(0)
        stream.truncate()


def no_formula(path: str) -> str:
    """The path, led by ``./`` where a spreadsheet would otherwise carry it out as a formula: it names the same file."""
    return f"./{path}" if _FORMULA.match(path) else path


def rows_and_columns(box: npt.NDArray[np.float64]) -> tuple[list[int], list[int]]:
    """Row and column of each box (n, 4), from 1; zeros where boxes of one top differ in height, or rows interlock."""
    nothing = [0] * len(box)
    if not len(box):
        return nothing, nothing
    edges: npt.NDArray[Any] = np.rint(box * _DYADIC).astype(np.int64)
    extents, row = np.unique(edges[:, [1, 3]], axis=0, return_inverse=True)
    row = row.reshape(-1)
    apart, height = np.diff(extents.sum(axis=1)) / 2, np.diff(extents, axis=1)[:, 0]
    if (apart < _ROW_PITCH * np.maximum(height[1:], height[:-1])).any():
        return nothing, nothing
    order = np.lexsort((edges[:, 0], row))
    first = np.searchsorted(row[order], np.arange(len(extents)))
    column = np.empty(len(box), np.int64)
    column[order] = np.arange(len(box)) - first[row[order]]
    return (row + 1).tolist(), (column + 1).tolist()


def _number(value: float) -> str:
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text

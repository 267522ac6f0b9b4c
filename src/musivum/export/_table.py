"""Which photo is where: a plan as rows of text."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.export._free import lies_freely
from musivum.plan import Plan, bounds

_DYADIC = 1024  # canvas coordinates are exact to this part of a pixel
_ROW_PITCH = 0.7  # rows are at least so much of their height apart

COLUMNS = (
    *("placement", "row", "column", "x0", "y0", "x1", "y1"),
    *("file", "photo_width", "photo_height", "crop_x0", "crop_y0", "crop_x1", "crop_y1"),
    *("mirrored", "turned", "error"),
)


def placements_csv(plan: Plan) -> str:
    """One line a placement, in painting order, under a line of `COLUMNS`.

    `placement`, `row` and `column` count from 1; the latter two are empty where placements are no cells or form no
    rows. x0..y1 are the upright box around the placement on the canvas, crop_x0..crop_y1 the part of the photo, in its
    pixels. `mirrored` is yes or no, `turned` the degrees clockwise, both as applied to the crop, mirroring first. Text
    in quotes may hold commas, quotes and line breaks.
    """
    places = bounds(plan.placements)
    row, column = ([0] * len(places),) * 2 if lies_freely(plan) else _rows_and_columns(places)
    turned = np.degrees(plan.placements.transform[:, 1]) % 360
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for i, tile in enumerate(plan.placements.tile.tolist()):
        writer.writerow(
            [
                i + 1,
                row[i] or "",
                column[i] or "",
                *(_number(edge) for edge in np.rint(places[i] * _DYADIC) / _DYADIC),
                plan.tiles.sources[tile],
                *plan.tiles.sizes[tile].tolist(),
                *(_number(edge) for edge in plan.placements.crop[i]),
                "yes" if plan.placements.mirror[i] else "no",
                _number(turned[i]),
                f"{plan.placements.error[i]:.6g}",
            ]
        )
    return stream.getvalue()


def _rows_and_columns(box: npt.NDArray[np.float64]) -> tuple[list[int], list[int]]:
    """Row and column of each box, from 1; zeros where boxes of one top differ in height, or rows interlock."""
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

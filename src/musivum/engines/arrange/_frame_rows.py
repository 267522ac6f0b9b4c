"""From justified rows to pixels: photos of one line equally high, all lines equally wide."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from musivum.engines.arrange._frame import Frame, Limits, Sheet, no_room, rounded
from musivum.geometry import Size


def frame_rows(
    lines: Sequence[npt.NDArray[np.int64]],
    aspects: npt.NDArray[np.float64],
    sheet: Sheet,
) -> Frame:
    """Boxes of photos in lines on a canvas of the wanted size.

    Each box has its photo's aspect but for less than a pixel at either side; each line fills the width exactly.

    Parameters
    ----------
    lines
        Indices into `aspects` from left to right, line by line, each once; see `justify`.
    aspects
        (n,) width / height of each photo.
    sheet
        The canvas and its spaces; the cell that shares are of is as high as the mean line and as wide as the mean photo
        there.

    Returns
    -------
    Frame
        With boxes (n, 4) in the order of `aspects`.

    Raises
    ------
    OptionError
        If a length cannot be read, `exact` lacks a limit, or no pixel is left for a photo.
    """
    spaces = sheet.spaces((len(aspects) / len(lines), len(lines)), float(aspects.mean()))
    gaps = np.array([2 * spaces.margin + (len(line) - 1) * spaces.gap for line in lines])
    sums = np.array([math.fsum(aspects[line]) for line in lines])
    between = 2 * spaces.margin - spaces.gap + len(lines) * (spaces.band + spaces.gap)
    collage, heights = _collage(sheet.limits, gaps, sums, between)
    if min(heights.min(), *(heights[k] * aspects[line].min() for k, line in enumerate(lines))) < 1:
        raise no_room(len(aspects), len(lines), sheet.limits, spaces)
    heights *= (collage.height - between) / heights.sum()
    y = spaces.margin + _steps(heights + spaces.band + spaces.gap)
    boxes = np.empty((len(aspects), 4))
    for k, line in enumerate(lines):
        x = spaces.margin + _steps(aspects[line] * ((collage.width - gaps[k]) / sums[k]))
        before = np.arange(len(line)) * spaces.gap
        boxes[line, 0], boxes[line, 2] = x[:-1] + before, x[1:] + before
        boxes[line, 1], boxes[line, 3] = y[k], y[k + 1] - spaces.gap - spaces.band
    canvas, shift = sheet.canvas(collage)
    return Frame(canvas, boxes + shift, *spaces)


def _collage(
    limits: Limits, gaps: npt.NDArray[np.int64], sums: npt.NDArray[np.float64], between: int
) -> tuple[Size, npt.NDArray[np.float64]]:
    """Whole pixels of the collage, and heights of its lines, up to the rounding of their sum.

    A line whose margins and gaps take g pixels and whose aspects add up to s is (width - g) / s high; `between` pixels
    of the height are no photos.
    """
    width, height = math.inf, limits[1]
    if height is not None:
        width = (height - between + float((gaps / sums).sum())) / float((1 / sums).sum())
    if limits[0] is not None and limits[0] <= width:
        width, height = limits[0], None
    collage_width = rounded(width)
    heights = (collage_width - gaps) / sums
    if height is None:
        height = rounded(between + float(heights.sum()))
    return Size(collage_width, height), heights


def _steps(lengths: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """0 and the running sums of lengths, to whole pixels."""
    return np.floor(np.concatenate([[0.0], np.cumsum(lengths)]) + 0.5)

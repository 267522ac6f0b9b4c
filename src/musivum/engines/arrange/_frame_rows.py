"""From justified rows to pixels: photos of one line equally high, all lines equally wide."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from musivum.engines.arrange._frame import Frame, Limits, no_room, on_canvas, rounded, shorter_side, spaces_at
from musivum.engines.arrange._length import length_of
from musivum.errors import OptionError
from musivum.geometry import Size


def frame_rows(
    lines: Sequence[npt.NDArray[np.int64]],
    aspects: npt.NDArray[np.float64],
    *,
    limits: Limits,
    exact: bool = False,
    gap: str = "0",
    margin: str = "0",
    band: str = "0",
    dpi: float = 300,
) -> Frame:
    """Boxes of photos in lines on a canvas of the wanted size.

    Each box has its photo's aspect but for less than a pixel at either side; each line fills the width exactly.

    Parameters
    ----------
    lines
        Indices into `aspects` from left to right, line by line, each once; see `justify`.
    aspects
        (n,) width / height of each photo.
    limits, exact, gap, margin, band, dpi
        As for `frame`; the cell that shares are of is as high as the mean line and as wide as the mean photo there.

    Returns
    -------
    Frame
        With boxes (n, 4) in the order of `aspects`.

    Raises
    ------
    OptionError
        If a length cannot be read, `exact` lacks a limit, or no pixel is left for a photo.
    """
    lengths = [length_of(text, dpi=dpi) for text in (gap, margin, band)]
    if exact and None in limits:
        raise OptionError("an exact canvas needs both a width and a height: give both")
    counts = len(aspects) / len(lines), len(lines)
    spaces = spaces_at(lengths, shorter_side(counts, limits, float(aspects.mean()), lengths))
    inner = np.array([2 * spaces.margin + (len(line) - 1) * spaces.gap for line in lines])
    sums = np.array([math.fsum(aspects[line]) for line in lines])
    around = 2 * spaces.margin - spaces.gap + len(lines) * (spaces.band + spaces.gap)
    widths = [math.inf if limits[0] is None else limits[0]]
    if limits[1] is not None:
        widths.append((limits[1] - around + float((inner / sums).sum())) / float((1 / sums).sum()))
    width = rounded(min(widths))
    heights = (width - inner) / sums
    if min(heights.min(), *(heights[k] * aspects[line].min() for k, line in enumerate(lines))) < 1:
        raise no_room(f"{len(aspects):,} photos in {len(lines):,} rows", limits, spaces)
    height = rounded(around + float(heights.sum())) if widths[0] <= widths[-1] else limits[1]
    assert height is not None
    heights *= (height - around) / heights.sum()
    steps = np.concatenate([[0.0], np.cumsum(heights + spaces.band + spaces.gap)])
    y = spaces.margin + np.floor(steps + 0.5)
    boxes = np.empty((len(aspects), 4))
    for line, top, bottom, inside, sum_ in zip(lines, y, y[1:], inner, sums, strict=False):
        steps = np.concatenate([[0.0], np.cumsum(aspects[line])]) * ((width - inside) / sum_)
        x = spaces.margin + np.floor(steps + 0.5)
        gaps = np.arange(len(line)) * spaces.gap
        boxes[line, 0], boxes[line, 2] = x[:-1] + gaps, x[1:] + gaps
        boxes[line, 1], boxes[line, 3] = top, bottom - spaces.gap - spaces.band
    canvas, shift = on_canvas(Size(width, height), limits, exact)
    return Frame(canvas, boxes + shift, *spaces)

"""The score of a plan: how near it comes to its target, and how far that took its photos from themselves."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.color import srgb_from_linear
from musivum.errors import OptionError, PlanError, UnreadableImage
from musivum.export._fidelity import mean_difference, rms_difference, ssim
from musivum.export._look import Look
from musivum.geometry import Size
from musivum.library import Library
from musivum.plan import Plan, bounds
from musivum.raster import decode
from musivum.threads import thread_count

_HEXAGON = 0.75  # of its box's area
_BAND_PIXELS = 500_000
_MOST_PIXELS = 10**9  # fifteen million cells at 8 by 8
_LONGEST = 10**7
_PAPER = (255, 255, 255)  # what is transparent is seen on white


class Score(NamedTuple):
    """How near a drawing comes to its target, and at what price.

    Attributes
    ----------
    ciede2000, ssim
        Mean colour difference and structural similarity against the target.
    alteration
        Mean CIE76 between the photos as drawn and as they were.
    rms
        Root of the mean square of CIE76 against the target: large errors count more.
    """

    ciede2000: float
    ssim: float
    alteration: float
    rms: float


def score(plan: Plan, library: Library, pixels_per_cell: float, *, workers: int | None = None) -> Score:
    """Score a plan of cells as seen from a distance at which a cell is `pixels_per_cell` pixels across.

    Parameters
    ----------
    pixels_per_cell
        Square root of the pixels that a typical cell gets; the finest cells are typical where they differ.

    Raises
    ------
    PlanError
        As `score_at`.
    OptionError
        If `pixels_per_cell` is not positive.
    """
    if not (pixels_per_cell > 0 and math.isfinite(pixels_per_cell)):
        raise OptionError(f"{pixels_per_cell} pixels per cell is not a positive number")
    return score_at(plan, library, pixels_per_cell / cell_side(plan), workers=workers)


def score_at(plan: Plan, library: Library, scale: float, *, workers: int | None = None) -> Score:
    """Score a plan drawn at a scale.

    The plan is drawn twice, as it is and without tint and overlay, both times without gaps, rounded corners and
    captions, and on white if it is transparent; the target is averaged in linear light to the same pixels. All three
    are compared as sRGB bytes.

    Raises
    ------
    PlanError
        If the plan holds no target, the library lacks one of its tiles, or the drawing would be so large that nobody
        could make it.
    """
    size = plan.canvas.scaled(scale)
    if size.width * size.height > _MOST_PIXELS or max(size) > _LONGEST:
        raise PlanError(
            f"the plan cannot be scored: {plan.canvas.width:,} x {plan.canvas.height:,} pixels at scale {scale:.3g} "
            f"are {size.width:,} x {size.height:,}"
        )
    target = target_pixels(plan, size, workers=workers)
    paper = _PAPER if plan.background == "transparent" else None
    look = Look(scale=scale, gap=0, corner=0, captions=False, background=paper, workers=workers)
    drawn = look.drawing(plan, library).region()
    plain = replace(look, tint=0, overlay=0).drawing(plan, library).region()
    return Score(
        mean_difference(drawn, target),
        ssim(drawn, target),
        mean_difference(drawn, plain, "cie76"),
        rms_difference(drawn, target),
    )


def cell_side(plan: Plan) -> float:
    """Canvas pixels across a typical cell: the root of the mean area of the finest cells."""
    if not len(plan.placements):
        raise PlanError("the plan has no placements to score")
    box = bounds(plan.placements)
    area = (box[:, 2] - box[:, 0]) * (box[:, 3] - box[:, 1])
    finest = area[area < 2 * area.min()].mean()
    return math.sqrt(finest * (_HEXAGON if plan.outline == "hexagon" else 1.0))


def target_pixels(plan: Plan, size: Size, *, workers: int | None = None) -> npt.NDArray[np.uint8]:
    """The plan's target, averaged in linear light to a size, as sRGB bytes.

    Raises
    ------
    PlanError
        If the plan holds no target.
    """
    from musivum.features import linear_samples, patches

    try:
        pixels = decode(plan.target).pixels
    except UnreadableImage as fault:
        raise PlanError(f"the plan holds no target to compare with ({fault}); make the plan again") from fault
    if pixels.shape[:2] == (size.height, size.width):
        return pixels
    samples = linear_samples(pixels)
    x = np.arange(size.width + 1) * (pixels.shape[1] / size.width)
    y = np.arange(size.height + 1) * (pixels.shape[0] / size.height)
    out = np.empty((size.height, size.width, 3), np.uint8)
    step = max(1, _BAND_PIXELS // size.width)
    for top in range(0, size.height, step):
        down = y[top : top + step + 1]
        boxes = np.empty((len(down) - 1, size.width, 4))
        boxes[..., 0], boxes[..., 2] = x[:-1], x[1:]
        boxes[..., 1], boxes[..., 3] = down[:-1, None], down[1:, None]
        averages = patches(samples, boxes.reshape(-1, 4), 1, workers=thread_count(workers))
        out[top : top + step] = srgb_from_linear(averages).reshape(-1, size.width, 3)
    return out

"""Where placements land on the output: snapped boxes, hexagons, turned crops, and the jobs that the kernels paint."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.errors import PlanError
from musivum.geometry import Size
from musivum.plan import Plan, bounds
from musivum.render._jobs import HARD, HEXAGON, JOB, SOFT, TURNED
from musivum.render._sources import Image

_DYADIC = 1024  # canvas coordinates are multiples of 1 / 1024 before they are scaled, so that neighbours agree
_UPRIGHT = 1e-9  # radians
_OVERSAMPLING = 1.5  # patch pixels per output pixel of turned crops


@dataclass(frozen=True, slots=True)
class Layout:
    """Placements on the output, row by row: `box` (n, 4) continuous, `outer` and `paint` (n, 4) whole pixels."""

    size: Size
    box: npt.NDArray[np.float64]
    outer: npt.NDArray[np.int64]
    paint: npt.NDArray[np.int64]
    turns: npt.NDArray[np.int64]
    shape: npt.NDArray[np.int32]
    open: npt.NDArray[np.bool_]
    inset: float

    def hit(self, x0: int, y0: int, x1: int, y1: int) -> npt.NDArray[np.int64]:
        """Rows of the placements that may paint in a box of output pixels, in painting order."""
        p = self.paint
        inside = (p[:, 1] < y1) & (p[:, 3] > y0) & (p[:, 0] < x1) & (p[:, 2] > x0)
        return np.flatnonzero(inside & (p[:, 2] > p[:, 0]) & (p[:, 3] > p[:, 1]))


def lay_out(plan: Plan, scale: float, gap: float) -> Layout:
    """Layout of a plan drawn at a scale, with `gap` canvas pixels between cells."""
    placements = plan.placements
    size = plan.canvas.scaled(scale)
    rotation = placements.transform[:, 1] / (math.pi / 2)
    quarters = np.rint(rotation)
    turned = np.abs(rotation - quarters) > _UPRIGHT
    box = np.rint(bounds(placements) * _DYADIC) / _DYADIC * scale
    limit = np.array([size.width, size.height, size.width, size.height])
    if plan.outline == "hexagon":
        if turned.any():
            raise PlanError("the plan turns hexagons by other than quarter turns, which cannot be drawn")
        outer = np.concatenate([np.floor(box[:, :2]), np.ceil(box[:, 2:])], axis=1).astype(np.int64)
        border = np.stack([box[:, 1] <= 0.5, box[:, 3] >= size.height - 0.5], axis=1)
        shape = np.full(len(box), HEXAGON, np.int32)
        return Layout(size, box, outer, outer, quarters.astype(np.int64) % 4, shape, border, gap * scale / 2)

    snapped = np.floor(box + 0.5).astype(np.int64)
    wide = max(1, math.floor(gap * scale + 0.5)) if gap > 0 else 0
    before, after = wide - wide // 2, wide // 2
    paint = (
        snapped + np.where(snapped > 0, before, 0) * [1, 1, 0, 0] - np.where(snapped < limit, after, 0) * [0, 0, 1, 1]
    )
    around = np.concatenate([np.floor(box[:, :2]), np.ceil(box[:, 2:])], axis=1).astype(np.int64)
    around[:, :2] -= 1
    around[:, 2:] += 1
    outer = np.where(turned[:, None], around, snapped)
    paint = np.where(turned[:, None], around, paint)
    exact = np.where(turned[:, None], box, snapped)
    shape = np.where(turned, TURNED, np.where(placements.feather > 0, SOFT, HARD)).astype(np.int32)
    border = np.zeros((len(box), 2), np.bool_)
    return Layout(size, exact, outer, paint, quarters.astype(np.int64) % 4, shape, border, 0.0)


def jobs_of(
    plan: Plan,
    layout: Layout,
    scale: float,
    tint: float,
    rows: npt.NDArray[np.int64],
    offsets: npt.NDArray[np.int64],
    sizes: npt.NDArray[np.int32],
) -> npt.NDArray[Any]:
    """Jobs of some placements, whose source images have these offsets (k,) and sizes (k, 2) in their buffers."""
    p = plan.placements
    jobs = np.zeros(len(rows), JOB)
    jobs["offset"], jobs["width"], jobs["height"] = offsets, sizes[:, 0], sizes[:, 1]
    jobs["outer"], jobs["paint"], jobs["box"] = layout.outer[rows], layout.paint[rows], layout.box[rows]
    jobs["shape"], jobs["open"], jobs["inset"] = layout.shape[rows], layout.open[rows], layout.inset
    jobs["opacity"] = p.opacity[rows]

    turns, mirror = layout.turns[rows], p.mirror[rows]
    swap = turns % 2 == 1
    flip = np.stack([(turns >= 2) != mirror, (turns == 1) | (turns == 2)], axis=1)
    per_tile = sizes / plan.tiles.sizes[p.tile[rows]]
    crop = p.crop[rows] * np.concatenate([per_tile, per_tile], axis=1)
    side = crop[:, 2:] - crop[:, :2]
    outer, box = jobs["outer"], jobs["box"]
    before, after = box[:, :2] - outer[:, :2], outer[:, 2:] - box[:, 2:]
    drawn, whole = box[:, 2:] - box[:, :2], outer[:, 2:] - outer[:, :2]
    before, after, drawn, whole = (
        np.where(swap[:, None], pair[:, ::-1], pair) for pair in (before, after, drawn, whole)
    )
    step = side / drawn
    jobs["swap"], jobs["flip"], jobs["count"], jobs["step"] = swap, flip, whole, step
    jobs["start"] = crop[:, :2] - np.where(flip, after, before) * step
    on_canvas = (p.crop[rows, 2:] - p.crop[rows, :2]) * p.transform[rows, :1]
    jobs["feather"] = p.feather[rows] * on_canvas.min(axis=1) * scale

    turned = jobs["shape"] == TURNED
    if turned.any():
        _turn(jobs, turned, p.transform[rows], p.crop[rows], crop, mirror, scale)
    if tint > 0:
        _tint(jobs, plan, rows, tint)
    return jobs


def _turn(
    jobs: npt.NDArray[Any],
    turned: npt.NDArray[np.bool_],
    transform: npt.NDArray[np.float64],
    crop: npt.NDArray[np.float64],
    source_crop: npt.NDArray[np.float64],
    mirror: npt.NDArray[np.bool_],
    scale: float,
) -> None:
    """Fill in the patch and the way from output to patch pixels of the jobs that are turned."""
    transform, crop, source_crop = transform[turned], crop[turned], source_crop[turned]
    side, source_side = crop[:, 2:] - crop[:, :2], source_crop[:, 2:] - source_crop[:, :2]
    fine = np.minimum(side * (transform[:, :1] * scale * _OVERSAMPLING), np.maximum(source_side, 2))
    count = np.maximum(np.ceil(fine), 1)
    cos, sin = np.cos(transform[:, 1]), np.sin(transform[:, 1])
    per_pixel = 1 / (transform[:, 0] * scale)
    to_patch = count / side
    flip = np.where(mirror[turned], -1.0, 1.0)
    inverse = np.empty((len(crop), 2, 3))
    for axis, (along_x, along_y) in enumerate(((cos, sin), (-sin, cos))):
        inverse[:, axis, 0] = along_x * per_pixel * to_patch[:, axis]
        inverse[:, axis, 1] = along_y * per_pixel * to_patch[:, axis]
        origin = -(along_x * transform[:, 2] + along_y * transform[:, 3]) / transform[:, 0]
        inverse[:, axis, 2] = (origin - crop[:, axis]) * to_patch[:, axis]
    inverse[:, 0] *= flip[:, None]
    inverse[:, 0, 2] += np.where(mirror[turned], count[:, 0], 0)
    jobs["inverse"][turned] = inverse
    jobs["count"][turned], jobs["step"][turned], jobs["start"][turned] = count, source_side / count, source_crop[:, :2]


def _tint(jobs: npt.NDArray[Any], plan: Plan, rows: npt.NDArray[np.int64], strength: float) -> None:
    """Fill in the factors, and ``gain p + follow L + base + tilt (column, row)``, the tint of the plan at a strength.

    Factors above 1 may leave the gamut, which only tinted placements are led back into.
    """
    p = plan.placements
    jobs["multiply"] = multiply = 1 + strength * (p.multiply[rows].astype(np.float64) - 1)
    jobs["multiplied"] = (multiply != 1).any(axis=1)
    gain = 1 + strength * (p.gain[rows].astype(np.float64) - 1)
    shift, slope = strength * p.shift[rows].astype(np.float64), strength * p.slope[rows].astype(np.float64)
    box, outer = jobs["box"], jobs["outer"]
    tilt = slope / (box[:, 2:] - box[:, :2])[:, :, None]
    corner = outer[:, :2] + 0.5 - box[:, :2]
    follow = strength * p.follow[rows].astype(np.float64)
    jobs["gain"], jobs["tilt"], jobs["follow"] = gain, tilt, follow
    shift[:, 1:] -= follow * p.mean[rows, :1]
    jobs["base"] = p.mean[rows] * (1 - gain) + shift - slope.sum(axis=1) / 2 + (tilt * corner[:, :, None]).sum(axis=1)
    jobs["tinted"] = (
        (gain != 1).any(axis=1)
        | (shift != 0).any(axis=1)
        | (slope != 0).any(axis=(1, 2))
        | (follow != 0).any(axis=1)
        | (multiply > 1).any(axis=1)
    )


def overlay_job(size: Size, target: Image, strength: float) -> npt.NDArray[Any]:
    """The job that blends the target over the whole output."""
    job = np.zeros(1, JOB)
    whole = [0, 0, size.width, size.height]
    job["offset"], job["width"], job["height"] = target.offset, target.width, target.height
    job["step"], job["count"] = [target.width / size.width, target.height / size.height], size
    job["outer"], job["paint"], job["box"] = whole, whole, whole
    job["shape"], job["opacity"] = HARD, strength
    return job

"""Where photos land on the output: snapped boxes, hexagons, turned crops, and the jobs that the kernels paint."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.errors import OptionError, PlanError
from musivum.geometry import Size
from musivum.plan import Plan, bounds
from musivum.render._buffers import Image
from musivum.render._jobs import BOX, HEXAGON, JOB, TURNED
from musivum.render._layers import Layers

_DYADIC = 1024  # canvas coordinates are multiples of 1 / 1024 before they are scaled, so that neighbours agree
_UPRIGHT = 1e-9  # radians
_OVERSAMPLING = 1.5  # patch pixels per output pixel of turned crops


@dataclass(frozen=True, slots=True)
class Layout:
    """Places on the output, row by row: `box` (n, 4) continuous, `outer` and `paint` (n, 4) whole pixels.

    `inset` is how far hexagons shrink, in pixels; `corner` the radius of the others' corners, in shorter sides.
    """

    size: Size
    box: npt.NDArray[np.float64]
    outer: npt.NDArray[np.int64]
    paint: npt.NDArray[np.int64]
    shape: npt.NDArray[np.int32]
    open: npt.NDArray[np.bool_]
    inset: float
    corner: float

    def hit(self, x0: int, y0: int, x1: int, y1: int) -> npt.NDArray[np.int64]:
        """Rows of the places that may be painted in a box of output pixels, in painting order."""
        p = self.paint
        inside = (p[:, 1] < y1) & (p[:, 3] > y0) & (p[:, 0] < x1) & (p[:, 2] > x0)
        return np.flatnonzero(inside & (p[:, 2] > p[:, 0]) & (p[:, 3] > p[:, 1]))


def lay_out(plan: Plan, scale: float, gap: float, corner: float) -> Layout:
    """Layout of a plan drawn at a scale, with `gap` canvas pixels between cells, and rounded corners.

    Raises
    ------
    OptionError
        If hexagons are to have rounded corners.
    PlanError
        If the plan turns hexagons by other than quarter turns.
    """
    placements = plan.placements
    size = plan.canvas.scaled(scale)
    rotation = placements.transform[:, 1] / (math.pi / 2)
    turned = np.abs(rotation - np.rint(rotation)) > _UPRIGHT
    box = np.rint(bounds(placements) * _DYADIC) / _DYADIC * scale
    limit = np.array([size.width, size.height, size.width, size.height])
    if plan.outline == "hexagon":
        if corner > 0:
            raise OptionError(f"corner {corner}: this plan's cells are hexagons, whose corners cannot be rounded")
        if turned.any():
            raise PlanError("the plan turns hexagons by other than quarter turns, which cannot be drawn")
        outer = np.concatenate([np.floor(box[:, :2]), np.ceil(box[:, 2:])], axis=1).astype(np.int64)
        border = np.stack([box[:, 1] <= 0.5, box[:, 3] >= size.height - 0.5], axis=1)
        shape = np.full(len(box), HEXAGON, np.int32)
        return Layout(size, box, outer, outer, shape, border, gap * scale / 2, 0.0)

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
    shape = np.where(turned, TURNED, BOX).astype(np.int32)
    return Layout(size, exact, outer, paint, shape, np.zeros((len(box), 2), np.bool_), 0.0, corner)


def jobs_of(
    plan: Plan, layers: Layers, layout: Layout, scale: float, tint: float, rows: npt.NDArray[np.int64]
) -> npt.NDArray[Any]:
    """Jobs of some photos: where they lie and how they are tinted, but not yet what is read for them."""
    photos, place = layers.photos, layers.place[rows]
    jobs = np.zeros(len(rows), JOB)
    jobs["outer"], jobs["paint"], jobs["box"] = layout.outer[place], layout.paint[place], layout.box[place]
    jobs["shape"], jobs["open"], jobs["inset"] = layout.shape[place], layout.open[place], layout.inset
    jobs["opacity"] = photos.opacity[rows]
    jobs["of"] = layers.first[place + 1] - layers.first[place]
    jobs["above"] = layers.first[place + 1] - 1 - rows

    transform, crop = plan.placements.transform[place], plan.placements.crop[place]
    side, paint = (crop[:, 2:] - crop[:, :2]) * (transform[:, :1] * scale), jobs["paint"]
    jobs["feather"] = photos.feather[rows] * side.min(axis=1)
    jobs["outline"][:, :, :2], jobs["outline"][:, :, 2] = np.eye(2), -paint[:, :2]
    jobs["extent"] = paint[:, 2:] - paint[:, :2]
    turned = jobs["shape"] == TURNED
    if turned.any():
        jobs["outline"][turned] = _from_corner(transform[turned], crop[turned], scale, side[turned])
        jobs["extent"][turned] = side[turned]
    jobs["corner"] = layout.corner * jobs["extent"].min(axis=1)
    if tint > 0:
        _tint(jobs, layers, rows, tint)
    return jobs


def read_from(
    jobs: npt.NDArray[Any],
    plan: Plan,
    layers: Layers,
    scale: float,
    rows: npt.NDArray[np.int64],
    offsets: npt.NDArray[np.int64],
    sizes: npt.NDArray[np.int32],
) -> None:
    """Let jobs read source images that have these offsets (k,) and sizes (k, 2) in their buffers."""
    photos = layers.photos
    jobs["offset"], jobs["width"], jobs["height"] = offsets, sizes[:, 0], sizes[:, 1]
    turns = np.rint(photos.transform[rows, 1] / (math.pi / 2)).astype(np.int64) % 4
    mirror, swap = photos.mirror[rows], turns % 2 == 1
    flip = np.stack([(turns >= 2) != mirror, (turns == 1) | (turns == 2)], axis=1)
    per_tile = sizes / plan.tiles.sizes[photos.tile[rows]]
    crop = photos.crop[rows] * np.concatenate([per_tile, per_tile], axis=1)
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
    turned = jobs["shape"] == TURNED
    if turned.any():
        _turn(jobs, turned, photos.transform[rows], photos.crop[rows], crop, mirror, scale)


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
    transform, crop, source_crop, mirror = transform[turned], crop[turned], source_crop[turned], mirror[turned]
    side, source_side = (crop[:, 2:] - crop[:, :2], source_crop[:, 2:] - source_crop[:, :2])
    fine = np.minimum(side * (transform[:, :1] * scale * _OVERSAMPLING), np.maximum(source_side, 2))
    count = np.maximum(np.ceil(fine), 1)
    inverse = _from_corner(transform, crop, scale, count)
    inverse[mirror, 0] *= -1
    inverse[mirror, 0, 2] += count[mirror, 0]
    jobs["inverse"][turned] = inverse
    jobs["count"][turned], jobs["step"][turned], jobs["start"][turned] = count, source_side / count, source_crop[:, :2]
    jobs["swap"][turned], jobs["flip"][turned] = False, 0


def _from_corner(
    transform: npt.NDArray[np.float64], crop: npt.NDArray[np.float64], scale: float, extent: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Affine maps (n, 2, 3) from output pixels to crops that reach from 0 to `extent` (n, 2)."""
    turn = transform[:, 1]
    cos, sin = np.cos(turn), np.sin(turn)
    fit = extent / (crop[:, 2:] - crop[:, :2])
    found = np.empty((len(crop), 2, 3))
    for axis, (along_x, along_y) in enumerate(((cos, sin), (-sin, cos))):
        found[:, axis, 0] = along_x * fit[:, axis] / (transform[:, 0] * scale)
        found[:, axis, 1] = along_y * fit[:, axis] / (transform[:, 0] * scale)
        origin = -(along_x * transform[:, 2] + along_y * transform[:, 3]) / transform[:, 0]
        found[:, axis, 2] = (origin - crop[:, axis]) * fit[:, axis]
    return found


def _tint(jobs: npt.NDArray[Any], layers: Layers, rows: npt.NDArray[np.int64], strength: float) -> None:
    """Fill in the factors, and ``gain p + follow L + base + tilt (column, row)``, the tint of the plan at a strength.

    Factors above 1 may leave the gamut, which only tinted placements are led back into.
    """
    p = layers.photos
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


def target_job(size: Size, target: Image, strength: float) -> npt.NDArray[Any]:
    """The job that puts the target over the whole output."""
    job = np.zeros(1, JOB)
    whole = [0, 0, size.width, size.height]
    job["offset"], job["width"], job["height"] = target.offset, target.width, target.height
    job["step"], job["count"] = [target.width / size.width, target.height / size.height], size
    job["outer"], job["paint"], job["box"] = whole, whole, whole
    job["outline"], job["extent"] = np.eye(2, 3), size
    job["shape"], job["opacity"], job["of"] = BOX, strength, 1
    return job

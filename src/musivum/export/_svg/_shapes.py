"""Outlines and soft edges of photos, in pixels of the photo: what the element's matrix then puts on the canvas."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.export._look import Look
from musivum.export._svg._text import numeral, numerals, placed
from musivum.plan import Plan, bounds

_UPRIGHT = 1e-9  # radians
_BORDER = 0.5  # canvas pixels: what is nearer to the edge has no gap there
_PER_OCTAVE = 32  # shapes of soft edges that are told apart
_SOFT_SIDE = 128  # pixels of the shorter side of a soft edge's mask

Doubles = npt.NDArray[np.float64]


class Soft(NamedTuple):
    """A soft edge: ramp and radius of corners as shares of the shorter side, and the shape as a rounded power of 2."""

    aspect: int
    ramp: float
    corner: float


def matrices(plan: Plan) -> Doubles:
    """SVG's a b c d e f (n, 6) of the maps from pixels of the photos to the canvas, mirrored and turned."""
    photos = plan.placements
    scale, turn, dx, dy = photos.transform.T
    cos, sin = scale * np.cos(turn), scale * np.sin(turn)
    flip = np.where(photos.mirror, -1.0, 1.0)
    moved = np.where(photos.mirror, photos.crop[:, 0] + photos.crop[:, 2], 0.0)
    return np.stack([cos * flip, sin * flip, -sin, cos, dx + cos * moved, dy + sin * moved], axis=1)


class Shapes:
    """What each photo of a plan shows of itself when it is drawn as a look says."""

    def __init__(self, plan: Plan, look: Look) -> None:
        photos = plan.placements
        self.matrices = matrices(plan)
        self._crop = photos.crop
        self._box = bounds(photos)
        self._gap = plan.gap if look.gap is None else look.gap
        self._corner = plan.corner if look.corner is None else look.corner
        self._feather = photos.feather if look.feather is None else np.full(len(photos), look.feather)
        self._opaque = bool((photos.opacity == 1).all())
        self._limit = np.array(plan.canvas, float)
        self._hexagons = plan.outline == "hexagon"
        quarter = photos.transform[:, 1] / (math.pi / 2)
        self._upright = np.abs(quarter - np.rint(quarter)) <= _UPRIGHT

    @property
    def closed(self) -> bool:
        """Whether all photos are opaque and hard-edged, with nothing between those that touch."""
        soft = not self._hexagons and bool((self._feather > 0).any())
        return self._gap == 0 and self._corner == 0 and self._opaque and not soft

    def visible(self, k: int) -> Doubles:
        """x0, y0, x1, y1 of the crop of photo k, less the gap around it, which may leave nothing."""
        if self._gap == 0 or not self._upright[k] or self._hexagons:
            crop: Doubles = self._crop[k]
            return crop
        box = self._box[k]
        inset = np.where([*(box[:2] > _BORDER), *(box[2:] < self._limit - _BORDER)], self._gap / 2, 0) * [1, 1, -1, -1]
        inner, middle = box + inset, (box + inset).reshape(2, 2).mean(axis=0)
        corners = self._of_photo(k, np.stack([np.minimum(inner[:2], middle), np.maximum(inner[2:], middle)]))
        return np.concatenate([corners.min(axis=0), corners.max(axis=0)])

    def clip(self, k: int, whole: bool) -> str | None:
        """The element that photo k is cut to; None where its image, all of the photo or its crop, is not cut.

        A soft edge does it alone.
        """
        if self._hexagons:
            return f'<polygon points="{numerals(*self._of_photo(k, self._hexagon(k)).ravel())}"/>'
        if self.soft(k) is not None:
            return None
        x0, y0, x1, y1 = seen = self.visible(k)
        radius = self._corner * min(x1 - x0, y1 - y0)
        if radius == 0 and not whole and (seen == self._crop[k]).all():
            return None
        round_off = f' rx="{numeral(radius)}"' if radius else ""
        return f"<rect {placed(seen)}{round_off}/>"

    def soft(self, k: int) -> Soft | None:
        """The soft edge of photo k, if it has one."""
        if self._hexagons or self._feather[k] == 0:
            return None
        (x0, y0, x1, y1), crop = self.visible(k), self._crop[k]
        if x1 <= x0 or y1 <= y0:
            return None
        ramp = float(self._feather[k]) * min(crop[2:] - crop[:2]) / min(x1 - x0, y1 - y0)
        return Soft(round(_PER_OCTAVE * math.log2((x1 - x0) / (y1 - y0))), round(ramp, 4), self._corner)

    def _of_photo(self, k: int, points: Doubles) -> Doubles:
        """Points (m, 2) of the canvas in pixels of photo k."""
        a, b, c, d, e, f = self.matrices[k]
        return np.linalg.solve([[a, c], [b, d]], (points - [e, f]).T).T

    def _hexagon(self, k: int) -> Doubles:
        """Corners on the canvas of the hexagon in box k, inset by half of the gap; those at the border have no tips."""
        x0, y0, x1, y1 = self._box[k]
        half_w, half_h, inset = (x1 - x0) / 2, (y1 - y0) / 2, self._gap / 2
        tip = half_h - inset * math.hypot(half_h / 2, half_w) / half_w
        side = tip - half_h / (2 * half_w) * (half_w - inset)
        middle, wide = np.array([x0 + x1, y0 + y1]) / 2, half_w - inset
        if wide <= 0 or tip <= 0:
            return np.tile(middle, (4, 1))
        if side < 0:  # the slanting edges meet before they reach the upright ones
            side, wide = 0.0, tip * 2 * half_w / half_h
        corners = []
        for up, is_open in ((-1, y0 <= _BORDER), (1, y1 >= self._limit[1] - _BORDER)):
            top = [(-wide, half_h), (wide, half_h)] if is_open else [(-wide, side), (0.0, tip), (wide, side)]
            corners += [(x * -up, y * up) for x, y in top]
        hexagon: Doubles = middle + corners
        return hexagon


def soft_edge(soft: Soft) -> npt.NDArray[np.uint8]:
    """How opaque a photo with this edge is, 0..255, over all of it; see `musivum.render` for the slope."""
    aspect = 2 ** (soft.aspect / _PER_OCTAVE)
    width, height = (max(1, round(_SOFT_SIDE * max(1, each))) for each in (aspect, 1 / aspect))
    short = min(width, height)
    x, y = np.arange(width) + 0.5, np.arange(height)[:, None] + 0.5
    near_x, near_y = np.minimum(x, width - x), np.minimum(y, height - y)
    inside, corner = np.minimum(near_x, near_y), soft.corner * short
    if corner > 0:
        round_off = (near_x < corner) & (near_y < corner)
        inside = np.where(round_off, corner - np.hypot(corner - near_x, corner - near_y), inside)
    opaque: npt.NDArray[np.uint8] = np.rint(255 * np.clip(inside / max(soft.ramp * short, 1), 0, 1)).astype(np.uint8)
    return opaque

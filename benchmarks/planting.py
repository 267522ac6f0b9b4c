"""Crops of a target, turned, scaled and tinted, saved as photos; and whether a plan puts them where they came from."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from musivum.geometry import Similarity
from musivum.plan import Plan

Pixels = npt.NDArray[np.uint8]

SIDES = (0.07, 0.14)
"""Smallest and largest crop, as shares of the target's shorter side."""
SCALES = (0.6, 1.6)
"""A photo's pixels per pixel of the target."""
CONTRAST = 12.0
"""Standard deviation of the lightness of a crop, in bytes, below which nobody could say where it came from."""
GAIN, OFFSET = 0.15, 15.0
TOLERANCES = (0.01, 1.0, 0.01)
"""Of the diameter, degrees, of the scale."""
NEAR = (0.25, 10.0, 0.2)
"""Within which a placement counts as the right place, found too roughly."""
_COARSE = 8
_TRIES = 20_000


class Crop(NamedTuple):
    """A square of the target: its side in pixels, and where the photo of it belongs."""

    name: str
    side: float
    photo: int
    pose: Similarity


def plant(target: Pixels, folder: Path, name: str, count: int, seed: int = 0) -> list[Crop]:
    """Save squares of a target that do not overlap, large ones first; fewer where no more fit."""
    rng = np.random.default_rng(seed)
    height, width, _ = target.shape
    short = min(height, width)
    taken = np.zeros((-(-height // _COARSE), -(-width // _COARSE)), np.bool_)
    y, x = (np.mgrid[: taken.shape[0], : taken.shape[1]] + 0.5) * _COARSE
    picture, grey = Image.fromarray(target), target.mean(axis=2)
    sides = short * np.exp(np.sort(rng.uniform(math.log(SIDES[0]), math.log(SIDES[1]), count))[::-1])
    planted: list[Crop] = []
    for side in sides:
        for _ in range(_TRIES // count):
            angle = rng.uniform(-math.pi, math.pi)
            reach = side / 2 * (abs(math.cos(angle)) + abs(math.sin(angle)))
            middle = rng.uniform(reach, [width - reach, height - reach])
            c, s = math.cos(angle), math.sin(angle)
            across, down = x - middle[0], y - middle[1]
            half = side / 2 + _COARSE / 2
            inside = (np.abs(c * across + s * down) < half) & (np.abs(c * down - s * across) < half)
            at = np.argwhere(inside) * _COARSE
            flat = grey[at[:, 0].clip(0, height - 1), at[:, 1].clip(0, width - 1)].std() < CONTRAST
            if (inside & taken).any() or flat:
                continue
            taken |= inside
            photo = max(48, round(side * rng.uniform(*SCALES)))
            turned = Similarity(side / photo, angle)
            dx, dy = middle - turned((photo / 2, photo / 2))
            crop = Crop(f"{name}-{len(planted):02d}.png", side, photo, Similarity(side / photo, angle, dx, dy))
            pixels = view(picture, crop.pose, photo)
            tinted = pixels * rng.uniform(1 - GAIN, 1 + GAIN, 3) + rng.uniform(-OFFSET, OFFSET, 3)
            Image.fromarray(np.rint(tinted.clip(0, 255)).astype(np.uint8)).save(folder / crop.name)
            planted.append(crop)
            break
    return planted


def view(picture: Image.Image, pose: Similarity, side: int) -> npt.NDArray[np.float64]:
    """Means over (side, side, 3) square pixels that `pose` lays on a picture."""
    fine = max(1, math.ceil(1.5 * pose.scale))
    step = pose @ Similarity(1 / fine)
    c, s = step.scale * math.cos(step.rotation), step.scale * math.sin(step.rotation)
    lines = (c, -s, step.dx, s, c, step.dy)
    drawn = picture.transform((side * fine,) * 2, Image.Transform.AFFINE, lines, Image.Resampling.BICUBIC)
    means: npt.NDArray[np.float64] = np.asarray(drawn, np.float64).reshape(side, fine, side, fine, 3).mean(axis=(1, 3))
    return means


def misses(found: Similarity, crop: Crop) -> tuple[float, float, float]:
    """How far a placement lies from where the crop came from: in diameters, degrees, and shares of the scale."""
    middle = (crop.photo / 2, crop.photo / 2)
    turn = (found.rotation - crop.pose.rotation + math.pi) % (2 * math.pi) - math.pi
    apart = math.dist(found(middle), crop.pose(middle)) / crop.side
    return apart, abs(math.degrees(turn)), abs(math.log(found.scale / crop.pose.scale))


class Outcome(NamedTuple):
    """What became of a crop: recovered, off tolerance, elsewhere or not placed; the least misses if it was placed."""

    crop: Crop
    what: str
    misses: tuple[float, float, float]


def outcomes(plan: Plan, crops: list[Crop]) -> list[Outcome]:
    """Look every crop up in a plan; of several placements of one the nearest counts."""
    rows: dict[str, list[int]] = {crop.name: [] for crop in crops}
    names = [Path(source).name for source in plan.tiles.sources]
    for row, tile in enumerate(plan.placements.tile.tolist()):
        rows.get(names[tile], []).append(row)
    found = []
    for crop in crops:
        tried = [misses(plan.placements[row].transform, crop) for row in rows[crop.name]]
        nearest = min(tried, key=lambda miss: max(np.divide(miss, NEAR)), default=(math.inf,) * 3)
        found.append(Outcome(crop, _judged(nearest), nearest))
    return found


def _judged(nearest: tuple[float, float, float]) -> str:
    if not math.isfinite(nearest[0]):
        return "not placed"
    if (np.array(nearest) <= TOLERANCES).all():
        return "recovered"
    return "off tolerance" if (np.array(nearest) <= NEAR).all() else "elsewhere"


def counts(found: list[Outcome]) -> Counter[str]:
    """How many crops met which end."""
    return Counter(outcome.what for outcome in found)

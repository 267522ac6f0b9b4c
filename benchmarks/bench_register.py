"""Registrations per CPU-second, and their accuracy: crops of real photos, turned, scaled, tinted and made noisy."""

from __future__ import annotations

import math
import sys
import time
from typing import Any

import numpy as np
import numpy.typing as npt
from measured import DATA, machine
from PIL import Image

from musivum.engines.fractal import register
from musivum.geometry import Similarity

COUNT = 100
NOISE = 5.0
_INSIDE = 0.3


def main() -> None:
    photos = sorted((DATA / "photos").glob("*.jpg"))
    if not photos:
        print(f"skipped: no photos at {DATA}")
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    print(machine())
    print(
        f"{count} pairs of crops of photos, noise of {NOISE:g} grey levels; registrations per CPU-second; of the true"
    )
    print("ones' misses the median and the 95th percentile; shares: refused, accepted but off by more than 0.5 degree,")
    print("1 % or 0.5 px at 128 px, and strangers accepted")
    for size in (32, 64, 128):
        _measure(photos, size, count)


def _measure(photos: list[Any], size: int, count: int) -> None:
    rng = np.random.default_rng(size)
    pairs = [_planted(rng, photos, size) for _ in range(count)]
    register(*pairs[0][:2])  # compiles
    searched, cpu = [], -time.process_time()
    for fixed, moving, _ in pairs:
        searched.append(register(fixed, moving))
    cpu += time.process_time()
    started = -time.process_time()
    for fixed, moving, truth in pairs:
        register(fixed, moving, start=truth)
    started += time.process_time()
    strangers = sum(bool(register(pairs[i][0], pairs[i - 1][1])) for i in range(count))
    misses = [_misses(found.transform, truth, size) for found, (*_, truth) in zip(searched, pairs, strict=True)
              if found.transform is not None]  # fmt: skip
    off = np.asarray(misses) > (0.5, 1, 0.5 * size / 128)
    middle, most = np.percentile(misses, (50, 95), axis=0)
    print(
        f"{size:4} px {count / cpu:6.1f}/s, {count / started:6.1f}/s from a start;"
        f"  {middle[0]:.2f} {most[0]:.2f} degree  {middle[1]:.2f} {most[1]:.2f} %  {middle[2]:.2f} {most[2]:.2f} px;"
        f"  {1 - len(misses) / count:.1%}, {off.any(axis=1).sum() / count:.1%}, {strangers / count:.1%}"
    )


def _planted(
    rng: np.random.Generator, photos: list[Any], size: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], Similarity]:
    """Two views of a photo and the map from the second's pixels to the first's; both views lie in the photo."""
    while True:
        with Image.open(photos[rng.integers(len(photos))]) as opened:
            photo = opened.convert("RGB")
        scale = math.exp(rng.uniform(-math.log(3), math.log(3)))
        share = min(scale, 1 / scale)
        inside = size * rng.uniform(_INSIDE * share, 1 - _INSIDE * share, 2)
        truth = _about(share, rng.uniform(-math.pi, math.pi), size, inside)
        truth = truth if scale < 1 else truth.inverse()
        pixel = min(photo.size) / (1.25 * size * max(1, scale)) * rng.uniform(0.7, 1)
        first = _about(pixel, rng.uniform(-math.pi, math.pi), size, np.array(photo.size) * rng.uniform(0.35, 0.65, 2))
        corners = np.array([(0, 0), (size, 0), (0, size), (size, size)])
        seen = np.concatenate([first(corners), (first @ truth)(corners)])
        if (seen > 0).all() and (seen < photo.size).all():
            break
    moving = _view(photo, first @ truth, size) * rng.uniform(0.6, 1.3, 3) + rng.uniform(-30, 30, 3)
    fixed, moving = (a + NOISE * rng.normal(size=a.shape) for a in (_view(photo, first, size), moving))
    return fixed, moving, truth


def _about(scale: float, angle: float, size: int, onto: npt.NDArray[np.float64]) -> Similarity:
    x, y = onto - Similarity(scale, angle)((size / 2, size / 2))
    return Similarity(scale, angle, float(x), float(y))


def _view(photo: Image.Image, view: Similarity, size: int) -> npt.NDArray[np.float64]:
    """Means over (size, size) square pixels that `view` lays on the photo."""
    fine = max(1, math.ceil(1.5 * view.scale))
    step = view @ Similarity(1 / fine)
    c, s = step.scale * math.cos(step.rotation), step.scale * math.sin(step.rotation)
    lines = (c, -s, step.dx, s, c, step.dy)
    drawn = photo.transform((size * fine,) * 2, Image.Transform.AFFINE, lines, Image.Resampling.BILINEAR)
    pixels = np.asarray(drawn, np.float64).reshape(size, fine, size, fine, 3)
    means: npt.NDArray[np.float64] = pixels.mean(axis=(1, 3))
    return means


def _misses(found: Similarity, truth: Similarity, size: int) -> tuple[float, float, float]:
    """Degrees, per cent of scale, and pixels of the larger picture at the smaller one's centre."""
    if truth.scale > 1:
        found, truth = found.inverse(), truth.inverse()
    turn = (found.rotation - truth.rotation + math.pi) % (2 * math.pi) - math.pi
    centre = (size / 2, size / 2)
    apart = math.dist(found(centre), truth(centre))
    return abs(math.degrees(turn)), 100 * abs(math.log(found.scale / truth.scale)), apart


if __name__ == "__main__":
    main()

"""The original's scheme of free-form mosaics, straightforwardly in NumPy and Pillow: the baseline for speed.

    python baseline_fractal.py PHOTOS TARGET [SECONDS]

Locations of a level are visited in raster order. At each one the photos that pass a comparison of colour histograms,
or all of them, are registered one after another: log-polar samples of the window and of the photo, a correlation by
FFT, of whose peak the rotation and a shrinking by 1 to 2 are taken [1]_ [2]_. The photo so turned and shrunk, its mean
colour moved to the window's, leaves an error; the best photo is followed from windows of 8 pixels to the four of 16
pixels in its place, and on to 128. Here a bounded sample of locations is searched, nothing is placed.

`batch` is how many photos share a call of NumPy: 1 is the original's loop, more is what NumPy gains by itself.

References
----------
.. [1] S. Benton, "Fractal Mosaics", 2013.
.. [2] G. Wolberg, S. Zokai, "Robust image registration using log-polar transform", IEEE International Conference on
   Image Processing, 2000. doi:10.1109/ICIP.2000.901003
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

Floats = npt.NDArray[np.floating[Any]]

KEPT = (3000, 2500, 2000, 1000, 750, 1000, 500, 500)
SIDES = (8, 16, 32, 64, 128)
FLOOR, STATISTICS_SIDE, BINS = 20.0, 128, 11
SECONDS = 10.0


class Polar:
    """Log-polar sampling of pictures of n x n pixels: n angles by n radii from 1 to n / 2 - 1."""

    def __init__(self, n: int) -> None:
        self.n, self.step = n, np.log(n / 2 - 1) / (n - 1)
        angle, radius = 2 * np.pi * np.arange(n) / n, np.exp(self.step * np.arange(n))
        self.x, self.y = n / 2 - 0.5 + np.outer(np.cos(angle), radius), n / 2 - 0.5 + np.outer(np.sin(angle), radius)
        self.shrinkings = 1 + int(np.log(2) / self.step)
        self.poses = n * self.shrinkings

    def transform(self, pictures: Floats) -> npt.NDArray[np.complex128]:
        """Spectra (b, n, 2 n, 3) of the samples less their means; radii are padded so that they do not wrap round."""
        samples = bilinear(pictures, self.x[None], self.y[None])
        samples -= samples.mean(axis=(1, 2), keepdims=True)
        return np.fft.fft2(samples, s=(self.n, 2 * self.n), axes=(1, 2))

    def peaks(self, window: npt.NDArray[np.complex128], photos: npt.NDArray[np.complex128]) -> tuple[Floats, Floats]:
        """Angles and shrinkings (b,) at which photos correlate best with a window."""
        heights = np.fft.ifft2(window.conj() * photos, axes=(1, 2)).real.sum(axis=3)[:, :, : self.shrinkings]
        turn, shrink = np.divmod(heights.reshape(len(heights), -1).argmax(axis=1), self.shrinkings)
        return -2 * np.pi * turn / self.n, np.exp(self.step * shrink)


def bilinear(pictures: Floats, x: Floats, y: Floats) -> Floats:
    """Samples (b, r, c, 3) of pictures (b, n, n, 3) at pixel coordinates (1 or b, r, c)."""
    n = pictures.shape[1]
    left, top = (np.clip(np.floor(at).astype(int), 0, n - 2) for at in (x, y))
    across, down = (np.clip(at - low, 0, 1)[..., None] for at, low in ((x, left), (y, top)))
    b = np.arange(len(pictures))[:, None, None]
    upper = pictures[b, top, left] * (1 - across) + pictures[b, top, left + 1] * across
    lower = pictures[b, top + 1, left] * (1 - across) + pictures[b, top + 1, left + 1] * across
    return np.asarray(upper * (1 - down) + lower * down)


def errors(window: Floats, photos: Floats, angle: Floats, shrink: Floats) -> Floats:
    """Root mean squares (b,) between a window and the photos turned, shrunk and of the window's mean, where they lie.

    Parameters
    ----------
    window, photos
        (n, n, 3) and (b, n, n, 3), bytes as numbers.
    angle, shrink
        (b,) radians clockwise, and by how much the photo becomes smaller.
    """
    n = len(window)
    at = np.arange(n) + 0.5 - n / 2
    c, s = (shrink * f(angle) for f in (np.cos, np.sin))
    x = c[:, None, None] * at + s[:, None, None] * at[:, None] + n / 2 - 0.5
    y = -s[:, None, None] * at + c[:, None, None] * at[:, None] + n / 2 - 0.5
    inside = ((x >= -0.5) & (x <= n - 0.5) & (y >= -0.5) & (y <= n - 0.5))[..., None]
    difference = (bilinear(photos, x, y) - window) * inside
    count = inside.sum(axis=(1, 2, 3))
    difference -= (difference.sum(axis=(1, 2)) / count[:, None])[:, None, None] * inside
    return np.asarray(np.sqrt((difference**2).sum(axis=(1, 2, 3)) / (3 * count)))


def color_histogram(picture: Image.Image) -> Floats:
    """Shares of pixels in 11 x 11 x 11 bins of hue, saturation and value, interpolated to 21 x 21 x 21."""
    hsv = np.asarray(picture.convert("HSV"), np.int64).reshape(-1, 3) * BINS // 256
    counts = np.bincount((hsv[:, 0] * BINS + hsv[:, 1]) * BINS + hsv[:, 2], minlength=BINS**3)
    at = np.arange(2 * BINS - 1) / 2
    spread = np.maximum(0, 1 - np.abs(at[:, None] - np.arange(BINS)))
    shares = np.einsum("ia,jb,kc,abc->ijk", spread, spread, spread, counts.reshape(BINS, BINS, BINS), optimize=True)
    return np.asarray(shares.ravel() / shares.max())


def histogram_distances(window: Floats, photos: Floats) -> Floats:
    """Relative differences (b,) over the bins that matter in the window and agree at all, weighted by their counts."""
    matter = window > 0.010
    shares = window[matter]
    relative = np.abs(photos[:, matter] - shares) / shares
    agreeing = np.where(relative < 0.8, shares, 0)
    weight = agreeing.sum(axis=1)
    return np.asarray(np.where(weight > 0, (agreeing * relative).sum(axis=1) / np.maximum(weight, 1e-12), np.inf))


@dataclass(frozen=True)
class Photos:
    """Photos as squares of several sides with their spectra, and their histograms."""

    pixels: dict[int, Floats]
    spectra: dict[int, npt.NDArray[np.complex128]]
    histograms: Floats


def load(paths: Sequence[Path]) -> Photos:
    """Centre squares of photos at the sides they are registered at."""
    squares = []
    for path in paths:
        with Image.open(path) as image:
            squares.append(ImageOps.fit(image.convert("RGB"), (STATISTICS_SIDE,) * 2))
    box = Image.Resampling.BOX
    pixels = {n: np.array([square.resize((n, n), box) for square in squares], np.float32) for n in SIDES}
    spectra = {n: Polar(n).transform(pixels[n].astype(float)) for n in SIDES[:2]}
    histograms = np.array([color_histogram(square) for square in squares])
    return Photos(pixels, spectra, histograms)


class Search:
    """The search of one level, and what it counted: registrations and the poses that they chose among."""

    def __init__(self, photos: Photos, target: Image.Image, level: int, *, batch: int = 1, cut: bool = False) -> None:
        self.photos, self.batch = photos, batch
        self.kept = KEPT[level - 1] if cut else len(photos.histograms)
        self.targets = []
        for n in SIDES:
            scale = n * 2**level / min(target.size)
            if n > SIDES[0] and scale > 1:
                break
            size = [max(n, round(side * scale)) for side in target.size]
            self.targets.append(np.asarray(target.resize((size[0], size[1]), Image.Resampling.BOX), np.float64))
        self.registrations = self.poses = 0
        self.polars = {n: Polar(n) for n in SIDES}

    def locations(self) -> list[tuple[int, int]]:
        """Every place (x, y) of a window of 8 pixels, row by row."""
        height, width, _ = self.targets[0].shape
        return [(x, y) for y in range(height - SIDES[0] + 1) for x in range(width - SIDES[0] + 1)]

    def at(self, x: int, y: int) -> float:
        """Error of the photo that is followed to the finest resolution, or infinity where none passes."""
        chosen = np.arange(len(self.photos.histograms))
        if self.kept < len(chosen):
            window = self.targets[0][y : y + SIDES[0], x : x + SIDES[0]].astype(np.uint8)
            distance = histogram_distances(color_histogram(Image.fromarray(window)), self.photos.histograms)
            chosen = np.argpartition(distance, self.kept)[: self.kept]
        found = self.register(0, x, y, chosen)
        best, photo = float(found.min()), chosen[found.argmin()]
        for depth in range(1, len(self.targets)):
            if best > FLOOR:
                return float("inf")
            four = [(2 * x + i, 2 * y + j) for j in (0, 1) for i in (0, 1)]
            tried = [float(self.register(depth, a, b, photo[None])[0]) for a, b in four]
            best = min(tried)
            x, y = four[tried.index(best)]
        return best

    def register(self, depth: int, x: int, y: int, chosen: npt.NDArray[Any]) -> Floats:
        """Errors of the chosen photos at one window."""
        n = SIDES[depth]
        polar, target = self.polars[n], self.targets[depth]
        x, y = min(x, target.shape[1] - n), min(y, target.shape[0] - n)
        window = target[y : y + n, x : x + n]
        spectrum = polar.transform(window[None])
        found = np.empty(len(chosen))
        for first in range(0, len(chosen), self.batch):
            some = chosen[first : first + self.batch]
            pixels = self.photos.pixels[n][some].astype(float)
            spectra = self.photos.spectra[n][some] if n in self.photos.spectra else polar.transform(pixels)
            found[first : first + self.batch] = errors(window, pixels, *polar.peaks(spectrum, spectra))
        self.registrations += len(chosen)
        self.poses += len(chosen) * polar.poses
        return found


def rates(
    photos: Photos, target: Image.Image, seconds: float, *, batch: int, cut: bool, levels: Sequence[int] = (2, 4, 6)
) -> tuple[float, float]:
    """Registrations and poses per CPU-second over random locations of some levels, alike in time."""
    rng = np.random.default_rng(0)
    registrations = poses = 0
    start = time.process_time()
    for turn, level in enumerate(levels, 1):
        search = Search(photos, target, level, batch=batch, cut=cut)
        locations = search.locations()
        while time.process_time() - start < seconds * turn / len(levels):
            search.at(*locations[rng.integers(len(locations))])
        registrations, poses = registrations + search.registrations, poses + search.poses
    spent = time.process_time() - start
    return registrations / spent, poses / spent


WAYS: dict[str, dict[str, Any]] = {
    "one by one": {"batch": 1, "cut": False},
    "one by one, colour histograms first": {"batch": 1, "cut": True},
    "256 photos at once": {"batch": 256, "cut": False},
}


def main(folder: str, target: str, seconds: float) -> None:
    """Print as JSON the registrations and poses per CPU-second of each way."""
    photos = load(sorted(Path(folder).iterdir()))
    with Image.open(target) as image:
        picture = image.convert("RGB")
    print(json.dumps({name: rates(photos, picture, seconds, **way) for name, way in WAYS.items()}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]) if len(sys.argv) > 3 else SECONDS)

"""Pairs of a window and a photo whose error in the best pose is known, out of any library."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from musivum.color import oklab_from_linear
from musivum.engines.fractal._retrieval._filters import SIDE, Descriptions, Vectors, describe, distances
from musivum.features import linear_samples, patches, tile_patches
from musivum.library import Library
from musivum.progress import Progress

_PHOTOS = 1000
_BLOCK = 20
_ANGLES, _POSE = 16, 12  # poses that are compared, and pixels along each side of what is compared
_LEAST, _MOST = 1 / 8, np.sqrt(1 / 2)  # side of a window in shorter sides of its photo; more could not be turned inside
_MEAN = 0.5  # weight of a difference in mean lightness against one in pattern


class Sample(NamedTuple):
    """Windows and photos.

    Attributes
    ----------
    windows, photos
        (w) and (p) descriptions.
    errors
        (w, p) root mean squared errors of lightness in the best pose; infinite where the window is cut from the photo.
    """

    windows: Descriptions
    photos: Descriptions
    errors: Vectors


def sample_pairs(library: Library, windows: int, seed: int, workers: int, progress: Progress) -> Sample:
    """Cut windows of many sizes out of a library's photos and compare them with whole middles of others, turned.

    The photos are up to 1,000 squares, each the largest in the middle of a tile. A window is compared in 16 poses; as
    everywhere in the engine it is the window that is turned.
    """
    rng = np.random.default_rng(seed)
    chosen = np.sort(rng.permutation(len(library))[:_PHOTOS])
    origins = np.resize(rng.permutation(len(library)), windows)
    # Drawn at once, so that nothing depends on the order of blocks.
    places = rng.uniform(size=(windows, 3))
    squares = _middles(library.sizes[chosen])
    photos = tile_patches(library.swatches, chosen, squares, SIDE, workers=workers)
    patterns = _patterns(_lightness(tile_patches(library.swatches, chosen, squares, _POSE, workers=workers)))

    def compare(first: int) -> tuple[Vectors, Vectors]:
        rows = range(first, min(first + _BLOCK, windows))
        upright, wide = zip(*(_cut(library.thumbs[origins[i]], *places[i]) for i in rows), strict=True)
        turned = _patterns(np.concatenate(list(_turned(_lightness(np.concatenate(wide))))))
        errors = distances(turned, patterns).reshape(_ANGLES, len(rows), -1).min(axis=0)
        return np.concatenate(upright), errors

    starts = range(0, windows, _BLOCK)
    found = []
    progress("calibrate", 0, len(starts))
    with threadpool_limits(limits=1, user_api="blas"), ThreadPoolExecutor(workers) as pool:
        for done, some in enumerate(pool.map(compare, starts), 1):
            found.append(some)
            progress("calibrate", done, len(starts))
        described = describe(np.concatenate([upright for upright, _ in found])), describe(photos)
    errors = np.concatenate([error for _, error in found])
    errors[origins[:, None] == chosen] = np.inf
    return Sample(*described, errors)


def _middles(sizes: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
    """The largest squares (n, 4) in the middle of pictures (n, 2), in fractions of width and height."""
    half = sizes.min(axis=1, keepdims=True) / sizes / 2
    return np.concatenate([0.5 - half, 0.5 + half], axis=1)


def _cut(thumb: npt.NDArray[np.uint8], share: float, across: float, down: float) -> tuple[Vectors, Vectors]:
    """A window of a picture, upright, and the square about it that it may be turned in, sqrt(2) times as wide."""
    height, width, _ = thumb.shape
    side = min(height, width) * _LEAST * (_MOST / _LEAST) ** share
    reach = side / np.sqrt(2)
    x, y = reach + across * (width - 2 * reach), reach + down * (height - 2 * reach)
    samples = linear_samples(thumb)
    return tuple(
        patches(samples, np.array([[x - half, y - half, x + half, y + half]]), count)
        for half, count in ((side / 2, SIDE), (reach, 2 * _POSE))
    )  # type: ignore[return-value]


def _lightness(linear: Vectors) -> Vectors:
    return np.ascontiguousarray(oklab_from_linear(linear)[..., 0], np.float32)


def _turned(wide: Vectors) -> Iterator[Vectors]:
    """Squares (n, _POSE, _POSE) turned about the middle of squares (n, s, s) sqrt(2) times as wide, angle by angle."""
    size = wide.shape[1]
    along = (np.arange(_POSE) + 0.5 - _POSE / 2) * size / np.sqrt(2) / _POSE
    for angle in 2 * np.pi * np.arange(_ANGLES) / _ANGLES:
        x = size / 2 - 0.5 + np.cos(angle) * along - np.sin(angle) * along[:, None]
        y = size / 2 - 0.5 + np.sin(angle) * along + np.cos(angle) * along[:, None]
        left, top = (np.clip(at, 0, size - 2).astype(np.int64) for at in (x, y))
        right, below = (x - left).astype(np.float32), (y - top).astype(np.float32)
        upper = wide[:, top, left] * (1 - right) + wide[:, top, left + 1] * right
        lower = wide[:, top + 1, left] * (1 - right) + wide[:, top + 1, left + 1] * right
        yield upper * (1 - below) + lower * below


def _patterns(lightness: Vectors) -> Vectors:
    """Vectors (n, d) whose distance is the error of lightness, a difference of the means counting less."""
    flat = lightness.reshape(len(lightness), -1)
    mean = flat.mean(axis=1, keepdims=True)
    return np.concatenate([(flat - mean) / np.float32(_POSE), np.float32(_MEAN) * mean], axis=1)

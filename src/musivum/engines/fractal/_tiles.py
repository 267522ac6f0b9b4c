"""The dictionary: crops of the library as short vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.color import oklab_from_linear
from musivum.engines.fractal._shapes import Shape
from musivum.engines.fractal._windows import SIDE, Floats, contrasts, patterns
from musivum.features import compress, even_rows, tile_patches
from musivum.library import Library
from musivum.search import RadiusSearch

RANK = 40
_SAMPLE = 6144
_BLOCK = 8192
Rows = npt.NDArray[np.integer[Any]]

VIVID = 0.02
"""Variance, squared OKLab, from which on more contrast is not worth more."""


@dataclass(frozen=True, slots=True)
class TileDictionary:
    """The crops of one shape, ready to be searched.

    Attributes
    ----------
    shape
        The crops.
    mean_weight
        Of a difference in mean colour against one in pattern.
    rows
        (m, k + 2) short vectors of the crops.
    plainness
        (m,) squared OKLab: what crops lack in contrast.
    projection
        (d, k + 4) from a window's pixels to k coordinates, what they are apart from the vectors' mean, and mean colour.
    offset
        (k + 1,) of the vectors' mean: its coordinates and its squared length.
    """

    shape: Shape
    mean_weight: float
    rows: Floats
    plainness: Floats
    projection: Floats
    offset: Floats

    def vectors(self, interest: float = 0.0) -> Floats:
        """The rows (m, k + 3), with the plainness times the interest added to their squared distances."""
        return np.concatenate([self.rows, np.sqrt(interest * self.plainness)[:, None]], axis=1)

    def search(self, interest: float = 0.0, closed: npt.NDArray[np.bool_] | None = None) -> RadiusSearch:
        """Prepare to search; the plainness times the interest is added to squared distances.

        Parameters
        ----------
        closed
            (t,) tiles that are not to be found.
        """
        return RadiusSearch.among(self.vectors(interest), closed=None if closed is None else closed[self.shape.tile])

    def queries(self, pixels: Floats, *, hopeful: bool = False) -> tuple[Floats, Floats]:
        """Short vectors (n, k + 3) and contrasts (n,) of windows (n, side, side, 3).

        Patterns are linear in the pixels, so one product gives them shortened, and lengths follow from sums of squares.

        Parameters
        ----------
        hopeful
            Whether what is left out may be the same on both sides, so that distances become least ones.
        """
        flat = pixels.reshape(len(pixels), len(self.projection))
        parts = flat @ self.projection
        k = len(self.offset) - 1
        short = parts[:, :k] - self.offset[:-1]
        means = np.einsum("ij,ij->i", parts[:, k + 1 :], parts[:, k + 1 :])
        contrast = np.maximum(np.einsum("ij,ij->i", flat, flat) / SIDE**2 - means, 0)
        whole = contrast + self.mean_weight**2 * means - 2 * parts[:, k] + self.offset[-1]
        rest = np.sqrt(np.maximum(whole - np.einsum("ij,ij->i", short, short), 0))
        zero = np.zeros_like(rest)
        left_out = [rest, zero, zero] if hopeful else [zero, rest, zero]
        return np.concatenate([short, np.stack(left_out, axis=1)], axis=1), contrast


def crop_pixels(library: Library, shape: Shape, rows: Rows, side: int, weights: Floats, workers: int) -> Floats:
    """Crops as they lie in their windows: (n, side, side, 3) weighted OKLab."""
    linear = tile_patches(library.swatches, shape.tile[rows], shape.boxes[rows], side, workers=workers)
    turned = shape.turned[rows]
    linear[turned] = np.rot90(linear[turned], -1, axes=(1, 2))
    return np.asarray(oklab_from_linear(linear) * weights, np.float32)


def crop_means(library: Library, shape: Shape, rows: Rows, workers: int) -> Floats:
    """Mean colours (n, 3) of crops: OKLab, averaged over pixels as those of a window are."""
    means = [
        crop_pixels(library, shape, rows[first : first + _BLOCK], SIDE, np.ones(3, np.float32), workers).mean((1, 2))
        for first in range(0, len(rows), _BLOCK)
    ]
    return np.concatenate([np.zeros((0, 3), np.float32), *means])


def describe_tiles(
    library: Library, shape: Shape, weights: Floats, *, mean_weight: float, workers: int
) -> TileDictionary:
    """Describe the crops of one shape by patterns, shortened by the SVD of a sample.

    What the projection leaves out of a row and of a query are nearly at right angles, so the lengths of both are kept
    as coordinates of their own and distances stay true.
    """

    def describe(rows: npt.NDArray[np.int64]) -> Floats:
        return patterns(crop_pixels(library, shape, rows, SIDE, weights, workers), mean_weight)

    some = even_rows(len(shape), _SAMPLE)
    compression = compress(describe(some), rank=RANK)
    rows = np.zeros((len(shape), compression.basis.shape[1] + 2), np.float32)
    plainness = np.empty(len(shape), np.float32)
    for first in range(0, len(shape), _BLOCK):
        block = np.arange(first, min(first + _BLOCK, len(shape)))
        vectors = describe(block)
        short = compression(vectors)
        plainness[block] = np.maximum(VIVID - contrasts(vectors), 0)
        rows[block, :-2], rows[block, -2] = short, compression.residuals(vectors, short)
    units = patterns(np.eye(SIDE * SIDE * 3, dtype=np.float32).reshape(-1, SIDE, SIDE, 3), mean_weight)
    means = np.tile(np.eye(3, dtype=np.float32) / SIDE**2, (SIDE**2, 1))
    mean = compression.mean
    projection = np.concatenate([units @ compression.basis, (units @ mean)[:, None], means], axis=1)
    offset = np.append(mean @ compression.basis, mean @ mean).astype(np.float32)
    return TileDictionary(shape, mean_weight, rows, plainness, projection, offset)

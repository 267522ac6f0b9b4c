"""What a straightforward mosaic program does, in NumPy, SciPy and Pillow: the baseline for quality.

Photos are cropped in their middle to the shape of a cell. `match_patches` compares 4 x 4 CIELAB patches, mirrored
photos too, by brute force, knowing that three quarters of the difference of the means will be shifted away;
`match_means` compares mean colours alone. Copies are limited in both: the first assigns all cells at once by SciPy's
dense solver, the second gives cell by cell, in random order, the best photo that has copies left (which comes out
better than taking the best pairs first). `Mosaic.draw` shifts the colours, blends the target over it and pastes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy.optimize import linear_sum_assignment

from musivum.color import cielab_from_linear, linear_from_srgb, srgb_from_linear

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

GRID = 4
SHIFT, OVERLAY = 0.75, 0.1


@dataclass(frozen=True)
class Mosaic:
    """Cells (rows, columns) with the photo each shows and whether it is mirrored.

    `photos` (n, h, w, 3) are cropped and scaled to the size of a cell, `target` (rows * h, columns * w, 3) is as large
    as the mosaic.
    """

    photos: Pixels
    target: Pixels
    columns: int
    chosen: npt.NDArray[np.int64]
    mirrored: npt.NDArray[np.bool_]

    def draw(self, shift: float, overlay: float) -> Pixels:
        """Move the mean colour of each photo in CIELAB, blend the target in linear light."""
        _, high, wide, _ = self.photos.shape
        out = np.empty_like(self.target)
        for cell, (photo, mirror) in enumerate(zip(self.chosen, self.mirrored, strict=True)):
            i, j = divmod(cell, self.columns)
            place = slice(i * high, (i + 1) * high), slice(j * wide, (j + 1) * wide)
            pixels = self.photos[photo][:, :: -1 if mirror else 1]
            if shift or overlay:
                linear, goal = linear_from_srgb(pixels), linear_from_srgb(self.target[place])
                lab = cielab_from_linear(linear)
                lab += shift * (cielab_from_linear(goal).mean((0, 1)) - lab.mean((0, 1)))
                pixels = srgb_from_linear((1 - overlay) * _linear_from_cielab(lab).clip(0, 1) + overlay * goal)
            out[place] = pixels
        return out


def load(photos: Sequence[Path], target: Path, columns: int, rows: int, long_side: int) -> tuple[Pixels, Pixels]:
    """Photos as pixels of one cell, and the target as pixels of the whole mosaic."""
    with Image.open(target) as image:
        scale = long_side / max(image.size)
        wide, high = round(image.width * scale / columns), round(image.height * scale / rows)
        goal = np.asarray(image.convert("RGB").resize((wide * columns, high * rows), Image.Resampling.BOX))
    found = np.empty((len(photos), high, wide, 3), np.uint8)
    for i, path in enumerate(photos):
        with Image.open(path) as image:
            found[i] = _middle(image.convert("RGB"), wide, high)
    return found, goal


def match_patches(photos: Pixels, target: Pixels, columns: int, copies: int) -> Mosaic:
    """Optimal assignment of 4 x 4 CIELAB patches, mirrored or not."""
    patch, goal = _lab_patches(photos), _lab_patches(_cells(target, photos))
    cost = np.stack([_shift_costs(goal, p) for p in (patch, patch[:, :, ::-1])])
    owner = np.tile(np.arange(len(photos)), copies)
    chosen = owner[linear_sum_assignment(cost.min(axis=0)[:, owner])[1]]
    at = np.arange(len(chosen)), chosen
    return Mosaic(photos, target, columns, chosen, cost[1][at] < cost[0][at])


def match_means(photos: Pixels, target: Pixels, columns: int, copies: int) -> Mosaic:
    """Nearest mean colours, one cell after the other."""
    mean, goal = (_lab_patches(p).mean((1, 2)) for p in (photos, _cells(target, photos)))
    order = np.argsort(((goal[:, None] - mean) ** 2).sum(axis=2), axis=1)
    chosen, left = np.zeros(len(goal), np.int64), np.full(len(mean), copies)
    for cell in np.random.default_rng(0).permutation(len(goal)):
        chosen[cell] = order[cell, np.argmax(left[order[cell]] > 0)]
        left[chosen[cell]] -= 1
    return Mosaic(photos, target, columns, chosen, np.zeros(len(chosen), np.bool_))


def _middle(image: Image.Image, wide: int, high: int) -> Pixels:
    crop_wide = min(image.width, image.height * wide / high)
    crop_high = crop_wide * high / wide
    x, y = max(0, (image.width - crop_wide) / 2), max(0, (image.height - crop_high) / 2)
    box = (x, y, min(x + crop_wide, image.width), min(y + crop_high, image.height))
    return np.asarray(image.resize((wide, high), Image.Resampling.LANCZOS, box, reducing_gap=2.0))


def _cells(target: Pixels, photos: Pixels) -> Pixels:
    _, high, wide, _ = photos.shape
    rows, columns = target.shape[0] // high, target.shape[1] // wide
    return target.reshape(rows, high, columns, wide, 3).swapaxes(1, 2).reshape(-1, high, wide, 3)


def _lab_patches(pictures: Pixels) -> Floats:
    """Averages in linear light of 4 x 4 parts, in CIELAB: (n, 4, 4, 3)."""
    _, high, wide, _ = pictures.shape
    down, across = (_cover(side) for side in (high, wide))
    blocks = [
        np.einsum("ih,nhwc,jw->nijc", down, linear_from_srgb(pictures[k : k + 200]), across, optimize=True)
        for k in range(0, len(pictures), 200)
    ]
    return np.asarray(cielab_from_linear(np.concatenate(blocks)), np.float32)


def _cover(side: int) -> Floats:
    edge, pixel = np.arange(GRID + 1) * side / GRID, np.arange(side)
    part = np.minimum(edge[1:, None], pixel + 1) - np.maximum(edge[:-1, None], pixel)
    return (part.clip(0) * GRID / side).astype(np.float32)


def _shift_costs(goal: Floats, patch: Floats) -> Floats:
    """Squared errors (cells, photos) that remain after the shift."""
    rows = []
    for p in (goal, patch):
        mean = p.mean((1, 2))
        rest = (p - mean[:, None, None]).reshape(len(p), -1)
        rows.append(np.concatenate([GRID * (1 - SHIFT) * mean, rest], axis=1))
    a, b = rows
    cost: Floats = (a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * a @ b.T
    return cost.clip(0)


def _linear_from_cielab(lab: npt.NDArray[Any]) -> Floats:
    y = (lab[..., 0] + 16) / 116
    f = np.stack([y + lab[..., 1] / 500, y, y - lab[..., 2] / 200], axis=-1)
    xyz = np.where(f > 6 / 29, f**3, (f - 4 / 29) * (108 / 841)) * np.array([0.95047, 1.0, 1.08883])
    matrix = [
        [3.2404542, -1.5371385, -0.4985314],
        [-0.9692660, 1.8760108, 0.0415560],
        [0.0556434, -0.2040259, 1.0572252],
    ]
    return np.asarray(xyz.astype(np.float32) @ np.array(matrix, np.float32).T)

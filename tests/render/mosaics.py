"""A library in memory and plans over it, for drawing without files."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.geometry import Size, edges
from musivum.plan import Alternates, Placements, Plan, TileTable, fit_crops

Pixels = npt.NDArray[np.uint8]
MAGENTA = (255, 0, 255)


@dataclass(frozen=True)
class FakePacked:
    data: npt.NDArray[Any]
    offsets: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int32]

    def __getitem__(self, i: int) -> Pixels:
        width, height = self.sizes[i]
        start = self.offsets[i]
        return self.data[start : start + width * height * 3].reshape(height, width, 3)


class FakeLibrary:
    """Tiles whose thumbnails are given; their full sizes and files may differ."""

    path = Path("fake-library")

    def __init__(
        self, thumbs: list[Pixels], sizes: list[tuple[int, int]] | None = None, sources: list[str] | None = None
    ) -> None:
        shapes = np.array([thumb.shape for thumb in thumbs], np.int64).reshape(-1, 3)
        offsets = np.concatenate([[0], np.cumsum(shapes.prod(axis=1))[:-1]]).astype(np.int64)
        self.thumbs = FakePacked(
            np.concatenate([thumb.reshape(-1) for thumb in thumbs]), offsets, shapes[:, 1::-1].astype(np.int32)
        )
        self.sizes = np.array(sizes, np.int32) if sizes else self.thumbs.sizes
        self.ids = tuple(f"{i:032x}" for i in range(len(thumbs)))
        self.sources = tuple(sources) if sources else tuple(f"nowhere/{i}.png" for i in range(len(thumbs)))
        self.stamps = np.array([_stamp(source) for source in self.sources], np.int64).reshape(-1, 2)

    def row(self, tile: str) -> int:
        try:
            return self.ids.index(tile)
        except ValueError:
            raise KeyError(tile) from None


def _stamp(source: str) -> tuple[int, int]:
    try:
        status = os.stat(source)
    except OSError:
        return -1, -1
    return status.st_size, status.st_mtime_ns


def noise(rng: np.random.Generator, width: int, height: int) -> Pixels:
    """Random bytes, never magenta."""
    pixels = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    pixels[..., 1] = np.maximum(pixels[..., 1], 1)
    return pixels


def cells(size: Size, columns: int, rows: int) -> npt.NDArray[np.float64]:
    """Boxes (rows * columns, 4) of a grid whose cells share edges."""
    x, y = edges(size.width, columns), edges(size.height, rows)
    j, i = (index.ravel() for index in np.meshgrid(range(columns), range(rows)))
    return np.stack([x[j], y[i], x[j + 1], y[i + 1]], axis=1).astype(float)


def hexagons(size: Size, columns: int, rows: int) -> npt.NDArray[np.float64]:
    """Boxes of pointy-top hexagons that cover a canvas; odd rows are shifted by half a cell and have one more."""
    width, pitch = size.width / columns, size.height / rows
    boxes = []
    for i in range(rows):
        middle = (i + 0.5) * pitch
        for j in range(columns + i % 2):
            left = (j - 0.5 * (i % 2)) * width
            boxes.append((left, middle - pitch * 2 / 3, left + width, middle + pitch * 2 / 3))
    return np.array(boxes)


def largest_crops(sizes: npt.NDArray[Any], boxes: npt.NDArray[Any], turns: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """The largest crop in the middle of each tile (n, 2) that has its box's aspect after quarter turns."""
    wide, high = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    aspect = np.where(turns % 2 == 0, wide / high, high / wide)
    width = np.minimum(sizes[:, 0], sizes[:, 1] * aspect)
    half = np.stack([width, width / aspect], axis=1) / 2
    return np.concatenate([sizes / 2 - half, sizes / 2 + half], axis=1)


def plan_of(
    library: FakeLibrary,
    canvas: Size,
    boxes: npt.NDArray[Any],
    *,
    tile: npt.NDArray[Any] | None = None,
    crop: npt.NDArray[Any] | None = None,
    turns: npt.NDArray[Any] | int = 0,
    mirror: npt.NDArray[Any] | None = None,
    columns: dict[str, Any] | None = None,
    nearest: tuple[npt.NDArray[Any], npt.NDArray[Any]] | None = None,
    **changes: Any,
) -> Plan:
    """A plan that puts tiles (by default in turn) into boxes; magenta shows where nothing is painted.

    `nearest` gives the tiles and errors (n, a) of its alternates.
    """
    n = len(boxes)
    tile = np.arange(n) % len(library.ids) if tile is None else tile
    turns = np.broadcast_to(turns, n)
    crop = largest_crops(library.sizes[tile], boxes, turns) if crop is None else crop
    placements = Placements.plain(tile, crop, fit_crops(crop, boxes, turns), mirror)
    placements = replace(placements, **(columns or {}))
    table = TileTable(library.ids, library.sources, library.sizes)
    settings: dict[str, Any] = {
        "canvas": canvas,
        "background": MAGENTA,
        "outline": "box",
        "tint": 0.0,
        "overlay": 0.0,
        "gap": 0.0,
        "tiles": table,
        "placements": placements,
        "alternates": Alternates.centred(*nearest, placements, table) if nearest else Alternates.none(n),
        "target": b"",
        "recipe": {},
        "statistics": {},
    }
    return Plan(**settings | changes)


def oriented(pixels: Pixels, turns: int, mirror: bool) -> Pixels:
    """Mirrored left-right, then turned clockwise by quarter turns."""
    return np.rot90(pixels[:, ::-1] if mirror else pixels, -turns)


def mean_of_boxes(linear: npt.NDArray[Any], width: int, height: int) -> npt.NDArray[np.float64]:
    """The slow definition of shrinking: each output pixel is the area average of what it covers."""

    def cover(size: int, count: int) -> npt.NDArray[np.float64]:
        edge = np.arange(count + 1) * size / count
        pixel = np.arange(size)
        overlap = np.minimum(edge[1:, None], pixel + 1) - np.maximum(edge[:-1, None], pixel)
        return np.maximum(overlap, 0) * count / size

    return np.einsum("yi,xj,ijc->yxc", cover(linear.shape[0], height), cover(linear.shape[1], width), linear)

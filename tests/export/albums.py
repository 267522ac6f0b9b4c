"""Small libraries and plans for reports, without files."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from musivum.color import linear_from_srgb, oklab_from_linear
from musivum.geometry import Size
from musivum.plan import Alternates, Plan
from render.mosaics import FakeLibrary, Pixels, cells, noise, plan_of

MATCHED = {
    "features": "grid8*1",
    "whole": 304,
    "dimensions": 34,
    "energy": 0.99,
    "agreement": 0.93,
    "search": "exact",
}


class Album(FakeLibrary):
    """A fake library that also knows the mean colour of its tiles."""

    def __init__(self, thumbs: list[Pixels], **more: Any) -> None:
        super().__init__(thumbs, **more)
        linear = np.stack([linear_from_srgb(thumb).mean(axis=(0, 1), dtype=np.float64) for thumb in thumbs])
        self.means = oklab_from_linear(linear).astype(np.float32)

    def __len__(self) -> int:
        return len(self.ids)


def png(pixels: Pixels) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def flat(*colours: tuple[int, int, int], side: int = 8) -> list[Pixels]:
    """Tiles of one colour each."""
    return [np.full((side, side, 3), colour, np.uint8) for colour in colours]


def random_mosaic(seed: int, columns: int = 9, rows: int = 7, cell: int = 12, **changes: Any) -> tuple[Plan, Album]:
    """A tinted plan of smooth random tiles over a smooth random target, with errors and alternates."""
    rng = np.random.default_rng(seed)
    size = Size(columns * cell, rows * cell)
    album = Album([smooth(rng, 24, 20 + i % 9) for i in range(13)], sources=[f"photos/{i}, a.jpg" for i in range(13)])
    boxes = cells(size, columns, rows)
    n = len(boxes)
    tile = rng.integers(0, 13, n)
    best = np.sort(rng.uniform(0.01, 0.1, (n, 3)), axis=1)
    alternates = np.stack([rng.permutation(13)[:3] for _ in range(n)])
    columns_of_plan = {
        "error": (best[:, 0] + rng.uniform(0, 0.1, n)).astype(np.float32),
        "mean": album.means[tile],
        "shift": rng.normal(0, 0.08, (n, 3)).astype(np.float32),
    }
    settings = {
        "tile": tile,
        "columns": columns_of_plan,
        "tint": 0.6,
        "target": png(smooth(rng, size.width, size.height)),
        "nearest": (alternates, best),
        "statistics": {
            "cost": 3.0,
            "bound": 2.0,
            "copies": 4,
            "spacing": 2,
            "relaxed": ["a -> b"],
            "clashes": 2,
            **MATCHED,
        },
    }
    return plan_of(album, size, boxes, **settings | changes), album


def smooth(rng: np.random.Generator, width: int, height: int) -> Pixels:
    coarse = Image.fromarray(noise(rng, 5, 5))
    return np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC))


def quadtree(rng: np.random.Generator, side: int, levels: int) -> npt.NDArray[np.float64]:
    """Boxes of a random quadtree over a square of `side` pixels."""
    found = []

    def cut(x: int, y: int, width: int, level: int) -> None:
        if level == 0 or (level < levels and rng.random() < 0.3):
            found.append((x, y, x + width, y + width))
            return
        half = width // 2
        for dx in (0, half):
            for dy in (0, half):
                cut(x + dx, y + dy, half, level - 1)

    cut(0, 0, side, levels)
    return np.array(found, float)


def with_columns(plan: Plan, **columns: Any) -> Plan:
    placements = replace(plan.placements, **columns)
    near = Alternates.centred(plan.alternates.tile, plan.alternates.error, placements, plan.tiles)
    return replace(plan, placements=placements, alternates=near)

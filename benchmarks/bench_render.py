"""Drawing a 4000 x 4000 picture of 10,000 tinted placements, against plain NumPy and Pillow on the same plan.

Each contender runs in a process of its own, so that CPU time and peak memory are its own; compiled kernels are loaded
from the cache before the clock starts.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from PIL import Image

from musivum.color import linear_from_oklab, linear_from_srgb, oklab_from_linear, srgb_from_linear
from musivum.geometry import Box, Size, edges
from musivum.library import Library
from musivum.plan import Alternates, Placements, Plan, TileTable, fit_crops
from musivum.raster import write_picture
from musivum.render import Drawing, draw

Pixels = npt.NDArray[np.uint8]
SIDE, COLUMNS, TILES, TINT = 4000, 100, 1563, 0.5


@dataclass(frozen=True)
class Packed:
    data: Pixels
    offsets: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int32]

    def __getitem__(self, i: int) -> Pixels:
        width, height = self.sizes[i].tolist()
        return self.data[self.offsets[i] :][: width * height * 3].reshape(height, width, 3)


class Album:
    """The part of a library that drawing asks for, over generated thumbnails of 128 px short side."""

    path = Path("generated")

    def __init__(self, count: int) -> None:
        rng = np.random.default_rng(0)
        thumbs = []
        for i in range(count):
            long = int(rng.integers(128, 228))
            size = (128, long) if i % 2 else (long, 128)
            coarse = Image.fromarray(rng.integers(0, 256, (9, 9, 3), dtype=np.uint8))
            smooth = np.asarray(coarse.resize(size, Image.Resampling.BICUBIC), np.int16)
            thumbs.append(np.clip(smooth + rng.integers(-20, 21, smooth.shape), 0, 255).astype(np.uint8))
        lengths = np.array([thumb.size for thumb in thumbs], np.int64)
        self.sizes = np.array([thumb.shape[1::-1] for thumb in thumbs], np.int32)
        data = np.concatenate([thumb.reshape(-1) for thumb in thumbs])
        self.thumbs = Packed(data, np.concatenate([[0], np.cumsum(lengths)[:-1]]), self.sizes)
        self.ids = tuple(f"{i:032x}" for i in range(count))
        self.sources = tuple(f"generated/{i}" for i in range(count))
        self.stamps = np.full((count, 2), -1, np.int64)

    def row(self, tile: str) -> int:
        return int(tile, 16)


def grid_plan(album: Album, side: int, columns: int) -> Plan:
    """Random tiles in square cells, tinted by random shifts."""
    rng = np.random.default_rng(1)
    n, edge = columns * columns, edges(side, columns)
    j, i = (index.ravel() for index in np.meshgrid(range(columns), range(columns)))
    boxes = np.stack([edge[j], edge[i], edge[j + 1], edge[i + 1]], axis=1).astype(np.float64)
    tile = rng.integers(0, len(album.ids), n)
    short = album.sizes[tile].min(axis=1)[:, None]
    low = (album.sizes[tile] - short) / 2
    crop = np.concatenate([low, low + short], axis=1)
    placements = replace(
        Placements.plain(tile, crop, fit_crops(crop, boxes), rng.random(n) < 0.5),
        mean=np.tile(np.array([0.6, 0, 0], np.float32), (n, 1)),
        gain=np.full((n, 3), 0.8, np.float32),
        shift=rng.normal(0, 0.08, (n, 3)).astype(np.float32),
    )
    tiles = TileTable(album.ids, album.sources, album.sizes)
    return Plan(Size(side, side), (0, 0, 0), "box", TINT, 0.0, 0.0, tiles, placements, Alternates.none(n), b"", {}, {})


def plain(plan: Plan, album: Album, *, tint: bool) -> Pixels:
    """Resize with Pillow (a box filter on sRGB bytes), tint with NumPy, paste: tile after tile."""
    edge = edges(plan.canvas.width, COLUMNS)
    canvas = np.zeros((plan.canvas.height, plan.canvas.width, 3), np.uint8)
    p = plan.placements
    for k in range(len(p)):
        i, j = divmod(k, COLUMNS)
        x0, y0, x1, y1 = edge[j], edge[i], edge[j + 1], edge[i + 1]
        image = Image.fromarray(album.thumbs[int(p.tile[k])])
        box = tuple(p.crop[k].tolist())
        pixels = np.asarray(image.resize((int(x1 - x0), int(y1 - y0)), Image.Resampling.BOX, box))
        if p.mirror[k]:
            pixels = pixels[:, ::-1]
        if tint:
            lab = oklab_from_linear(linear_from_srgb(pixels))
            lab = p.mean[k] + (1 + TINT * (p.gain[k] - 1)) * (lab - p.mean[k]) + TINT * p.shift[k]
            pixels = srgb_from_linear(linear_from_oklab(lab))
        canvas[y0:y1, x0:x1] = pixels
    return canvas


CONTENDERS = (
    "Pillow, no tint",
    "NumPy + Pillow",
    "musivum, no tint",
    "musivum",
    "musivum, one worker",
    "musivum, JPEG",
)


def contend(name: str) -> dict[str, float]:
    """CPU seconds, wall seconds and peak memory of one contender, warm."""
    album = Album(TILES)
    library, plan = cast(Library, album), grid_plan(album, SIDE, COLUMNS)
    draw(plan, library, region=Box(0, 0, 64, 64))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    cpu, wall = time.process_time(), time.perf_counter()
    if name.startswith("musivum"):
        drawing = Drawing(
            plan, library, tint=0.0 if "no tint" in name else None, workers=1 if "one worker" in name else None
        )
        if "JPEG" in name:
            with tempfile.TemporaryDirectory() as folder:
                write_picture(Path(folder) / "mosaic.jpg", drawing.strips(), drawing.size, dpi=300)
        else:
            drawing.region()
    else:
        plain(plan, album, tint="no tint" not in name)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"cpu": cpu, "wall": wall, "before": before / 1024, "peak": peak / 1024}


def rounds(name: str, count: int = 3) -> Iterator[dict[str, float]]:
    for _ in range(count):
        result = subprocess.run([sys.executable, __file__, name], check=True, capture_output=True, text=True)
        yield json.loads(result.stdout)


def cold() -> float:
    """CPU seconds of the first drawing with an empty kernel cache, imports included."""
    code = (
        "import sys, time; sys.path.insert(0, 'benchmarks'); import bench_render as b\n"
        "album = b.Album(3); plan = b.grid_plan(album, 64, 2); t = time.process_time()\n"
        "b.draw(plan, album); print(time.process_time() - t)"
    )
    root = Path(__file__).parent.parent
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"NUMBA_CACHE_DIR": folder}
        result = subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=root, env=environment
        )
    return float(result.stdout)


def main() -> None:
    print(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    )
    print(f"{SIDE} x {SIDE} px, {COLUMNS}x{COLUMNS} placements, {TILES} tiles of 128 px short side, best of 3\n")
    results: dict[str, dict[str, Any]] = {}
    print(f"{'':22}{'CPU s':>8}{'wall s':>8}{'peak MB':>9}{'of which before':>17}{'CPU ratio':>11}")
    for name in CONTENDERS:
        results[name] = min(rounds(name), key=lambda result: result["cpu"])
        base = results["Pillow, no tint" if "no tint" in name else "NumPy + Pillow"]
        r = results[name]
        ratio = base["cpu"] / r["cpu"]
        print(f"{name:22}{r['cpu']:8.2f}{r['wall']:8.2f}{r['peak']:9.0f}{r['before']:17.0f}{ratio:10.1f}x")
    print(f"\nfirst drawing with an empty kernel cache: {cold():.1f} CPU s, once an installation")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(contend(sys.argv[1])))
    else:
        main()

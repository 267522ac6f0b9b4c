"""Planning a fractal mosaic: cost against the size of the library and the pixels of the target, on generated tiles.

python benchmarks/bench_fractal_scaling.py [--tiles 1000 10000] [--megapixels 1 4]
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, cast

import numpy as np
from bench_scaling import Generated
from measured import machine, run

TILES, MEGAPIXELS = (1_000, 10_000, 100_000), (1, 4, 16)
SHAPE = 4 / 3


def draw(path: str, megapixels: float) -> None:
    """Write a target; in a process of its own, since drawing takes more memory than planning."""
    from musivum.api import demo_target

    height = round(math.sqrt(megapixels * 1e6 / SHAPE))
    np.save(path, demo_target(round(SHAPE * height), height))


def measure(count: int, path: str) -> None:
    """Plan once in a process of its own; print what it cost."""
    from musivum.engines.fractal import FractalOptions, plan_fractal
    from musivum.geometry import Size

    library = cast(Any, Generated(count))
    target = np.load(path)
    plan_fractal(target[::8, ::8], library, FractalOptions(smallest=0.3), canvas=Size(160, 120))
    start, cpu = time.perf_counter(), time.process_time()
    plan = plan_fractal(target, library, FractalOptions(), canvas=Size(*target.shape[1::-1]))
    told = {
        "wall": time.perf_counter() - start,
        "cpu": time.process_time() - cpu,
        "photos": len(plan.placements),
        "poses": plan.statistics["poses"],
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024),
    }
    print(json.dumps(told))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tiles", nargs="+", type=int, default=TILES)
    parser.add_argument("--megapixels", nargs="+", type=float, default=MEGAPIXELS)
    asked = parser.parse_args()
    print(machine())
    head = ("tiles", 8), ("megapixels", 11), ("seconds", 9), ("CPU s", 8), ("MB", 7), ("photos", 8), ("poses", 10)
    print("".join(f"{name:>{width}}" for name, width in (*head, ("/CPU s", 10))))
    told: dict[tuple[int, float], float] = {}
    for megapixels, count in itertools.product(asked.megapixels, asked.tiles):
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder, "target.npy"))
            run(sys.executable, __file__, "draw", path, str(megapixels))
            found = json.loads(run(sys.executable, __file__, "case", str(count), path).output)
            told[count, megapixels] = found["cpu"]
            print(
                f"{count:8}{megapixels:11g}{found['wall']:9.1f}{found['cpu']:8.1f}{found['peak']:7.0f}"
                f"{found['photos']:8,}{found['poses']:10.2e}{found['poses'] / found['cpu']:10.2e}",
                flush=True,
            )
    if len(asked.tiles) > 1 and len(asked.megapixels) > 1:
        logs = np.array([(math.log(tiles), math.log(pixels), 1) for tiles, pixels in told])
        by_tiles, by_pixels, _ = np.linalg.lstsq(logs, np.log(list(told.values())))[0]
        print(f"CPU seconds grow as tiles^{by_tiles:.2f} pixels^{by_pixels:.2f}")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["draw", path, megapixels]:
            draw(path, float(megapixels))
        case ["case", count, path]:
            measure(int(count), path)
        case _:
            main()

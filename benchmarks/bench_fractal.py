"""Fractal mosaics of real targets at 2048 px: cost, limits, and how near the search comes to the bare product.

Each target is planned and drawn to a file in a process of its own, from an indexed library. Coverage, overlaps and
copies are recomputed from the plan. The search is timed on its own threads, and beside it, in the same process, a
product of matrices of as many columns, as fast as NumPy makes it on a thread of each processor. A pose is a crop of a
photo at a place and an angle; the original's scheme, which registers by FFT, is credited with all angles and scales
that it chose among.

    python benchmarks/bench_fractal.py [--library DIR] [--targets spices jupiter] [--set detail=0.7] [--baseline 0]
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from fractal_cases import cases, parser, planned
from laid import broken_limits, laid
from measured import DATA, Cost, run
from searched import product_rate, watched

INFEASIBLE = 180 * 629_145 * 50 * 5_000
"""Angles, places, scales and images of the search that the original's author called out of reach."""


def measure(target: Path, library: Path, options: dict[str, Any]) -> dict[str, Any]:
    """Make one mosaic; what it cost and what it came to."""
    from musivum.export import export
    from musivum.library import open_library

    tiles = open_library(library)
    with watched() as search, tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        plan = planned(target, tiles, **options)
        between = time.perf_counter()
        export(plan, tiles, Path(folder, "mosaic.jpg"))
    done, cpu = time.perf_counter(), time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)
    told = laid(plan, 2)
    product = max(product_rate(256, search.columns, columns) for columns in (512, 1024, len(tiles)))
    return {
        "plan": between - start,
        "draw": done - between,
        "cpu": cpu,
        "peak": peak,
        "photos": len(plan.placements),
        "coverage": told.coverage,
        "poses": search.poses,
        "search": search.seconds,
        "flops": search.flops / search.seconds,
        "product": product,
        "square": product_rate(1024, 1024, 1024),
        "most": int(np.bincount(plan.placements.tile).max()),
        "faults": broken_limits(plan, told),
        "relaxed": plan.statistics["relaxed"],
        "after": time.perf_counter() - done,
    }


def row(target: Path, library: Path, options: dict[str, Any]) -> tuple[dict[str, Any], Cost]:
    """Measure one target in a process of its own and print its line."""
    cost = run(sys.executable, __file__, "measure", str(target), str(library), json.dumps(options))
    told: dict[str, Any] = json.loads(cost.output)
    wall = told["wall"] = cost.wall - told["after"]
    print(
        f"{target.stem:26}{wall:6.1f}{told['plan']:6.1f}{told['draw']:6.1f}{told['cpu']:7.1f}{told['peak']:7.0f}"
        f"{told['photos']:8,}{told['coverage']:9.2%}{told['most']:7}{told['poses']:10.2e}"
        f"{told['poses'] / told['search']:10.2e}{told['search'] / told['cpu']:8.0%}"
        f"{told['flops'] / told['product']:9.0%}{told['flops'] / told['square']:8.0%}",
        flush=True,
    )
    for fault in told["faults"]:
        print(f"    {fault}")
    return told, cost


def against_the_original(target: Path, seconds: float, ours: float, alone: float) -> None:
    """Run the baseline, print its rates, how often those of whole jobs and of searches alone contain them."""
    script = str(Path(__file__).with_name("baseline_fractal.py"))
    found = json.loads(run(sys.executable, script, str(DATA / "photos"), str(target), str(seconds)).output)
    print(f"\nThe original's scheme on {target.stem}, a sample of locations: registrations and poses per CPU-second")
    for way, (registrations, poses) in found.items():
        ratios = f"{ours / poses:7,.0f} times as many poses, {alone / poses:7,.0f} by the search alone"
        print(f"{way:38}{registrations:10,.0f}{poses:12,.0f}   musivum: {ratios}")
    processors = os.cpu_count() or 1
    hours = [INFEASIBLE / rate / processors / 3600 for rate in (alone, *(poses for _, poses in found.values()))]
    print(f"\nThe search called infeasible, {INFEASIBLE:.3g} poses, on all processors: {hours[0]:,.1f} hours; ", end="")
    print("by the ways above " + ", ".join(f"{each:,.0f}" for each in hours[1:]))


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--baseline", type=float, default=10, help="seconds for each way of the baseline; 0 for none")
    with cases(options) as found:
        if found is None:
            return
        wanted = found.options
        small = json.dumps({"largest": 0.5, "smallest": 0.2} | wanted)
        run(sys.executable, __file__, "measure", str(found.targets[0]), str(found.library), small)  # compiles
        print(
            f"{'':26}{'seconds':>18}{'CPU':>7}{'peak':>7}{'':17}{'most':>7}{'poses':>20}{'search':>8}{'of product':>17}"
        )
        print(f"{'target':26}{'all':>6}{'plan':>6}{'draw':>6}{'s':>7}{'MB':>7}{'photos':>8}{'covered':>9}{'copies':>7}"
              f"{'all':>10}{'/CPU s':>10}{'of CPU':>8}{'same':>9}{'square':>8}")  # fmt: skip
        told = [row(target, found.library, wanted)[0] for target in found.targets]
        ours, alone = (sum(t["poses"] for t in told) / sum(t[name] for t in told) for name in ("cpu", "search"))
        walls = [t["wall"] for t in told]
        memory, product, square = (max(t[name] for t in told) for name in ("peak", "product", "square"))
        print(f"seconds: median {np.median(walls):.1f}, most {max(walls):.1f}; most memory {memory:.0f} MB")
        print(f"bare products on each processor: {product / 1e9:.0f} GFLOP/s with the same columns, ", end="")
        print(f"{square / 1e9:.0f} with 1024")
        print(f"{ours:.2e} poses per CPU-second of the whole jobs, {alone:.2e} of the searches alone")
        if found.asked.baseline:
            against_the_original(found.targets[0], found.asked.baseline, ours, alone)


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        print(json.dumps(measure(Path(sys.argv[2]), Path(sys.argv[3]), json.loads(sys.argv[4]))))
    else:
        main()

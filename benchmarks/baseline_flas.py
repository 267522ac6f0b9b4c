"""The authors' own package for fast linear assignment sorting, vc-flas, in a process of its own.

    python baseline_flas.py VECTORS.npy ORDER.npy ROWS COLUMNS WRAP DECAY SWAPS TIMES

Run by an interpreter that has vc-flas, which need not be that of musivum. It writes which vector is in which cell, and
prints CPU and wall seconds of each of so many sorts, the first of which is the one that is written.
"""

from __future__ import annotations

import importlib
import sys
import time

import numpy as np


def main(source: str, out: str, rows: int, columns: int, wrap: bool, decay: float, swaps: int, times: int) -> None:
    vc_flas = importlib.import_module("vc_flas")
    vectors = np.load(source)
    if not np.isfinite(vectors).all():
        raise SystemExit("vc-flas never ends where there is a NaN")
    grid = vc_flas.Grid.from_grid_features(vectors.reshape(rows, columns, -1))
    for turn in range(times):
        cpu, wall = time.process_time(), time.perf_counter()
        found = vc_flas.flas(grid, wrap=wrap, radius_decay=decay, max_swap_positions=swaps, seed=0)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        if turn == 0:
            np.save(out, found.sorting)
        print(cpu, wall)


if __name__ == "__main__":
    source, out, *numbers = sys.argv[1:]
    rows, columns, wrap, decay, swaps, times = map(float, numbers)
    main(source, out, int(rows), int(columns), bool(wrap), decay, int(swaps), int(times))

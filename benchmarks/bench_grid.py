"""Whole mosaics by the command line, from a warm library to a 4000 px JPEG, against the straightforward way."""

from __future__ import annotations

import math
import statistics
import sys
import tempfile
from pathlib import Path

from measured import DATA, Cost, machine, musivum, run

TARGETS = ("jupiter-marble.jpg", "landscape-tea-gardens.jpg", "portrait-bedouin-bw.jpg")


def main() -> None:
    if not DATA.exists():
        print(f"skipped: no photos at {DATA}")
        return
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        library, output = str(Path(folder, "library")), str(Path(folder, "out.jpg"))
        photos = DATA / "photos"
        count = len(list(photos.iterdir()))
        musivum("index", str(photos), "--library", library, "--quiet")
        warm_up = ("--library", library, "-o", output, "--quiet")
        musivum("grid", str(DATA / "targets" / TARGETS[0]), "--tiles", "100", *warm_up)
        print(f"{count} photos, square cells, 4000 px JPEG; median of {len(TARGETS)} targets, worst memory")
        for columns in (50, 100, 200):
            ours, plain = [], []
            for name in TARGETS:
                target = str(DATA / "targets" / name)
                grid = ("--columns", str(columns), "--rows", str(columns))
                ours.append(musivum("grid", target, "--library", library, *grid, "-o", output, "--quiet"))
                copies = str(math.ceil(1.5 * 1.6 * columns**2 / count))
                script = str(Path(__file__).with_name("baseline_paste.py"))
                plain.append(run(sys.executable, script, str(photos), target, output, str(columns), copies))
            a, b = _median(ours), _median(plain)
            print(f"{columns:4} x {columns:<4} musivum            {a}")
            print(f"{'':11} NumPy and Pillow   {b}   {b.cpu / a.cpu:5.1f} x musivum's CPU")


def _median(costs: list[Cost]) -> Cost:
    cpu, wall = (statistics.median(values) for values in ([c.cpu for c in costs], [c.wall for c in costs]))
    return Cost(cpu, wall, max(c.memory for c in costs), "")


if __name__ == "__main__":
    main()

"""Planning a grid mosaic: cost against the size of the library and the number of cells, on generated tiles."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
from measured import machine, run

TILES = (1_000, 10_000, 100_000)
COLUMNS = (50, 100, 200)
SIDE = 16


class Generated:
    """What planning asks of a library: `count` smooth random swatches of 16 x 16 samples."""

    path = Path("generated")
    digest = "generated"

    def __init__(self, count: int) -> None:
        rng = np.random.default_rng(0)
        at = np.linspace(0, 3, SIDE)
        hat = np.maximum(0, 1 - np.abs(at[:, None] - np.arange(4)))
        data = np.empty((count, SIDE, SIDE, 3), np.uint16)
        for start in range(0, count, 4096):
            coarse = rng.beta(0.7, 1.2, (min(4096, count - start), 1, 1, 3)) * rng.uniform(0.3, 1, (1, 4, 4, 1))
            coarse = (coarse + 0.2 * rng.normal(size=(len(coarse), 4, 4, 3))).clip(0, 1)
            data[start : start + 4096] = np.einsum("yi,nijc,xj->nyxc", hat, coarse, hat, optimize=True) * 65535
        sizes = np.full((count, 2), SIDE, np.int32)
        offsets = np.arange(count) * data[0].size
        self.swatches = SimpleNamespace(data=data.reshape(-1), offsets=offsets, sizes=sizes)
        self.sizes = sizes * 16
        self.ids = self.sources = tuple(f"{i:032x}" for i in range(count))

    def __len__(self) -> int:
        return len(self.ids)


def case(count: int, columns: int) -> None:
    """Plan once in a process of its own; print seconds of CPU by stage."""
    from musivum.engines.grid import GridOptions, plan_grid

    library = cast(Any, Generated(count))
    y, x = np.mgrid[0:1600, 0:1600] / 1600
    waves = [np.sin(20 * x * (k + 1) + 9 * y * y * (3 - k)) for k in range(3)]
    target = (127 + 120 * np.stack(waves, axis=-1)).astype(np.uint8)
    plan_grid(target[:100, :100], library, GridOptions(columns=4, crops=1))
    begun: dict[str, float] = {}

    def note(stage: str, done: int, total: int) -> None:
        begun.setdefault(stage, time.process_time())

    start = time.process_time()
    plan_grid(target, library, GridOptions(columns=columns), progress=note)
    end = time.process_time()
    search, assign = begun["assign"] - begun["search"], end - begun["assign"]
    print(json.dumps({"all": end - start, "search": search, "assign": assign}))


def main() -> None:
    print(machine())
    print("CPU seconds of planning (of which search, assignment) and peak memory")
    seconds: dict[tuple[int, int], float] = {}
    for columns in COLUMNS:
        for count in TILES:
            cost = run(sys.executable, __file__, str(count), str(columns))
            parts = json.loads(cost.output)
            seconds[count, columns] = parts["all"]
            print(
                f"{columns**2:6} cells {count:7} tiles {parts['all']:7.2f} s "
                f"({parts['search']:.2f}, {parts['assign']:.2f}) {cost.memory:6.0f} MB",
                flush=True,
            )
    logs = [(np.log(n), np.log(c * c), 1) for n, c in seconds]
    tiles, cells, _ = np.linalg.lstsq(np.array(logs), np.log(list(seconds.values())), rcond=None)[0]
    print(f"seconds grow as tiles^{tiles:.2f} cells^{cells:.2f}")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        case(int(sys.argv[1]), int(sys.argv[2]))
    else:
        main()

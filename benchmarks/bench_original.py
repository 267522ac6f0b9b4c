"""The job of the original of dictionary matching, from nothing: Gabor tiles, a network, the SVD, a multiplied mosaic.

10,000 of its 312,500 tiles, a portrait of 1,000 px in patches of 16 px, 100 dimensions, the absolute inner product, and
each tile multiplied by its patch's mean colour. Beside it what a straightforward program would choose from the same
vectors, and how long that takes: a whole decomposition by NumPy and one product of all queries with all tiles.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import numpy as np
from measured import DATA, machine, musivum
from PIL import Image

TARGET = "portrait-bedouin-bw.jpg"
TILES, RANK, PATCH, SIDE = 10_000, 100, 16, 1000
JOB = ("--features", "cnn", "--metric", "absdot", "--compress", str(RANK), "--colour", "multiply")
FREE = ("--copies", "0", "--spacing", "0", "--focus", "0")


def main() -> None:
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder  # the network is built anew, the vectors are found anew
        library, plan = str(Path(folder, "library")), str(Path(folder, "plan.mosaic"))
        target = _target(Path(folder))
        count = ("--preset", "original", "--count", str(TILES))
        drawn = musivum("library", "generate", "gabor", *count, "--library", library, "--quiet")
        print(f"{TILES:,} tiles drawn and stored    {drawn}")
        size = ("--cell", str(PATCH), "--size", str(SIDE), "--quiet")
        made = musivum("grid", target, "-l", library, "-o", str(Path(folder, "a.png")), "-p", plan, *JOB, *FREE, *size)
        print(f"described, matched and drawn  {made}")
        print(f"together                      {drawn.wall + made.wall:.0f} s; two minutes were asked for")
        again = musivum("grid", target, "-l", library, "-o", str(Path(folder, "b.png")), *JOB, *FREE, *size)
        print(f"the same once more            {again}, the tiles' vectors being kept")
        _compare(Path(library), Path(plan), Path(target))


def _target(folder: Path) -> str:
    if (DATA / "targets" / TARGET).exists():
        return str(DATA / "targets" / TARGET)
    from musivum.api import demo_target

    path = folder / "target.png"
    Image.fromarray(demo_target()).save(path)
    return str(path)


def _compare(library: Path, plan: Path, target: Path) -> None:
    """Choose tiles in the straightforward way and count how many are those of the plan."""
    from musivum.features import extractor, linear_samples, patches, tile_vectors
    from musivum.library import open_library
    from musivum.plan import bounds, load_plan
    from musivum.raster import decode

    tiles, made, network = open_library(library), load_plan(plan), extractor("cnn")
    pixels = decode(target).pixels
    boxes = bounds(made.placements) / np.tile(made.canvas, 2) * np.tile(pixels.shape[1::-1], 2)
    queries = network.describe(patches(linear_samples(pixels), boxes, network.side))
    dictionary = np.asarray(tile_vectors(tiles, network))
    start = time.process_time()
    _, _, basis = np.linalg.svd(dictionary, full_matrices=False)
    short, asked = dictionary @ basis[:RANK].T, queries @ basis[:RANK].T
    chosen = np.abs(asked @ short.T).argmax(1)
    seconds = time.process_time() - start
    ids = np.array(tiles.ids)
    same = (ids[chosen] == np.array(made.tiles.ids)[made.placements.tile]).mean()
    print(f"by NumPy from the same vectors {seconds:6.2f} CPU-s; it chooses the same tile for {same:.1%} of the cells")


if __name__ == "__main__":
    main()

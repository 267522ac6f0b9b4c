"""Nearest rows: exact search and an index on disk against NumPy's product and partition, each in its own process."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from measured import DATA, machine, musivum, run

ROWS = (10_000, 100_000, 1_000_000)
DIMENSIONS = (32, 64, 192)
K = 10
QUERIES = {"numpy": 128, "exact": 1024, "index": 4096}
MORE = 100  # an index is extended by this part of its rows
CHECKED = 1024  # queries on which recall is measured

Vectors = npt.NDArray[np.float32]


def crops(library: str, rows: int, seed: int) -> Vectors:
    """Features grid8, of 192 numbers, of random squares cut from the photos of a library."""
    from musivum.features import color_grid, tile_patches
    from musivum.library import open_library

    rng = np.random.default_rng(seed)
    swatches = open_library(library).swatches
    vectors = np.empty((rows, 192), np.float32)
    for start in range(0, rows, 20_000):
        count = min(20_000, rows - start)
        tiles = rng.integers(0, len(swatches.sizes), count)
        sizes = swatches.sizes[tiles].astype(np.float64)
        sides = rng.uniform(0.25, 1, (count, 1)) * sizes.min(axis=1, keepdims=True) / sizes
        corners = rng.uniform(0, 1, (count, 2)) * (1 - sides)
        patches = tile_patches(swatches, tiles, np.hstack([corners, corners + sides]), 8, workers=2)
        vectors[start : start + count] = color_grid(patches)
    return vectors


def noise(rows: int, dimensions: int, seed: int) -> Vectors:
    """A mixture of Gaussians: five rows about each of rows / 5 centres that are themselves normally distributed."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((rows // 5, dimensions), np.float32)
    return np.repeat(centres, 5, axis=0) + np.float32(0.5) * rng.standard_normal((rows, dimensions), np.float32)


def partition(queries: Vectors, vectors: Vectors, squares: Vectors) -> npt.NDArray[np.int64]:
    """The straightforward way: all products at once, then the k least of each row."""
    costs = squares - 2 * (queries @ vectors.T)
    rows = np.argpartition(costs, K, axis=1)[:, :K]
    order = np.argsort(np.take_along_axis(costs, rows, axis=1), axis=1)
    return np.take_along_axis(rows, order, axis=1)


def timed(task: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of a task, and what it returns."""
    start = time.process_time()
    result = task()
    return time.process_time() - start, result


def measure(method: str, folder: Path, rows: int) -> None:
    """Search the vectors of a folder; print what it took."""
    from threadpoolctl import threadpool_limits

    from musivum.search import build_index, extend_index, nearest_owners, open_index, plain_dictionary

    queries = np.load(folder / "queries.npy")[: QUERIES[method] // (4 if rows > 500_000 else 1)]
    vectors = np.load(folder / "vectors.npy", mmap_mode="r")
    measured: dict[str, float] = {}
    if method == "numpy":
        vectors = np.array(vectors)
        squares = np.einsum("ij,ij->i", vectors, vectors)
        with threadpool_limits(1):
            partition(queries[:8], vectors, squares)
            seconds = min(timed(lambda: partition(queries, vectors, squares))[0] for _ in range(3))
    elif method == "exact":
        nearest_owners(queries[:8], plain_dictionary(vectors[:100]), K)
        dictionary = plain_dictionary(vectors)
        seconds = min(timed(lambda: nearest_owners(queries, dictionary, K))[0] for _ in range(3))
    else:
        measured["build"], _ = timed(lambda: build_index(folder / "index", vectors))
        begun = time.perf_counter()
        index = open_index(folder / "index")
        measured["load"] = time.perf_counter() - begun
        index.nearest(queries[:8], K)
        seconds = min(timed(lambda: index.nearest(queries, K))[0] for _ in range(3))
        found, truth = index.nearest(queries[:CHECKED], K), index.nearest(queries[:CHECKED], K, exact=True)
        pairs = zip(found.owners.tolist(), truth.owners.tolist(), strict=True)
        measured["recall"] = float(np.mean([len(set(a) & set(b)) / K for a, b in pairs]))
        measured["extend"], _ = timed(lambda: extend_index(folder / "index", vectors[: rows // MORE]))
    print(json.dumps(measured | {"speed": len(queries) / seconds}))


def row(name: str, folder: str, rows: int) -> None:
    """Measure and print one row of the table."""
    costs = {method: run(sys.executable, __file__, method, folder, str(rows)) for method in QUERIES}
    told = {method: json.loads(cost.output) for method, cost in costs.items()}
    plain, exact, index = (told[method]["speed"] for method in QUERIES)
    print(
        f"{name:24} {plain:6.0f} {exact:6.0f} {exact / plain:5.1f}x {index:6.0f} {index / plain:5.1f}x "
        f"{told['index']['recall']:6.3f} {told['index']['build']:6.1f} s {told['index']['load']:6.3f} s "
        f"{told['index']['extend']:6.2f} s " + " ".join(f"{cost.memory:5.0f}" for cost in costs.values()) + " MB",
        flush=True,
    )


def prepare(made: str, folder: Path, rows: int) -> None:
    """Write the vectors and queries of one row of the table."""
    from musivum.features import compress

    if made == "noise":
        vectors, queries = noise(rows, 64, 0), noise(5 * QUERIES["index"], 64, 1)[::5]
    else:
        described = np.load(folder.parent / "described.npy", mmap_mode="r")
        compression = compress(np.array(described[:: len(described) // 5000]), rank=int(made))
        step = len(described) // rows
        parts = range(0, len(described), 50_000)
        vectors = np.concatenate([compression(described[i : i + 50_000 : step]) for i in parts])
        queries = compression(np.load(folder.parent / "asked.npy"))
    np.save(folder / "vectors.npy", vectors)
    np.save(folder / "queries.npy", queries)


def describe(library: str, folder: Path) -> None:
    """Write the features that all rows of the table are made of."""
    np.save(folder / "described.npy", crops(library, max(ROWS), 0))
    np.save(folder / "asked.npy", crops(library, QUERIES["index"], 1))


def main() -> None:
    print(machine())
    print(f"{'':24} numpy  exact         index         recall    build     load   extend   memory of the three")
    # A child's peak memory counts from its parent's, so this process holds no vectors.
    with tempfile.TemporaryDirectory() as folder:
        cases = [("noise", 64, 100_000)]
        if DATA.exists():
            musivum("index", str(DATA / "photos"), "--library", f"{folder}/library", "--quiet")
            run(sys.executable, __file__, "describe", f"{folder}/library", folder)
            cases = [(str(d), d, rows) for d in DIMENSIONS for rows in ROWS] + cases
        else:
            print(f"no photos at {DATA}")
        for made, dimensions, rows in cases:
            with tempfile.TemporaryDirectory(dir=folder) as inner:
                run(sys.executable, __file__, "prepare", made, inner, str(rows))
                what = "noise" if made == "noise" else "photos"
                row(f"{rows:8} x {dimensions:<3} of {what}", inner, rows)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["describe", library, folder]:
            describe(library, Path(folder))
        case ["prepare", made, folder, rows]:
            prepare(made, Path(folder), int(rows))
        case [method, folder, rows]:
            measure(method, Path(folder), int(rows))
        case _:
            main()

"""Retrieval of the fractal engine: how often the best photo of a place is found, at what cost.

For windows of real targets at four sizes the best photo over all crops and 32 angles is found by exhaustive search.
Each retrieval may compare a part of those poses: the dictionary fewer angles, filters all angles of the crops on their
shortlists, and chance. Beside what each finds stands what the dictionary finds in the same time, by interpolation;
sampling and describing windows is part of everybody's time.

    python benchmarks/bench_retrieval.py [LIBRARY [TARGET ...]]
"""

from __future__ import annotations

import math
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from measured import DATA, machine, musivum

ANGLES = 32
SHARES = (1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32)  # of all poses
SIZES = (0.35, 0.12, 0.04, 0.015)  # of windows, in shorter sides of the target
PLACES = 150  # of each target at each size
TARGETS = ("jupiter", "landscape", "magdalen", "portrait")
MATCHES = {"colour": (1.0, 1.5, 1.5), "grey": (1.0, 0.0, 0.0)}
_NEAREST = 6  # kept of each window, as in the engine
_RANK, _MEAN_WEIGHT = 40, 0.55  # of the engine's dictionary, with its usual settings


class Outcome(NamedTuple):
    """The best row of each place, its distance, CPU seconds."""

    rows: npt.NDArray[np.int64]
    distances: npt.NDArray[np.float64]
    seconds: float


class Windows(NamedTuple):
    """Windows of one target at one size, and how they are described and searched."""

    queries: Callable[[int], npt.NDArray[np.float32]]  # angles -> (places * angles, d)
    upright: Callable[[], npt.NDArray[np.float32]]


class _Crops:
    """The engine's dictionary of crops, plain: short vectors, with the lengths of what they leave out."""

    def __init__(self, library: Any, shape: Any, weights: npt.NDArray[np.float32]) -> None:
        from musivum.color import oklab_from_linear
        from musivum.engines.fractal._windows import SIDE, patterns
        from musivum.features import compress, tile_patches

        linear = tile_patches(library.swatches, shape.tile, shape.boxes, SIDE)
        vectors = patterns(np.asarray(oklab_from_linear(linear) * weights, np.float32), _MEAN_WEIGHT)
        self.compression = compress(vectors, rank=_RANK)
        short = self.compression(vectors)
        rest = self.compression.residuals(vectors, short)
        self.rows = np.concatenate([short, np.stack([rest, 0 * rest], axis=1)], axis=1)

    def queries(self, vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        short = self.compression(vectors)
        rest = self.compression.residuals(vectors, short)
        return np.concatenate([short, np.stack([0 * rest, rest], axis=1)], axis=1)


def main() -> None:
    library, *targets = [*map(Path, sys.argv[1:])] or [DATA]
    if not library.exists():
        print(f"skipped: no photos at {library}")
        return
    targets = targets or [
        path for path in sorted((DATA / "targets").glob("*")) if any(part in path.name for part in TARGETS)
    ]
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        if library == DATA:
            library = Path(folder, "library")
            musivum("index", str(DATA / "photos"), "--library", str(library), "--quiet")
        for match, weights in MATCHES.items():
            _compare(match, np.array(weights, np.float32), library, targets)


def _compare(match: str, weights: npt.NDArray[np.float32], place: Path, targets: list[Path]) -> None:
    from threadpoolctl import threadpool_limits

    from musivum.engines.fractal._retrieval import RETRIEVALS
    from musivum.engines.fractal._shapes import square_shapes
    from musivum.library import open_library

    library = open_library(place)
    (shape,) = square_shapes(library.sizes)
    crops = _Crops(library, shape, weights)
    begun = time.process_time()
    chance = np.random.default_rng(0)
    lists: dict[str, Callable[..., Any]] = {
        name: make(library, shape.tile, shape.boxes) for name, make in RETRIEVALS.items()
    }
    prepared = time.process_time() - begun
    lists["chance"] = lambda windows, most: np.stack(
        [chance.permutation(len(shape))[:most].astype(np.int32) for _ in windows]
    )
    # Outcomes by retrieval and share, over all windows.
    found: dict[tuple[str, float], list[Outcome]] = {}
    with threadpool_limits(1, user_api="blas"):
        cases = [_windows(target, size, weights, crops) for target in targets for size in SIZES]
        for number in range(-1, len(cases)):  # once more the first: it compiles
            windows = cases[max(number, 0)]
            told = {("dictionary", 1.0): _whole(windows, crops, ANGLES)}
            for share in SHARES:
                told["dictionary", share] = _whole(windows, crops, round(ANGLES * share))
                for name, shortlist in lists.items():
                    told[name, share] = _listed(windows, crops, shortlist, round(len(shape) * share))
            for key, outcome in told.items():
                if number >= 0:
                    found.setdefault(key, []).append(outcome)
    print(
        f"\n{match}: {len(library)} photos in {len(shape)} crops; {len(targets)} targets x {len(SIZES)} sizes x"
        f" {PLACES} places x {ANGLES} angles; filters prepared in {prepared:.1f} CPU-s"
    )
    _print(found, shape.tile)


def _windows(path: Path, size: float, weights: npt.NDArray[np.float32], crops: _Crops) -> Windows:
    from musivum.color import linear_from_oklab
    from musivum.engines.fractal._retrieval import SIDE as UPRIGHT
    from musivum.engines.fractal._windows import SIDE, Poses, Scene, patterns, sample
    from musivum.features import linear_samples
    from musivum.geometry import Size
    from musivum.raster import decode

    pixels = decode(path).pixels
    canvas = Size(pixels.shape[1], pixels.shape[0])
    side = size * min(canvas)
    x, y = np.random.default_rng(0).uniform(0.3 * side, np.array([canvas]).T - 0.3 * side, (2, PLACES))
    samples = linear_samples(pixels)
    plane = Scene(samples, canvas, weights).plane(side / SIDE)

    def queries(angles: int) -> npt.NDArray[np.float32]:
        turns = np.tile(np.linspace(0, 2 * math.pi, angles, endpoint=False), PLACES)
        sides = np.full(len(turns), side)
        poses = Poses(x.repeat(angles), y.repeat(angles), turns, sides, sides)
        return crops.queries(patterns(sample(plane, poses), _MEAN_WEIGHT))

    colours = Scene(samples, canvas, np.ones(3, np.float32)).plane(side / SIDE)

    def upright() -> npt.NDArray[np.float32]:
        sides = np.full(PLACES, side)
        seen = sample(colours, Poses(x, y, np.zeros(PLACES), sides, sides), UPRIGHT)
        return np.asarray(linear_from_oklab(seen), np.float32)

    return Windows(queries, upright)


def _whole(windows: Windows, crops: _Crops, angles: int) -> Outcome:
    from musivum.search import RadiusSearch

    search = RadiusSearch.among(crops.rows)
    begun = time.process_time()
    queries = windows.queries(angles)
    found = search(queries, np.full(len(queries), 1e3, np.float32), _NEAREST)
    return _best(found, angles, time.process_time() - begun)


def _listed(windows: Windows, crops: _Crops, shortlist: Callable[..., Any], most: int) -> Outcome:
    from musivum.search import search_shortlists

    begun = time.process_time()
    lists = shortlist(windows.upright(), most)
    found = search_shortlists(windows.queries(ANGLES), np.arange(PLACES).repeat(ANGLES), lists, crops.rows, _NEAREST)
    return _best(found, ANGLES, time.process_time() - begun)


def _best(found: Any, angles: int, seconds: float) -> Outcome:
    rows, distances = (table[:, 0].reshape(PLACES, angles) for table in (found.owners, found.distances))
    at = np.arange(PLACES), distances.argmin(axis=1)
    return Outcome(rows[at].astype(np.int64), distances[at].astype(np.float64), seconds)


def _print(found: dict[tuple[str, float], list[Outcome]], tile: npt.NDArray[np.int64]) -> None:
    truth = found["dictionary", 1.0]
    hits = {
        key: [float(np.mean(tile[some.rows] == tile[best.rows])) for some, best in zip(outcomes, truth, strict=True)]
        for key, outcomes in found.items()
    }
    excess = {
        key: np.mean(
            [some.distances / np.maximum(best.distances, 1e-6) - 1 for some, best in zip(each, truth, strict=True)]
        )
        for key, each in found.items()
    }
    whole = sum(outcome.seconds for outcome in truth)
    seconds = {key: sum(outcome.seconds for outcome in outcomes) / whole for key, outcomes in found.items()}
    curve = sorted((seconds[key], float(np.mean(hits[key]))) for key in found if key[0] == "dictionary")
    names = list(dict.fromkeys(name for name, _ in found))
    print(f"exhaustive search: {whole:.2f} CPU-s")
    print("best photo found; error above the least; part of that CPU time; what the dictionary finds in the same time")
    print(f"{'poses':6}" + "".join(f"{name:>32}" for name in names))
    for share in SHARES:
        cells = []
        for name in names:
            key = name, share
            same = float(np.interp(math.log(seconds[key]), *np.array([(math.log(t), h) for t, h in curve]).T))
            cells.append(f"{np.mean(hits[key]):11.1%} {excess[key]:6.1%} {seconds[key]:5.2f} {same:6.0%}")
        print(f"1/{round(1 / share):<4}" + "".join(cells))
    print("best photo found at 1/8 of the poses, by the side of the windows in shorter sides of the target")
    for number, size in enumerate(SIZES):
        cells = [f"{np.mean(hits[name, 1 / 8][number :: len(SIZES)]):11.1%}{'':21}" for name in names]
        print(f"{size:<6}" + "".join(cells), flush=True)


if __name__ == "__main__":
    main()

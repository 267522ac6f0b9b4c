"""Fidelity against alteration on real photos and targets, against a straightforward program.

1,000 photos, 50 x 50 cells of the target's own shape, at most 4 copies, 4000 px across, written as JPEG. Each contender
runs in a process of its own. CPU seconds are those of one mosaic: start-up, reading the target and planning (mean over
the targets), drawing and writing (the first target's); memory is the peak after the first. musivum works from an
indexed library; the baselines read their photos each time, which is told apart. The score is taken at so many pixels
a cell against the target averaged in linear light.
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
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import numpy.typing as npt
from PIL import Image

SHARED = Path(__file__).parents[2] / "shared" / "data"
PHOTOS, CELLS, COPIES, LONG_SIDE = 1000, 50, 4, 4000
SCORED_SIDE = 1600  # of the baselines' mosaics that are scored and not timed
TINTS = (0.0, 0.25, 0.5, 0.7, 1.0)

Pixels = npt.NDArray[np.uint8]


def photos() -> list[Path]:
    return sorted((SHARED / "photos").glob("*"))[:PHOTOS]


def targets() -> list[Path]:
    return sorted((SHARED / "targets").glob("*"))


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Timer:
    """Adds up CPU seconds spent inside it."""

    def __init__(self) -> None:
        self.total = 0.0

    def __enter__(self) -> None:
        self.total -= time.process_time()

    def __exit__(self, *fault: object) -> None:
        self.total += time.process_time()


class Clock:
    """CPU seconds and peak memory of one mosaic, out of several."""

    def __init__(self) -> None:
        self.start_up, self.peak = time.process_time(), 0.0
        self.each, self.once, self.ignored = Timer(), Timer(), Timer()

    def result(self, scores: Any) -> dict[str, Any]:
        cpu = self.start_up + self.each.total / len(scores) + self.once.total
        return {"scores": np.array(scores).tolist(), "cpu": cpu, "peak": self.peak}


def averaged(pixels: Pixels, height: int, width: int) -> Pixels:
    """Averages in linear light of the parts of a picture, as bytes."""
    from musivum.color import srgb_from_linear
    from musivum.features import linear_samples, patches

    y, x = (np.arange(n + 1) * side / n for n, side in ((height, pixels.shape[0]), (width, pixels.shape[1])))
    left, top = np.meshgrid(x[:-1], y[:-1])
    right, bottom = np.meshgrid(x[1:], y[1:])
    boxes = np.stack([left, top, right, bottom], axis=-1).reshape(-1, 4)
    return srgb_from_linear(patches(linear_samples(pixels), boxes, 1)).reshape(height, width, 3)


def greedily(cells: Any, dictionary: Any, importance: Any, places: Any, limits: Any, **more: Any) -> Any:
    """In place of the engine's assignment: cell by cell in random order, the best photo that has copies left."""
    from musivum.engines.grid._assignment import Assignment
    from musivum.search import Neighbours, nearest_owners

    found = nearest_owners(cells, dictionary, dictionary.owners)
    tile_of, left = np.zeros(len(cells), np.int32), np.full(dictionary.owners, limits.copies)
    for cell in np.random.default_rng(0).permutation(len(cells)):
        row = found.owners[cell]
        tile_of[cell] = row[np.argmax(left[row] > 0)]
        left[tile_of[cell]] -= 1
    return Assignment(tile_of, Neighbours(found.owners[:, :4], found.distances[:, :4]), 0, 0)


def engine(settings: dict[str, Any], library: Path, folder: Path) -> dict[str, Any]:
    from musivum.engines.grid import GridOptions, plan_grid
    from musivum.export import export, score
    from musivum.geometry import Size
    from musivum.library import open_library
    from musivum.raster import decode

    scales, most = settings.pop("scales"), settings.pop("most")
    if settings.pop("greedy", False):
        mock.patch("musivum.engines.grid._engine.assign", greedily).start()
    options = GridOptions(**{"columns": CELLS, "rows": CELLS, "copies": COPIES, "spacing": 0} | settings)
    tiles = open_library(library)
    clock = Clock()
    scores: list[Any] = []
    for path in targets()[:most]:
        with clock.each:
            decoded = decode(path)
            canvas = Size(*decoded.size).scaled(LONG_SIDE / max(decoded.size))
            plan = plan_grid(decoded.pixels, tiles, options, canvas=canvas)
        if not scores:
            with clock.once:
                export(plan, tiles, folder / "mosaic.jpg", dpi=300)
            clock.peak = peak_megabytes()
        scores.append([score(plan, tiles, n) for n in scales])
    return clock.result(scores)


def baseline(settings: dict[str, Any], library: Path, folder: Path) -> dict[str, Any]:
    import baseline_reference as reference

    from musivum.export import Score, mean_difference, rms_difference, ssim

    match = {"patches": reference.match_patches, "means": reference.match_means}[settings["match"]]
    look = (reference.SHIFT, reference.OVERLAY) if settings["match"] == "patches" else (0.0, 0.0)
    clock, reading = Clock(), Timer()
    scores: list[Any] = []
    for path in targets():
        first = not scores
        with clock.once if first else clock.ignored, reading if first else clock.ignored:
            loaded = reference.load(photos(), path, CELLS, CELLS, LONG_SIDE if first else SCORED_SIDE)
        with clock.each:
            mosaic = match(*loaded, CELLS, COPIES)
        with clock.once if first else clock.ignored:
            drawn = mosaic.draw(*look)
            Image.fromarray(drawn).save(folder / "mosaic.jpg", quality=92, subsampling=0, dpi=(300, 300))
        clock.peak = clock.peak or peak_megabytes()
        with Image.open(path) as image:
            target = np.asarray(image.convert("RGB"))
        plain = mosaic.draw(0, 0)
        found = []
        for n in settings["scales"]:
            scale = n * CELLS / np.sqrt(drawn.shape[0] * drawn.shape[1])
            size = round(drawn.shape[0] * scale), round(drawn.shape[1] * scale)
            a, b, c = (averaged(pixels, *size) for pixels in (drawn, target, plain))
            altered = mean_difference(a, c, "cie76")
            found.append(Score(mean_difference(a, b), ssim(a, b), altered, rms_difference(a, b)))
        scores.append(found)
    return clock.result(scores) | {"reading": reading.total}


CONTENDERS: dict[str, Callable[[dict[str, Any], Path, Path], dict[str, Any]]] = {"engine": engine, "baseline": baseline}


def contend(
    contender: str, settings: dict[str, Any], library: Path, scales: tuple[int, ...] = (4,), most: int | None = None
) -> dict[str, Any]:
    settings = settings | {"scales": scales, "most": most}
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, contender, json.dumps(settings), str(library), folder]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def line(name: str, found: dict[str, Any]) -> str:
    error, similar, altered = np.mean(found["scores"], axis=0)[0]
    return f"{name:38}{error:10.2f}{similar:8.3f}{altered:9.1f}{found['cpu']:8.1f}{found['peak']:8.0f}"


HEAD = f"{'':38}{'CIEDE2000':>10}{'SSIM':>8}{'altered':>9}{'CPU s':>8}{'MB':>8}"


def curve(library: Path) -> tuple[dict[float, dict[str, Any]], dict[str, Any]]:
    print(f"\nFidelity against alteration, mean over {len(targets())} targets, at 4 pixels a cell\n{HEAD}")
    swept = {}
    for tint in TINTS:
        swept[tint] = contend("engine", {"tint": tint}, library, (4,) if tint else (4, 8))
        print(line(f"musivum, tint {tint:g}", swept[tint]), flush=True)
    print(line("musivum, tint 0.5, overlay 0.1", contend("engine", {"overlay": 0.1}, library)), flush=True)
    print(line("musivum, tint 0.5, spacing 4", contend("engine", {"spacing": 4}, library)), flush=True)
    reference = contend("baseline", {"match": "patches"}, library)
    print(line("reference (75 % shift, 10 % overlay)", reference), flush=True)
    print(f"{'':38}of its CPU seconds {reference['reading']:.1f} are spent on reading photos")
    return swept, reference


def by_target(swept: dict[str, Any], reference: dict[str, Any]) -> None:
    print(f"\nBy target, at 4 pixels a cell: musivum with its default tint | reference\n{'':32}", end="")
    print(2 * f"{'CIEDE2000':>12}{'SSIM':>8}{'altered':>9}")
    for path, ours, theirs in zip(targets(), swept["scores"], reference["scores"], strict=True):
        print(f"{path.stem:32}", *(f"{e:11.2f}{s:8.3f}{a:9.1f}" for e, s, a in (ours[0], theirs[0])), sep="")
    ratio = reference["cpu"] / swept["cpu"], reference["peak"] / swept["peak"]
    print(f"the reference takes {ratio[0]:.1f} times the CPU and {ratio[1]:.1f} times the memory")


def untouched(plain: dict[str, Any], library: Path) -> None:
    print("\nWithout tint and overlay, at 8 pixels a cell")
    print(f"{'':32}{'musivum':>20}{'without joint':>20}{'mean colours':>20}")
    greedy = contend("engine", {"tint": 0.0, "greedy": True}, library, (8,))
    means = contend("baseline", {"match": "means"}, library, (8,))
    columns = [np.array(found["scores"])[:, -1] for found in (plain, greedy, means)]
    for i, path in enumerate(targets()):
        print(f"{path.stem:32}" + "".join(f"{c[i, 0]:13.2f}{c[i, 1]:7.3f}" for c in columns))
    print(f"{'mean':32}" + "".join(f"{c[:, 0].mean():13.2f}{c[:, 1].mean():7.3f}" for c in columns))
    ours, wins = columns[0], []
    for other in columns[1:]:
        wins.append(int(((ours[:, 0] < other[:, 0]) & (ours[:, 1] > other[:, 1])).sum()))
    print(f"better in both on {wins[0]} and {wins[1]} of {len(ours)} targets")
    ratios = [f"{c[:, 0].mean() / ours[:, 0].mean():.2f} times the error" for c in columns[1:]]
    print(f"ratios to musivum: without joint assignment {ratios[0]}, mean colours {ratios[1]}")


def main() -> None:
    print(f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}")
    if len(photos()) < PHOTOS or not targets():
        print(f"skipped: {SHARED} holds {len(photos())} photos and {len(targets())} targets; {PHOTOS} and 1 are needed")
        return
    from musivum.library import index

    print(f"{PHOTOS} photos, {CELLS} x {CELLS} cells, at most {COPIES} copies, {LONG_SIDE} px")
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "library"
        start = time.process_time()
        index(photos(), library)
        print(f"indexed in {time.process_time() - start:.1f} CPU s, once")
        contend("engine", {}, library, most=1)  # compiles what is not yet in Numba's cache
        swept, reference = curve(library)
        by_target(swept[0.5], reference)
        untouched(swept[0.0], library)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(CONTENDERS[sys.argv[1]](json.loads(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4]))))
    else:
        main()

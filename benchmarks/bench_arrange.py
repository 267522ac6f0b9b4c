"""Collages: how well and how fast the methods arrange, beside the original's scheme, vc-flas and chance.

Seconds are those of the arrangement alone, kernels compiled beforehand, median of three where it is short. Ratios are
CPU seconds over those of `sorted` with its default effort. vc-flas runs where this interpreter, or the one that the
environment variable MUSIVUM_FLAS names, has it.

    MUSIVUM_FLAS=elsewhere/bin/python python benchmarks/bench_arrange.py [--quick]
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from unittest import mock

import numpy as np
from arranging import Contender, Judged, Task, by_chance, by_flas, by_method, by_original, has_flas, judge
from measured import DATA, Cost, machine, musivum, run

from musivum.geometry import Size

SETS = 5  # of 1,024 colours
LARGE = ((128, 128), (256, 256), (250, 400))
PHOTOS, COLUMNS, WIDTH = 1000, 40, 4000
COVER_COLUMNS = 20
TIMES = 3

DEFAULT = "sorted"
OURS: dict[str, Contender] = {
    DEFAULT: by_method("sorted"),
    "sorted, fast": by_method("sorted", "fast"),
    "sorted, best": by_method("sorted", "best"),
    "shells": by_method("shells"),
    "curve": by_method("curve"),
}
OTHERS: dict[str, Contender] = {"original shells": by_original, "random": by_chance}
FLAS: dict[str, Contender] = {"vc-flas": by_flas(), "vc-flas, tuned": by_flas(0.98, 49)}
FOR_LARGE = (DEFAULT, "sorted, fast", "curve", "vc-flas", "vc-flas, tuned", "random")
FOR_TORUS = (DEFAULT, "sorted, best", "vc-flas", "vc-flas, tuned", "random")


def main() -> None:
    quick = "--quick" in sys.argv
    contenders = OURS | (FLAS if has_flas() else {}) | OTHERS
    print(machine())
    if len(contenders) == len(OURS | OTHERS):
        print("vc-flas is not installed here: left out")
    if DATA.exists():
        with tempfile.TemporaryDirectory() as place:  # first: processes inherit the peak memory of this one
            poster(Path(place))
            covers(Path(place))
    else:
        print(f"skipped: no photos at {DATA}")
    for contender in OURS.values():
        contender(_colours(0, 10, 10))
    contest("1,024 random RGB colours", [_colours(seed, 32, 32) for seed in range(1 if quick else SETS)], contenders)
    on_torus = [_colours(seed, 32, 32)._replace(wrap=True) for seed in range(1 if quick else SETS)]
    contest("1,024 random RGB colours on a torus", on_torus, _only(FOR_TORUS, contenders))
    if DATA.exists():
        for folder, columns in (("photos", COLUMNS), ("covers", COVER_COLUMNS)):
            files = _files(folder, PHOTOS)
            for name, task in _photo_tasks(files, columns).items():
                contest(f"{len(files):,} {folder}, {name}", [task], contenders)
    for rows, columns in LARGE[: 1 if quick else None]:
        contest(f"{rows * columns:,} random RGB colours", [_colours(0, rows, columns)], _only(FOR_LARGE, contenders))


def contest(title: str, tasks: list[Task], contenders: dict[str, Contender]) -> None:
    """Print a table of means over tasks."""
    print(f"\n{title}, {tasks[0].rows} x {tasks[0].columns}" + (f", mean of {len(tasks)}" if len(tasks) > 1 else ""))
    print(f"{'':16}  DPQ_16   DPQ_2  neighbours  dropped    CPU-s   wall s   CPU ratio")
    found = {name: _mean([judge(task, contender(task)) for task in tasks]) for name, contender in contenders.items()}
    for name, one in found.items():
        ratio = f"{one.cpu / found[DEFAULT].cpu:9.2f} x" if one.cpu else ""
        print(
            f"{name:16}  {one.dpq_16:6.3f}  {one.dpq_2:6.3f}  {one.neighbours:10.3f}  {one.dropped:7}  "
            f"{one.cpu:7.3f}  {one.wall:7.3f}  {ratio}",
            flush=True,
        )


def poster(folder: Path) -> None:
    """Files to a finished picture, start-up and reading included; others do not sort."""
    photos, out = folder / "photos", str(folder / "poster.jpg")
    photos.mkdir()
    for file in _files("photos", PHOTOS):
        (photos / file.name).symlink_to(file)
    side, rows = str(WIDTH // COLUMNS), -(-PHOTOS // COLUMNS)
    ours = ("arrange", str(photos), "-o", out, "--columns", str(COLUMNS), "--width", str(WIDTH), "--quiet")
    print(f"\n{PHOTOS:,} files to a poster {WIDTH:,} pixels wide, median of {TIMES}")
    musivum(*ours)  # compiles
    _told("musivum, first", lambda: _cold(folder, *ours))
    _told("musivum, again", lambda: musivum(*ours))
    plain = str(Path(__file__).with_name("baseline_sheet.py"))
    _told("Pillow, not sorted", lambda: run(sys.executable, plain, str(photos), out, str(COLUMNS), side))
    if montage := shutil.which("montage"):
        files = [str(file) for file in sorted(photos.iterdir())]
        sizes = ("-geometry", f"{side}x{side}^", "-extent", f"{side}x{side}", "-tile", f"{COLUMNS}x{rows}")
        _told("montage, not sorted", lambda: run(montage, *files, *sizes, out))


def covers(folder: Path) -> None:
    """Covers to a picture: what is left out of them, and which part of the picture shows none."""
    from musivum.plan import bounds, load_plan

    files = _files("covers")
    print(f"\n{len(files)} covers to a picture, median of {TIMES}")
    for method in ("sorted", "shells"):
        out, plan_file = str(folder / "covers.jpg"), str(folder / "covers.mosaic")
        ours = ("arrange", str(DATA / "covers"), "-o", out, "--plan", plan_file, "--method", method, "--quiet")
        _told(method, lambda ours=ours: _cold(folder, *ours))  # type: ignore[misc]
        plan = load_plan(plan_file)
        box = bounds(plan.placements)
        empty = 1 - (box[:, 2:] - box[:, :2]).prod(axis=1).sum() / (plan.canvas.width * plan.canvas.height)
        shown = len(np.unique(plan.placements.tile))
        print(f"{'':24} {len(files) - shown} dropped, {abs(empty):.1%} of the picture empty")


def _cold(folder: Path, *arguments: str) -> Cost:
    """A run that has read none of the photos before."""
    with tempfile.TemporaryDirectory(dir=folder) as cache, mock.patch.dict(os.environ, XDG_CACHE_HOME=cache):
        return musivum(*arguments)


def _told(name: str, once: Callable[[], Cost]) -> None:
    costs = [once() for _ in range(TIMES)]
    cpu, wall = (median(getattr(cost, seconds) for cost in costs) for seconds in ("cpu", "wall"))
    print(f"{name:24} {Cost(cpu, wall, max(cost.memory for cost in costs), '')}", flush=True)


def _only(names: tuple[str, ...], contenders: dict[str, Contender]) -> dict[str, Contender]:
    return {name: contenders[name] for name in names if name in contenders}


def _mean(all_judged: list[Judged]) -> Judged:
    numbers = np.mean(all_judged, axis=0).tolist()
    return Judged(*numbers)._replace(dropped=round(numbers[3]))


def _colours(seed: int, rows: int, columns: int) -> Task:
    from musivum.color import linear_from_srgb, oklab_from_linear

    rgb = np.random.default_rng(seed).random((rows * columns, 3)).astype(np.float32)
    lab = oklab_from_linear(linear_from_srgb((rgb * 255).round().astype(np.uint8)))
    return Task(rgb, np.asarray(lab, np.float32), rows, columns)


def _files(folder: str, most: int | None = None) -> list[Path]:
    return sorted((DATA / folder).glob("*.*"))[:most]


def _photo_tasks(files: list[Path], columns: int) -> dict[str, Task]:
    """Photos by their mean in CIELAB, and by 4 x 4 means of the square in their middle."""
    from musivum.color import cielab_from_linear, oklab_from_linear
    from musivum.features import linear_samples, shrink
    from musivum.raster import decode

    grids, means = [], []
    for file in files[: len(files) // columns * columns]:
        samples = linear_samples(decode(file).pixels)
        high, wide, _ = samples.shape
        side = min(high, wide)
        square = samples[(high - side) // 2 :, (wide - side) // 2 :][:side, :side]
        grids.append(shrink(np.ascontiguousarray(square), Size(4, 4)))
        means.append(shrink(samples, Size(1, 1))[0, 0])
    linear = np.stack(means)
    colours = np.asarray(oklab_from_linear(linear), np.float32)
    vectors = {
        "mean CIELAB": cielab_from_linear(linear),
        "4 x 4 CIELAB": cielab_from_linear(np.stack(grids)).reshape(len(grids), -1),
    }
    return {
        name: Task(np.asarray(each, np.float32), colours, len(linear) // columns, columns)
        for name, each in vectors.items()
    }


if __name__ == "__main__":
    main()

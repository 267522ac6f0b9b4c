"""Collages: how well and how fast the methods arrange, beside the original's scheme, vc-flas and chance.

Seconds are those of the arrangement alone, kernels compiled beforehand, median of three where it is short. Ratios are
CPU seconds over those of `sorted` with its default effort. vc-flas runs where this interpreter, or the one that the
environment variable MUSIVUM_FLAS names, has it.

    MUSIVUM_FLAS=elsewhere/bin/python python benchmarks/bench_arrange.py [--quick]
"""

from __future__ import annotations

import sys

import numpy as np
from arranging import Contender, Judged, Task, by_chance, by_flas, by_method, by_original, has_flas, judge
from measured import DATA, machine

from musivum.geometry import Size

SETS = 5  # of 1,024 colours
LARGE = ((128, 128), (256, 256), (250, 400))
PHOTOS, COLUMNS = 1000, 40

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
    for contender in OURS.values():
        contender(_colours(0, 10, 10))
    contest("1,024 random RGB colours", [_colours(seed, 32, 32) for seed in range(1 if quick else SETS)], contenders)
    on_torus = [_colours(seed, 32, 32)._replace(wrap=True) for seed in range(1 if quick else SETS)]
    contest("1,024 random RGB colours on a torus", on_torus, _only(FOR_TORUS, contenders))
    if DATA.exists():
        for name, task in _photo_tasks().items():
            contest(f"{PHOTOS:,} photos, {name}", [task], contenders)
    else:
        print(f"skipped: no photos at {DATA}")
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


def _photo_tasks() -> dict[str, Task]:
    """Photos by their mean in CIELAB, and by 4 x 4 means of the square in their middle."""
    from musivum.color import cielab_from_linear, oklab_from_linear
    from musivum.features import linear_samples, shrink
    from musivum.raster import decode

    grids, means = [], []
    for file in sorted((DATA / "photos").iterdir())[:PHOTOS]:
        samples = linear_samples(decode(file).pixels)
        high, wide, _ = samples.shape
        side = min(high, wide)
        square = samples[(high - side) // 2 :, (wide - side) // 2 :][:side, :side]
        grids.append(shrink(np.ascontiguousarray(square), Size(4, 4)))
        means.append(shrink(samples, Size(1, 1))[0, 0])
    linear = np.stack(means)
    colours, rows = np.asarray(oklab_from_linear(linear), np.float32), len(grids) // COLUMNS
    vectors = {
        "mean CIELAB": cielab_from_linear(linear),
        "4 x 4 CIELAB": cielab_from_linear(np.stack(grids)).reshape(len(grids), -1),
    }
    return {
        name: Task(np.asarray(each, np.float32)[: rows * COLUMNS], colours[: rows * COLUMNS], rows, COLUMNS)
        for name, each in vectors.items()
    }


if __name__ == "__main__":
    main()

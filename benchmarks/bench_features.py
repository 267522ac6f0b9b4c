"""What each kind of features makes of the same photos and targets, and what compression costs them.

60 x 60 cells of the target's own shape, no limits on repeats, so that every cell gets what its features call nearest,
of five crops of each photo, or of whole photos where describing is dear; compared by whole vectors. Each kind runs in a
process of its own. Error is the root mean
square difference in CIELAB; it, SSIM and the correlation of the gradients of lightness are against the target averaged
to the same 8 pixels a cell. Patches a second are those of one CPU; CPU seconds are those of the whole row.

`--quick` takes one target and 300 photos.
"""

from __future__ import annotations

import json
import math
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from measured import DATA, machine, run

CELLS, SIDE, CROPS = 60, 8, 5
TARGETS = ("landscape-tea-gardens.jpg", "portrait-bedouin-bw.jpg")
FEATURES = (
    "grid8",
    "grid2",
    "grid4",
    "gradient8",
    "gabor16",
    "gabor16:phase",
    "steerable16",
    "scattering32",
    "gfd32",
    "histogram16",
    "histogram16:cumulative",
    "hsv16",
    "cnn64:1",
    "cnn64:2",
    "cnn64:4",
    "cnn64:head",
    "grid8 + gradient8*0.5",
    "grid8 + gabor16*0.5",
    "grid8 + hsv16*0.5",
    "grid8 + scattering32*0.5",
    "grid8 + cnn64:1*0.5",
    "grid8 + cnn64:head*0.5",
)
RANKED = ("grid8", "gabor16", "cnn64:1")
RANKS = (8, 16, 32, 64, 128)
RERANKED = 16

Pixels = npt.NDArray[np.uint8]


class Stage:
    """The library and the targets, and mosaics of them."""

    def __init__(self, library: str, targets: list[str]) -> None:
        from musivum.library import open_library
        from musivum.raster import decode

        self.library = open_library(Path(library))
        self.targets = [decode(Path(target)).pixels for target in targets]

    def plan(self, target: Pixels, **options: Any) -> Any:
        from musivum.engines.grid import GridOptions, plan_grid
        from musivum.geometry import Size

        wanted: dict[str, Any] = {"columns": CELLS, "rows": CELLS, "crops": CROPS, "copies": 0, "spacing": 0}
        wanted |= {"compress": "none", "focus": 0, "colour": "none"} | options
        shape = math.sqrt(target.shape[1] / target.shape[0])
        canvas = Size(round(CELLS * SIDE * shape), round(CELLS * SIDE / shape))
        return plan_grid(target, self.library, GridOptions(**wanted), canvas=canvas)

    def scores(self, plan: Any, tint: float | None = None) -> tuple[float, float, float]:
        """Error, SSIM and correlation of gradients, as planned or with another strength of the colour change."""
        from musivum.color import cielab_from_linear, linear_from_srgb
        from musivum.export import ssim, target_pixels
        from musivum.render import draw

        pictures = draw(plan, self.library, tint=tint), target_pixels(plan, plan.canvas)
        a, b = (cielab_from_linear(linear_from_srgb(pixels)).astype(np.float64) for pixels in pictures)
        slopes = np.stack([np.concatenate([np.diff(x[..., 0], axis=i).ravel() for i in (0, 1)]) for x in (a, b)])
        error = float(np.sqrt(((a - b) ** 2).sum(-1).mean()))
        return error, ssim(*pictures), float(np.corrcoef(slopes)[0, 1])


def table_row(stage: Stage, features: str) -> dict[str, Any]:
    """Scores without and with gain, dimensions, patches per CPU second."""
    from musivum.features import color_grid, parse_mixture

    extractors = [part.extractor for part in parse_mixture(features)]
    gained = [stage.plan(target, features=features, colour="gain") for target in stage.targets]
    plain = gained
    if any(each.describe is color_grid for each in extractors):  # others choose the same photos whatever follows
        plain = [stage.plan(target, features=features) for target in stage.targets]
    return {
        "none": np.mean([stage.scores(plan, 0) for plan in plain], axis=0).tolist(),
        "gain": np.mean([stage.scores(plan) for plan in gained], axis=0).tolist(),
        "dimensions": sum(each.dimensions for each in extractors),
        "crops": 1 if all(each.costly for each in extractors) else CROPS,
        "rate": 1 / sum(1 / patches_per_second(each) for each in extractors),
    }


def patches_per_second(extractor: Any) -> float:
    from threadpoolctl import threadpool_limits

    count = 64 if extractor.costly else 512
    patches = np.random.default_rng(0).uniform(0, 1, (count, extractor.side, extractor.side, 3)).astype(np.float32)
    extractor.describe(patches[:8])
    seconds = []
    with threadpool_limits(limits=1, user_api="blas"):
        for _ in range(3):
            start = time.process_time()
            extractor.describe(patches)
            seconds.append(time.process_time() - start)
    return count / max(float(np.median(seconds)), 1e-9)


def rank_curve(stage: Stage, features: str) -> list[list[float]]:
    """Rank, energy, agreement and error, without and with re-ranking; the last row is that of whole vectors."""
    target = stage.targets[0]

    def shown(plan: Any) -> npt.NDArray[np.str_]:
        ids: npt.NDArray[np.str_] = np.array(plan.tiles.ids)[plan.placements.tile]
        return ids

    whole = stage.plan(target, features=features)
    rows = []
    for rank in RANKS:
        if rank > whole.statistics["whole"]:
            continue
        row = [float(rank), 0.0]
        for depth in (0, RERANKED):
            plan = stage.plan(target, features=features, compress=str(rank), rerank=depth)
            row[1] = plan.statistics["energy"]
            row += [float((shown(plan) == shown(whole)).mean()), stage.scores(plan)[0]]
        rows.append(row)
    error = stage.scores(whole)[0]
    return [*rows, [float(whole.statistics["whole"]), 1.0, 1.0, error, 1.0, error]]


def contend(what: str, features: str, library: str, targets: list[str]) -> tuple[Any, Any]:
    cost = run(sys.executable, __file__, what, features, library, *targets)
    return json.loads(cost.output), cost


def available(names: tuple[str, ...]) -> list[str]:
    from musivum.errors import OptionError
    from musivum.features import parse_mixture

    found = []
    for name in names:
        try:
            parse_mixture(name)
            found.append(name)
        except OptionError as fault:
            print(f"left out: {fault}")
    return found


def table(library: str, targets: list[str]) -> None:
    print(f"\n{'':28}{'no colour change':>24}{'gain':>24}{'patches':>12}{'error':>7}")
    head = f"{'error':>9}{'SSIM':>7}{'grad.':>8}"
    print(f"{'features':28}{head}{head}{'/CPU s':>12}{'ratio':>7}{'dim':>6}{'crops':>6}{'CPU s':>7}{'MB':>6}")
    baseline = None
    for name in available(FEATURES):
        found, cost = contend("table", name, library, targets)
        baseline = baseline or found["none"][0]
        scores = "".join(f"{e:9.1f}{s:7.3f}{g:8.3f}" for e, s, g in (found["none"], found["gain"]))
        ratio = found["none"][0] / baseline
        line = f"{name:28}{scores}{found['rate']:12,.0f}{ratio:7.2f}{found['dimensions']:6}"
        print(f"{line}{found['crops']:6}{cost.cpu:7.1f}{cost.memory:6.0f}", flush=True)


def curves(library: str, targets: list[str]) -> None:
    print("\nAgreement with whole vectors on the nearest photo, and error, without colour change, first target")
    print(f"{'':28}{'kept':>6}{'energy':>8}{'alone':>16}{f'{RERANKED} re-ranked':>16}")
    for name in available(RANKED):
        rows, _ = contend("ranks", name, library, targets)
        for rank, energy, *pairs in rows:
            print(f"{name:28}{rank:6.0f}{energy:8.3f}", end="")
            print("".join(f"{a:9.1%}{e:7.1f}" for a, e in zip(pairs[::2], pairs[1::2], strict=True)), flush=True)


def main() -> None:
    from PIL import Image

    from musivum.api import demo_target
    from musivum.library import builtin_library, index

    count, most = (300, 1) if "--quick" in sys.argv else (1000, 2)
    print(machine())
    photos = sorted((DATA / "photos").glob("*"))[:count]
    targets = [str(DATA / "targets" / name) for name in TARGETS[:most] if (DATA / "targets" / name).exists()]
    with tempfile.TemporaryDirectory() as folder:
        library, drawn = Path(folder) / "library", Path(folder) / "target.png"
        if photos:
            index(photos, library)
        else:
            library = builtin_library()
        if not targets:
            Image.fromarray(demo_target()).save(drawn)
            targets = [str(drawn)]
        kind = f"{len(photos)} photos" if photos else "the built-in tiles"
        print(f"{kind}, {len(targets)} targets, {CELLS} x {CELLS} cells, {SIDE} pixels a cell")
        contend("table", "grid2", str(library), targets[:1])  # compiles what is not yet in Numba's cache
        table(str(library), targets)
        curves(str(library), targets)


if __name__ == "__main__":
    if len(sys.argv) > 3:
        act = {"table": table_row, "ranks": rank_curve}[sys.argv[1]]
        print(json.dumps(act(Stage(sys.argv[3], sys.argv[4:]), sys.argv[2])))
    else:
        main()

"""Planted poses: crops of every target, turned, scaled and tinted, among real photos, and where the plan puts them.

50 squares of each target that do not overlap, of sides between the engine's own, are saved as photos of 0.6 to 1.6
times their pixels with other brightness and contrast in each channel, and indexed together with the real photos. A crop
is recovered where some placement of it lies within 1 % of its diameter, 1 degree and 1 % of scale of where it was cut.
Mean colours are moved all the way, as tinted photos need it, and gaps are left, unless --set says otherwise.

    python benchmarks/bench_fractal_planted.py [--photos N] [--count N] [--targets spices] [--set detail=1] [--each]
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
from fractal_cases import LONG_SIDE, cases, parser, planned
from measured import DATA
from planting import Outcome, counts, outcomes, plant

OPTIONS = {"shift": 1.0, "fill": "match"}
ENDS = ("recovered", "off tolerance", "elsewhere", "not placed")


def line(name: str, found: list[Outcome], seconds: float) -> str:
    """One row of the table: shares of the ends, and the misses of those at the right place."""
    told = counts(found)
    near = np.array([one.misses for one in found if one.what in ENDS[:2]]) if told[ENDS[0]] + told[ENDS[1]] else None
    shares = "".join(f"{told[end] / len(found):15.0%}" for end in ENDS)
    text = "" if near is None else "".join(
        f"{a:9.2f}{b:7.2f}" for a, b in zip(*np.percentile(near * (100, 1, 100), (50, 95), axis=0), strict=True)
    )  # fmt: skip
    return f"{name:26}{len(found):5}{seconds:7.1f}{shares}{text}"


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--photos", type=int, default=None, help="how many real photos; by default all")
    options.add_argument("--count", type=int, default=50, help="crops of each target")
    options.add_argument("--each", action="store_true", help="tell what became of each crop that was not recovered")
    with cases(options) as case, tempfile.TemporaryDirectory() as folder:
        if case is None:
            return
        from PIL import Image

        from musivum.geometry import Size
        from musivum.library import index, open_library
        from musivum.raster import decode

        crops, place = {}, Path(folder, "crops")
        place.mkdir()
        for path in case.targets:
            decoded = decode(path)
            size = Size(*decoded.size).scaled(LONG_SIDE / max(decoded.size))
            pixels = np.asarray(Image.fromarray(decoded.pixels).resize(size, Image.Resampling.BICUBIC))
            crops[path] = plant(pixels, place, path.stem, case.asked.count)
        photos = sorted((DATA / "photos").glob("*"))[: case.asked.photos]
        index([place, *photos], Path(folder, "library"))
        library = open_library(Path(folder, "library"))
        print(
            f"{len(photos)} photos and {sum(map(len, crops.values()))} crops of {len(crops)} targets; misses of those"
        )
        print("at the right place, median and 95th percentile: % of the diameter, degrees, % of the scale")
        print(f"{'target':26}{'crops':>5}{'s':>7}" + "".join(f"{end:>15}" for end in ENDS), end="")
        print(f"{'place':>12}{'turn':>16}{'scale':>16}")
        everything: list[Outcome] = []
        spent = 0.0
        for path, some in crops.items():
            start = time.perf_counter()
            plan = planned(path, library, **OPTIONS | case.options)
            seconds = time.perf_counter() - start
            found = outcomes(plan, some)
            print(line(path.stem, found, seconds), flush=True)
            everything, spent = everything + found, spent + seconds
            for crop, what, (apart, turn, scale) in found if case.asked.each else ():
                if what != ENDS[0]:
                    print(f"    {crop.name} {crop.side:.0f} px, {what}: {apart:.3f} diameters, {turn:.2f}, {scale:.3f}")
        print(line("all", everything, spent))


if __name__ == "__main__":
    main()

"""Error against the size of photos: fractal mosaics over --detail, and grid mosaics of as many photos, as a plot.

Mosaics are drawn at 2048 px and compared with the target there, pixel by pixel in CIELAB, and from afar, averaged over
8 x 8 pixels in linear light. Grids change colours as strongly as the fractal engine does: the one by moving photos'
means as it does, the other also their slopes and contrast. A fractal photo has three areas: as placed, as seen, and
the one that half of the picture is made of (seen photos at least so large).

    python benchmarks/bench_fractal_curve.py [--library DIR] [--targets spices] [--details 0.3 0.7] [--plot curve.png]
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from fractal_cases import LONG_SIDE, cases, parser, planned
from laid import laid
from plot import Panel, Series, plot

from musivum.color import cielab_from_linear, linear_from_srgb
from musivum.geometry import Size

DETAILS = (0.0, 0.25, 0.5, 0.75, 1.0)
GRIDS = {"means": "gain", "planes": "tint"}
MORE = 4
"""A last grid has so many times the most photos, so that small errors are found between two grids too."""
AFAR = 8

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


class Scores(NamedTuple):
    """CIELAB RMS at 2048 px and from afar, SSIM."""

    near: float
    afar: float
    ssim: float


class Mosaic(NamedTuple):
    """One fractal mosaic: its scores, how many photos, and the median areas of them in pixels."""

    scores: Scores
    photos: int
    placed: float
    seen: float
    half: float


def scores(drawn: Pixels, target: Pixels) -> Scores:
    """Compare a mosaic with its target."""
    from musivum.export import ssim

    linear = [linear_from_srgb(pixels) for pixels in (drawn, target)]
    return Scores(_difference(*linear), _difference(*map(_averaged, linear)), ssim(drawn, target))


def _difference(one: Floats, other: Floats) -> float:
    lab = cielab_from_linear(one) - cielab_from_linear(other)
    return float(np.sqrt((lab.astype(np.float64) ** 2).sum(axis=-1).mean()))


def _averaged(linear: Floats) -> Floats:
    height, width = (side // AFAR for side in linear.shape[:2])
    blocks = linear[: height * AFAR, : width * AFAR].reshape(height, AFAR, width, AFAR, 3)
    return np.asarray(blocks.mean(axis=(1, 3)), np.float32)


def target_at(path: Path) -> Pixels:
    """A target as sRGB bytes whose longer side has 2048 pixels."""
    from PIL import Image

    from musivum.raster import decode

    decoded = decode(path)
    size = Size(*decoded.size).scaled(LONG_SIDE / max(decoded.size))
    return np.asarray(Image.fromarray(decoded.pixels).resize(size, Image.Resampling.BOX))


def fractal(path: Path, target: Pixels, library: Any, detail: float) -> Mosaic:
    """Make one fractal mosaic and measure it."""
    from musivum.render import draw

    plan = planned(path, library, detail=detail)
    told = laid(plan)
    order = np.sort(told.seen)[::-1]
    half = order[np.searchsorted(order.cumsum(), order.sum() / 2)]
    areas = (float(np.median(told.whole)), float(np.median(told.seen)), float(half))
    return Mosaic(scores(draw(plan, library), target), len(plan.placements), *areas)


def grid(target: Pixels, library: Any, colour: str, photos: int, shift: float) -> tuple[float, Scores]:
    """Pixels of a cell, and scores of a grid mosaic of about so many photos."""
    from musivum.engines.grid import GridOptions, plan_grid
    from musivum.render import draw

    plan = plan_grid(target, library, GridOptions(tiles=photos, colour=colour, tint=shift))
    return target.shape[0] * target.shape[1] / len(plan.placements), scores(draw(plan, library), target)


def compared(path: Path, library: Any, details: list[float]) -> tuple[list[Mosaic], dict[str, Any]]:
    """Measure the mosaics of one target and print them."""
    from musivum.engines.fractal import FractalOptions

    target, shift = target_at(path), FractalOptions().shift
    mosaics = [fractal(path, target, library, detail) for detail in details]
    counts = [*(mosaic.photos for mosaic in mosaics), MORE * max(mosaic.photos for mosaic in mosaics)]
    grids = {name: [grid(target, library, colour, n, shift) for n in counts] for name, colour in GRIDS.items()}
    pixels = target.shape[0] * target.shape[1]
    print(f"\n{path.stem}")
    print(f"{'detail':>6}{'photos':>8}{'error':>7}{'afar':>6}{'SSIM':>6}{'placed':>8}{'seen':>7}{'half':>8} |", end="")
    print("".join(f"{f'grid, {name}':>12}{'afar':>6}{'SSIM':>6}{'cell':>8}{'at equal':>9} |" for name in GRIDS))
    for detail, mosaic, row in zip(details, mosaics, range(len(details)), strict=True):
        print(f"{detail:6g}{mosaic.photos:8,}{_told(mosaic.scores, 7)}", end="")
        print(f"{mosaic.placed:8,.0f}{mosaic.seen:7,.0f}{mosaic.half:8,.0f} |", end="")
        for name in GRIDS:
            equal = area_at(mosaic.scores.near, grids[name])
            print(f"{_told(grids[name][row][1], 12)}{pixels / mosaic.photos:8,.0f}{equal:9,.0f} |", end="")
        print(flush=True)
    return mosaics, grids


def _told(found: Scores, width: int) -> str:
    return f"{found.near:{width}.1f}{found.afar:6.1f}{found.ssim:6.3f}"


def area_at(error: float, grids: list[tuple[float, Scores]]) -> float:
    """Cell area at which grids reach an error, between those that were made; nan beyond them."""
    errors, areas = np.array(sorted((found.near, area) for area, found in grids)).T
    return float(np.exp(np.interp(error, errors, np.log(areas), np.nan, np.nan)))


def panels(details: list[float], found: list[tuple[list[Mosaic], dict[str, Any]]]) -> list[Panel]:
    """The curves of all targets: mean errors against geometric means of areas and numbers."""
    labels = [f"{detail:g}" for detail in details]

    def curve(name: str, colour: str, x: Any, y: Any, labels: list[str] | None = None) -> Series:
        points = zip(np.exp(np.log(np.maximum(x, 1)).mean(axis=0)), np.mean(y, axis=0), strict=True)
        return Series(name, colour, [(float(a), float(b)) for a, b in points], labels or ())

    near = [[mosaic.scores.near for mosaic in mosaics] for mosaics, _ in found]
    photos = [[mosaic.photos for mosaic in mosaics] for mosaics, _ in found]
    sizes, numbers = [], [curve("fractal", "#c0392b", photos, near, labels)]
    for name, colour, field in (
        ("fractal: photos half the picture is made of", "#c0392b", "half"),
        ("fractal: median photo as placed", "#e67e22", "placed"),
        ("fractal: median photo as seen", "#b9770e", "seen"),
    ):
        x = [[getattr(mosaic, field) for mosaic in mosaics] for mosaics, _ in found]
        sizes.append(curve(name, colour, x, near, labels))
    for name, colour in (("means", "#1f618d"), ("planes", "#7d8ea3")):
        rows = [grids[name][: len(details)] for _, grids in found]
        y = [[one.near for _, one in row] for row in rows]
        sizes.append(curve(f"grid, {name} moved: cell", colour, [[area for area, _ in row] for row in rows], y))
        numbers.append(curve(f"grid, {name} moved", colour, photos, y))
    many = f"{len(found)} targets" if len(found) > 1 else "one target"
    return [
        Panel(f"Error against the size of photos, {many}", "area, pixels of 2048", "CIELAB RMS", sizes),
        Panel(f"Error against their number, {many}", "photos", "CIELAB RMS", numbers),
    ]


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--details", nargs="+", type=float, default=DETAILS, help="settings of --detail")
    options.add_argument("--plot", type=Path, default=Path("build", "fractal-curve.png"), help="where the plot goes")
    with cases(options) as found:
        if found is None:
            return
        from musivum.library import open_library

        library = open_library(found.library)
        print("errors: CIELAB RMS at 2048 px and from afar; areas in pixels; at equal: cell of a grid of equal error")
        rows = [compared(path, library, list(found.asked.details)) for path in found.targets]
        found.asked.plot.parent.mkdir(parents=True, exist_ok=True)
        plot(found.asked.plot, panels(list(found.asked.details), rows))
        print(f"\nplotted in {found.asked.plot}")
        better = [m.scores.near < g[1].near for ms, grids in rows for m, g in zip(ms, grids["means"], strict=False)]
        print(f"error below that of a grid of as many photos, means moved: {sum(better)} of {len(better)}")


if __name__ == "__main__":
    main()

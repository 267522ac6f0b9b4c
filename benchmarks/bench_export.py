"""Every kind of file from one plan of each engine: seconds, memory and bytes against the size of the picture.

Each file is written by the command line in a process of its own, photos as they come from disk. The baselines in the
same run: Pillow, which gathers the whole picture before it writes, and libvips, which joins the photos of the cells and
writes them as a deep zoom (with ``--giga`` only: it takes minutes and
7 GB).
"""

from __future__ import annotations

import math
import shutil
import sys
import tempfile
from pathlib import Path

from measured import DATA, Cost, machine, musivum, run

SIZES = (16, 256)  # megapixels
GIGA = 1310
LARGE = (".dzi", ".iiif", ".ptif", ".jpg", ".png", ".tif")
OTHERS = (".html", ".psd", ".psb", ".ora", ".svg", ".pdf", ".csv", ".json", ".mp4")
LONGEST = {".jpg": 65_500, ".psd": 30_000, ".html": 16_000}


def main(giga: bool) -> None:
    if not DATA.exists():
        print(f"skipped: no photos at {DATA}")
        return
    print(machine())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plans = made(folder)
        print(f"\n{'':16}{'megapixels':>11}{'CPU s':>9}{'wall s':>8}{'MB':>7}{'file MB':>9}")
        for plan in plans:
            for suffix in (*LARGE, *OTHERS):
                sizes = SIZES + ((GIGA,) if giga and suffix in (".dzi", ".ptif") else ())
                for megapixels in sizes if suffix in LARGE else SIZES[:1] if suffix != ".mp4" else (1,):
                    report(plan, suffix, megapixels, folder)
        baselines(plans[0], folder, giga)


def made(folder: Path) -> list[Path]:
    """Plans of 20,000 cells, of some 20,000 turned photos with soft edges, and of 1,563 photos in order."""
    library = str(folder / "library")
    musivum("index", str(DATA / "photos"), "--library", library, "--quiet")
    targets, plans = DATA / "targets", [folder / f"{engine}.mosaic" for engine in ("grid", "fractal", "arrange")]
    shared = ("--library", library, "--quiet", "--plan")
    musivum("grid", str(targets / "jupiter-marble.jpg"), "--tiles", "20000", *shared, str(plans[0]))
    fine = ("--smallest", "0.0037", "--detail", "0.6")
    musivum("fractal", str(targets / "portrait-bedouin-bw.jpg"), *fine, *shared, str(plans[1]))
    musivum("arrange", *shared, str(plans[2]))
    return plans


def report(plan: Path, suffix: str, megapixels: int, folder: Path) -> None:
    """Write one file and print what it cost."""
    width, height = canvas(plan)
    side = round(max(width, height) * math.sqrt(1e6 * megapixels / (width * height)))
    if side > LONGEST.get(suffix, side):
        return
    output = folder / f"out{suffix}"
    cost = musivum("render", str(plan), "-o", str(output), "--size", str(side), "--quiet")
    line(f"{plan.stem} {suffix}", megapixels, cost, written(folder))


def written(folder: Path) -> float:
    """Megabytes of what was written, which is then removed."""
    total = 0
    for entry in folder.glob("out*"):
        parts = [entry] if entry.is_file() else [part for part in entry.rglob("*") if part.is_file()]
        total += sum(part.stat().st_size for part in parts)
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    return total / 1e6


def line(name: str, megapixels: int, cost: Cost, size: float) -> None:
    print(f"{name:16}{megapixels:11,}{cost.cpu:9.1f}{cost.wall:8.1f}{cost.memory:7.0f}{size:9.1f}", flush=True)


def canvas(plan: Path) -> tuple[int, int]:
    from musivum.plan import load_plan

    width, height = load_plan(plan).canvas
    return width, height


def baselines(plan: Path, folder: Path, giga: bool) -> None:
    """The ways of others to the same pictures."""
    script = str(Path(__file__).with_name("baseline_large.py"))
    print()
    for megapixels in SIZES:
        cost = run(sys.executable, script, "pillow", str(plan), str(folder / "out.jpg"), str(megapixels))
        line("grid Pillow .jpg", megapixels, cost, written(folder))
    if giga:
        cost = run(sys.executable, script, "vips", str(plan), str(folder / "out"), str(GIGA))
        line("grid vips .dzi", GIGA, cost, written(folder))


if __name__ == "__main__":
    main("--giga" in sys.argv[1:])

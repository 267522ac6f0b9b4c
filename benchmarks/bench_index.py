"""Indexing by the command line, from interpreter start to exit, against the straightforward way."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
from measured import DATA, Cost, machine, musivum, run
from PIL import Image

LARGE = (4000, 3000)
LARGE_COUNT = 16
GRAIN = (0, 2, 4)


def large_photos(folder: Path, strength: float) -> None:
    """Photos enlarged to 12 megapixels, with grain of that many levels: what a decoder costs is the file's length."""
    photos = sorted((DATA / "photos").iterdir())
    rng = np.random.default_rng(0)
    grain = rng.normal(0, strength, (LARGE[1], LARGE[0], 1)).astype(np.float32)
    folder.mkdir()
    for k, path in enumerate(photos[:: max(1, len(photos) // LARGE_COUNT)][:LARGE_COUNT]):
        with Image.open(path) as image:
            pixels = np.asarray(image.convert("RGB").resize(LARGE, Image.Resampling.BICUBIC), np.float32)
        noisy = np.clip(pixels + np.roll(grain, 997 * k, axis=1), 0, 255).astype(np.uint8)
        Image.fromarray(noisy).save(folder / f"{k:02d}.jpg", quality=88)


def baseline(photos: Path, out: Path) -> Cost:
    return run(sys.executable, str(Path(__file__).with_name("baseline_index.py")), str(photos), str(out))


def index(photos: Path, library: Path) -> Cost:
    return musivum("index", str(photos), "--library", str(library), "--quiet")


def main() -> None:
    if not DATA.exists():
        print(f"skipped: no photos at {DATA}")
        return
    print(machine())
    photos = sorted((DATA / "photos").iterdir())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "one").mkdir()
        shutil.copy(photos[0], folder / "one")
        index(folder / "one", folder / "warm-up")

        print(f"{len(photos)} photos of 192 to 384 px")
        plain = baseline(DATA / "photos", folder / "plain.npz")
        first = index(DATA / "photos", folder / "library")
        second = index(DATA / "photos", folder / "library")
        print(f"  straightforward  {plain}")
        print(f"  first run        {first}  x{plain.cpu / first.cpu:.2f}, {first.cpu / first.wall:.2f} cores busy")
        print(f"  second run       {second}")

        start = index(folder / "one", folder / "library-one").cpu
        plain_start = baseline(folder / "one", folder / "plain-one.npz").cpu
        for strength in GRAIN:
            large = folder / f"large-{strength}"
            # In a process of its own: a child's peak memory counts what its parent held when it was started.
            run(sys.executable, __file__, str(large), str(strength))
            size = sum(path.stat().st_size for path in large.iterdir()) / LARGE_COUNT / 1e6
            print(f"{LARGE_COUNT} JPEGs of {LARGE[0]} x {LARGE[1]} px, {size:.1f} MB each")
            plain = baseline(large, folder / "plain-large.npz")
            ours = index(large, folder / f"library-{strength}")
            each, plain_each = (ours.cpu - start) / LARGE_COUNT, (plain.cpu - plain_start) / LARGE_COUNT
            print(f"  straightforward  {plain}  {plain_each * 1e3:.0f} CPU-ms each")
            print(f"  first run        {ours}  {each * 1e3:.0f} CPU-ms each, x{plain_each / each:.2f}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        large_photos(Path(sys.argv[1]), float(sys.argv[2]))
    else:
        main()

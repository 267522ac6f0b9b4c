"""The straightforward mosaic: every cell takes the free photo of nearest mean colour, pasted with Pillow.

    python baseline_paste.py PHOTOS TARGET OUTPUT COLUMNS COPIES

Everything a first version has: photos decoded at every run, centre squares, greedy in reading order.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps


def main(photos: str, target: str, output: str, columns: int, copies: int) -> None:
    side = 4000 // columns
    tiles = [ImageOps.fit(Image.open(p).convert("RGB"), (side, side)) for p in sorted(Path(photos).iterdir())]
    means = np.array([np.asarray(tile, np.float64).mean((0, 1)) for tile in tiles])
    picture = Image.open(target).convert("RGB")
    rows = max(1, round(columns * picture.height / picture.width))
    small = np.asarray(picture.resize((columns, rows), Image.Resampling.BOX), np.float64)
    left = np.full(len(tiles), copies)
    canvas = Image.new("RGB", (columns * side, rows * side))
    for j in range(rows):
        for i in range(columns):
            distance = ((means - small[j, i]) ** 2).sum(1)
            distance[left == 0] = np.inf
            best = int(distance.argmin())
            left[best] -= 1
            canvas.paste(tiles[best], (i * side, j * side))
    canvas.save(output, quality=92)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))

"""The straightforward way to index photos with Pillow and NumPy: python baseline_index.py PHOTOS OUT.

Decodes at full size, turns upright, resamples to 128 px, averages in linear light, keeps everything in one file.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps


def linear(pixels: np.ndarray) -> np.ndarray:
    encoded = pixels / 255
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def main(photos: str, out: str) -> None:
    kept = {}
    for path in sorted(Path(photos).rglob("*.jpg")):
        with Image.open(path) as image:
            upright = ImageOps.exif_transpose(image).convert("RGB")
        scale = min(1, 128 / min(upright.size))
        width, height = (max(1, round(side * scale)) for side in upright.size)
        thumb = np.asarray(upright.resize((width, height), Image.Resampling.LANCZOS))
        rows, columns = (np.linspace(0, side, max(2, round(side / 4)) + 1).astype(int) for side in (height, width))
        sums = np.add.reduceat(np.add.reduceat(linear(thumb), rows[:-1], axis=0), columns[:-1], axis=1)
        areas = np.diff(rows)[:, None, None] * np.diff(columns)[None, :, None]
        kept[f"{path.name}/thumb"] = thumb
        kept[f"{path.name}/swatch"] = sums / areas
    np.savez(out, allow_pickle=False, **kept)


if __name__ == "__main__":
    main(*sys.argv[1:])

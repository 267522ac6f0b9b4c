"""Large pictures of a grid plan as Pillow or libvips would make them: photos shrunk and joined, no tint."""

from __future__ import annotations

import math
import sys

import numpy as np
from PIL import Image

from musivum.plan import Plan, load_plan


def cells(plan: Plan, megapixels: float) -> tuple[int, int, int]:
    """Columns, rows and pixels a cell of a picture of so many pixels."""
    box = plan.placements.transform[:, 2:] + plan.placements.transform[:, :1] * plan.placements.crop[:, :2]
    columns = len(np.unique(np.rint(box[:, 0])))
    rows = len(plan.placements) // columns
    return columns, rows, round(math.sqrt(1e6 * megapixels / (columns * rows)))


def pillow(plan: Plan, output: str, megapixels: float) -> None:
    """Paste every photo into one picture, then write that."""
    columns, rows, side = cells(plan, megapixels)
    picture = Image.new("RGB", (columns * side, rows * side))
    Image.MAX_IMAGE_PIXELS = None
    for k, (tile, crop) in enumerate(zip(plan.placements.tile, plan.placements.crop, strict=True)):
        with Image.open(plan.tiles.sources[tile]) as photo:
            full = photo.size
            photo.draft("RGB", (2 * side, 2 * side))
            fit = photo.size[0] / full[0]
            box = tuple(np.clip(crop * fit, 0, [*photo.size, *photo.size]).tolist())
            picture.paste(photo.convert("RGB").resize((side, side), box=box), (k % columns * side, k // columns * side))
    picture.save(output, quality=92)


def vips(plan: Plan, output: str, megapixels: float) -> None:
    """Join lazy thumbnails and let libvips write the deep zoom."""
    import pyvips

    columns, _, side = cells(plan, megapixels)
    photos = [
        pyvips.Image.thumbnail(plan.tiles.sources[tile], side, height=side, crop="centre").colourspace("srgb")[:3]
        for tile in plan.placements.tile
    ]
    pyvips.Image.arrayjoin(photos, across=columns).dzsave(output, suffix=".jpg[Q=92]")


if __name__ == "__main__":
    {"pillow": pillow, "vips": vips}[sys.argv[1]](load_plan(sys.argv[2]), sys.argv[3], float(sys.argv[4]))

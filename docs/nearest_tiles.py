"""What each family of features matches: tiles of the built-in library beside the ones nearest to them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from musivum.errors import OptionError
from musivum.features import EXTRACTORS, Extractor, extractor, linear_samples, patches
from musivum.library import Library, builtin_library, open_library

QUERIES = ("shape/flower-129", "grating/sine-126")
NEAREST = 6
TILE, GAP, MARGIN, NAME = 58, 2, 16, 84
VARIANTS = {
    "gabor": ("gabor", "gabor:phase"),
    "histogram": ("histogram", "histogram:cumulative"),
    "cnn": ("cnn", "cnn:head"),
    "deviation": (),  # one number has no nearest tiles worth looking at
    "torch": (),
}
_BLOCK = 256


def nearest_tiles() -> Image.Image:
    """A row for every family that needs no name of a network, of more than one number: two tiles, each followed by six.

    Every tile takes part in four turns and their mirror images, and counts once, at its best.
    """
    library = open_library(builtin_library())
    thumbs = np.stack([library.thumbs[row] for row in range(len(library))])
    tiles = _oriented(thumbs)
    queries = [_row(library, name) for name in QUERIES]
    found = [row for family in EXTRACTORS for name in VARIANTS.get(family, (family,)) for row in _available(name)]
    width = NAME + len(queries) * ((NEAREST + 1) * (TILE + GAP) + MARGIN)
    sheet = Image.new("RGB", (width, len(found) * (TILE + GAP)), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(12)
    for y, each in enumerate(found):
        top = y * (TILE + GAP)
        draw.multiline_text((2, top + TILE // 3), each.name.replace(":", "\n:"), "black", font)
        vectors = _vectors(thumbs, each)
        left = NAME
        for query in queries:
            for k, row in enumerate([query, *_nearest(vectors, query, len(library))]):
                sheet.paste(Image.fromarray(tiles[row]).resize((TILE, TILE)), (left, top))
                left += TILE + GAP + (MARGIN // 2 if k == 0 else 0)
            left += MARGIN // 2
    return sheet


def _row(library: Library, name: str) -> int:
    return next(row for row in range(len(library)) if library.tile(row).source.endswith(name))


def _available(name: str) -> list[Extractor]:
    try:
        return [extractor(name)]
    except OptionError as fault:
        print(f"left out: {fault}")
        return []


def _oriented(pictures: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """All orientations of (n, h, h, 3) pictures, one after the other."""
    turned = [np.rot90(either, k, axes=(1, 2)) for either in (pictures, pictures[:, :, ::-1]) for k in range(4)]
    return np.concatenate(turned)


def _vectors(thumbs: npt.NDArray[np.uint8], each: Extractor) -> npt.NDArray[np.float32]:
    whole = np.array([[0.0, 0.0, *thumbs.shape[2:0:-1]]])
    small = _oriented(np.concatenate([patches(linear_samples(pixels), whole, each.side) for pixels in thumbs]))
    return np.concatenate([each.describe(small[i : i + _BLOCK]) for i in range(0, len(small), _BLOCK)])


def _nearest(vectors: npt.NDArray[np.float32], query: int, tiles: int) -> list[int]:
    """Rows of the best orientation of the tiles nearest to a query, itself left out."""
    distance = np.linalg.norm(vectors - vectors[query], axis=1).reshape(-1, tiles)
    distance[:, query] = np.inf
    best = np.argsort(distance.min(0), kind="stable")[:NEAREST]
    return [int(distance[:, tile].argmin()) * tiles + int(tile) for tile in best]

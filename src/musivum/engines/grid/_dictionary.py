"""The library as a dictionary: one short vector for every crop of every tile."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from musivum.engines.grid._crops import Crops
from musivum.engines.grid._space import Space, Vectors, Voice
from musivum.features import tile_patches
from musivum.library import Library
from musivum.progress import Progress
from musivum.search import Dictionary

_BLOCK = 1024

Describe = Callable[[npt.NDArray[np.int64]], list[Vectors]]
"""Rows (n,) -> for each voice its vectors (n, d')."""


@dataclass(frozen=True, slots=True)
class TileDictionary:
    """Crops and their vectors.

    Attributes
    ----------
    crops
        The crops.
    describe
        Their whole vectors, made again; for a few of them.
    space
        From whole vectors to those of the dictionary.
    dictionary
        One row for each crop, or two where a negative is as good.
    """

    crops: Crops
    describe: Describe
    space: Space
    dictionary: Dictionary

    def crop_of(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The crops whose rows these are."""
        return rows // 2 if self.space.metric.either_sign else rows


def crop_patches(
    library: Library, crops: Crops, rows: npt.NDArray[np.int64], side: int, *, workers: int = 1
) -> npt.NDArray[np.float32]:
    """Cut, mirror and turn crops: (n, side, side, 3) linear light, as they will be drawn."""
    cut = tile_patches(library.swatches, crops.tile[rows], crops.boxes[rows], side, workers=workers)
    flip, turn = crops.mirror[rows], crops.turn[rows]
    cut[flip] = cut[flip][:, :, ::-1]
    for quarter in (1, 2, 3):
        chosen = turn == quarter
        cut[chosen] = np.rot90(cut[chosen], -quarter, axes=(1, 2))
    return cut


def describe_crops(
    library: Library, crops: Crops, voices: tuple[Voice, ...], kept: dict[str, Vectors], rows: npt.NDArray[np.int64]
) -> list[Vectors]:
    """Vectors of crops, for each voice.

    Parameters
    ----------
    kept
        For each costly extractor, by name, one vector (tiles, d') for each tile, which all of its crops share.
    """
    cuts: dict[int, npt.NDArray[np.float32]] = {}
    vectors = []
    for voice in voices:
        name, side = voice.extractor.name, voice.extractor.side
        if name in kept:
            vectors.append(kept[name][crops.tile[rows]])
            continue
        if side not in cuts:
            cuts[side] = crop_patches(library, crops, rows, side)
        vectors.append(voice.of(cuts[side]))
    return vectors


def build(
    crops: Crops,
    describe: Describe,
    space: Space,
    factors: npt.NDArray[np.float32],
    tiles: int,
    *,
    workers: int,
    progress: Progress,
) -> TileDictionary:
    """Describe all crops, a block at a time, and place their vectors in the space.

    Parameters
    ----------
    factors
        (crops,) by which costs are multiplied.
    tiles
        Tiles of the library.
    """
    short = in_blocks(len(crops), lambda rows: space.shorten(space.join(describe(rows))), "describe", workers, progress)
    if space.metric.inner:  # rows are placed by the length of the longest, which is known only now
        space = replace(space, longest=float(np.linalg.norm(short, axis=1).max()))
    starts = crops.starts(tiles)
    if space.metric.either_sign:
        starts, factors = 2 * starts, np.repeat(factors, 2)
    return TileDictionary(crops, describe, space, Dictionary(space.rows(short), starts, factors))


def in_blocks(
    n: int, vectors_of: Callable[[npt.NDArray[np.int64]], Vectors], stage: str, workers: int, progress: Progress
) -> Vectors:
    """Vectors (n, k) of rows 0 to n - 1, made a block at a time, which no number of workers changes."""
    blocks = [np.arange(first, min(first + _BLOCK, n)) for first in range(0, n, _BLOCK)]
    progress(stage, 0, n)
    vectors = None
    with ThreadPoolExecutor(workers) as pool:
        for block, found in zip(blocks, pool.map(vectors_of, blocks), strict=True):
            if vectors is None:
                vectors = np.empty((n, found.shape[1]), np.float32)
            vectors[block] = found
            progress(stage, int(block[-1]) + 1, n)
    assert vectors is not None
    return vectors

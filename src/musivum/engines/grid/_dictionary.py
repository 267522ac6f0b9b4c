"""The library as a dictionary: one compressed vector for every crop of every tile."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musivum.engines.grid._crops import Crops, candidate_crops
from musivum.engines.grid._metric import SIDE
from musivum.engines.grid._options import GridOptions
from musivum.features import Compression, color_grid, compress, kept_saliency, tile_patches
from musivum.library import Library
from musivum.progress import Progress, silent
from musivum.search import Dictionary

_BLOCK = 2048
_SAMPLE = 6144
_MOST_ROWS = 600_000
_ENERGY, _DIMENSIONS = 0.985, 32


@dataclass(frozen=True, slots=True)
class TileDictionary:
    """Crops and their vectors; row i of the dictionary is crop i."""

    crops: Crops
    dictionary: Dictionary
    compression: Compression

    def project(self, patches: npt.NDArray[np.float32], matrix: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Vectors of (n, SIDE, SIDE, 3) linear-light patches in the dictionary's space."""
        blocks = [patches[i : i + _BLOCK] for i in range(0, len(patches), _BLOCK)]
        return np.concatenate([self.compression(color_grid(b) @ matrix) for b in blocks])

    def patches(self, library: Library, rows: npt.NDArray[np.int64], *, workers: int = 1) -> npt.NDArray[np.float32]:
        """Linear-light patches of the given crops, as they will be drawn."""
        return crop_patches(library, self.crops, rows, workers=workers)


def crop_patches(
    library: Library, crops: Crops, rows: npt.NDArray[np.int64], *, workers: int = 1
) -> npt.NDArray[np.float32]:
    """Cut, mirror and turn crops: (n, SIDE, SIDE, 3) linear light."""
    cut = tile_patches(library.swatches, crops.tile[rows], crops.boxes[rows], SIDE, workers=workers)
    flip, turn = crops.mirror[rows], crops.turn[rows]
    cut[flip] = cut[flip][:, :, ::-1]
    for quarter in (1, 2, 3):
        chosen = turn == quarter
        cut[chosen] = np.rot90(cut[chosen], -quarter, axes=(1, 2))
    return cut


def describe(
    library: Library,
    aspect: float,
    matrix: npt.NDArray[np.float32],
    options: GridOptions,
    favour: npt.NDArray[np.float64],
    *,
    workers: int = 1,
    progress: Progress = silent,
) -> TileDictionary:
    """Cut the library into crops of the cell's aspect and compress their vectors.

    Cost grows with the number of crops; above 600,000 fewer crops are tried of each photo.

    Parameters
    ----------
    matrix
        See `metric`.
    favour
        (n,) positive: costs of tile i are divided by favour[i].
    """
    progress("describe", 0, len(library))
    orientations = (2 if options.mirror else 1) * (4 if options.turns else 1)
    most = max(1, min(options.crops, _MOST_ROWS // (orientations * len(library))))
    crops = candidate_crops(
        library.sizes, aspect, most=most, zoom=options.zoom, mirror=options.mirror, turns=options.turns
    )
    factors = 1 + options.focus * (1 - kept_saliency(library.swatches, crops.tile, crops.boxes, workers=workers))
    factors = (factors / favour[crops.tile]).astype(np.float32)
    sample = np.unique(np.linspace(0, len(crops) - 1, min(len(crops), _SAMPLE)).astype(np.int64))
    compression = compress(
        color_grid(crop_patches(library, crops, sample, workers=workers)) @ matrix, energy=_ENERGY, most=_DIMENSIONS
    )
    vectors = np.empty((len(crops), compression.basis.shape[1]), np.float32)
    for start in range(0, len(crops), _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, len(crops)))
        vectors[rows] = compression(color_grid(crop_patches(library, crops, rows, workers=workers)) @ matrix)
        progress("describe", int(rows[-1]) + 1, len(crops))
    return TileDictionary(crops, Dictionary(vectors, crops.starts(len(library)), factors), compression)

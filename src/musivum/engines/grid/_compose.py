"""From chosen crops to the parts of a plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.engines._used import used_tiles
from musivum.engines.grid._cells import Cells
from musivum.engines.grid._colour import COLOURS
from musivum.engines.grid._crops import Crops
from musivum.engines.grid._dictionary import crop_patches
from musivum.engines.grid._match import Matching
from musivum.engines.grid._metric import SIDE
from musivum.engines.grid._options import GridOptions
from musivum.engines.grid._voices import metric_of
from musivum.library import Library
from musivum.plan import Alternates, Placements, TileTable, fit_crops


def place_crops(
    library: Library,
    cells: Cells,
    crops: Crops,
    rows: npt.NDArray[np.int64],
    columns: dict[str, npt.NDArray[Any]],
) -> Placements:
    """Put crop rows[i] on cell i.

    Parameters
    ----------
    columns
        Further columns of the placements: errors and colours.
    """
    tile, mirror, turn = crops.tile[rows], crops.mirror[rows], crops.turn[rows]
    sizes = library.sizes[tile].astype(np.float64)
    crop = _of_aspect(crops.boxes[rows] * np.tile(sizes, 2), cells.boxes, turn, sizes)
    return replace(Placements.plain(tile, crop, fit_crops(crop, cells.boxes, turn), mirror), **columns)


def compose(
    library: Library,
    cells: Cells,
    patches: npt.NDArray[np.float32],
    found: Matching,
    options: GridOptions,
    *,
    workers: int = 1,
) -> tuple[TileTable, Alternates, Placements]:
    """Parts of a plan that gives each cell, whose patch (n, SIDE, SIDE, 3) is given too, the crop that was found."""

    def place(rows: npt.NDArray[np.int64]) -> Placements:
        colours = colours_of(library, patches, found.crops, rows, options, workers=workers)
        return place_crops(library, cells, found.crops, rows, colours)

    placements = replace(place(found.chosen), error=found.costs)
    others = [place(rows) for rows in found.nearest_crops.T]
    return used_tiles(library, placements, found.nearest, others)


def colours_of(
    library: Library,
    patches: npt.NDArray[np.float32],
    crops: Crops,
    rows: npt.NDArray[np.int64],
    options: GridOptions,
    *,
    workers: int = 1,
) -> dict[str, npt.NDArray[Any]]:
    """Columns of placements that give crop rows[i] the colours of cell i, whose patch is patches[i]."""
    shown = crop_patches(library, crops, rows, SIDE, workers=workers)
    return COLOURS[options.colour].columns(patches, shown, metric_of(options).either_sign)


def _of_aspect(
    crop: npt.NDArray[np.float64],
    boxes: npt.NDArray[np.float64],
    turn: npt.NDArray[np.int8],
    sizes: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Trim each crop about its middle to the exact aspect of its cell, so that no photo is stretched."""
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    aspect = np.where(turn % 2 == 0, width / height, height / width)
    w, h = crop[:, 2] - crop[:, 0], crop[:, 3] - crop[:, 1]
    w, h = np.minimum(w, h * aspect), np.minimum(h, w / aspect)
    x, y = (crop[:, 0] + crop[:, 2]) / 2, (crop[:, 1] + crop[:, 3]) / 2
    x, y = x.clip(w / 2, sizes[:, 0] - w / 2), y.clip(h / 2, sizes[:, 1] - h / 2)
    return np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], axis=1)

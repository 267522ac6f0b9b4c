"""The grid engine: from a target and a library to a plan."""

from __future__ import annotations

import io
import os
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from threadpoolctl import threadpool_limits

from musivum.color import srgb_from_linear
from musivum.engines.grid._assignment import Assignment, assign
from musivum.engines.grid._cells import Cells, grid_shape, lay_out, lay_out_adaptive
from musivum.engines.grid._dictionary import TileDictionary, describe
from musivum.engines.grid._importance import automatic_importance, mask_importance
from musivum.engines.grid._limits import Limits, feasible_limits
from musivum.engines.grid._metric import SIDE, Planes, contrast_gain, fit_planes, metric
from musivum.engines.grid._options import GridOptions
from musivum.errors import LibraryError, OptionError
from musivum.features import linear_samples, patches
from musivum.geometry import Size
from musivum.library import Library
from musivum.plan import Alternates, Placements, Plan, TileTable, fit_crops
from musivum.progress import Progress, silent
from musivum.search import pair_costs

_SMOOTH = 0.035  # OKLab RMS about its plane below which a block of cells may become one
_TARGET_PIXELS = 2048


@threadpool_limits.wrap(limits=1, user_api="blas")
def plan_grid(
    target: npt.NDArray[np.uint8],
    library: Library,
    options: GridOptions | None = None,
    *,
    canvas: Size | None = None,
    importance: npt.NDArray[np.uint8] | None = None,
    weights: npt.NDArray[np.float64] | None = None,
    progress: Progress = silent,
) -> Plan:
    """Plan a photographic mosaic: every cell of the target gets the crop of a library photo that fits it best.

    Cells and crops are compared as 8 x 8 OKLab grids with gradient structure, after the tint that will follow, in an
    SVD-compressed space; tiles are assigned to all cells at once, under limits, by an auction.

    Parameters
    ----------
    target
        (h, w, 3) sRGB bytes.
    library
        At least one tile.
    canvas
        Size of the mosaic in pixels at scale 1; the target's by default. Of another aspect, the target is stretched.
    importance
        (h, w, 3) grey picture, stretched over the canvas: the brighter, the better the tile. By default found from
        the target's detail and colours.
    weights
        (tiles,) favour of each tile: 1 for plain ones, 2 to count its error half, 0 to ban it.

    Returns
    -------
    A plan with one placement a cell, in reading order.

    Raises
    ------
    OptionError
        If the options do not fit the canvas, or the library has no tile left.
    """
    options = options or GridOptions()
    canvas = canvas or Size(target.shape[1], target.shape[0])
    workers = options.workers or os.cpu_count() or 1
    library, favour = _eligible(library, options, weights)
    samples = linear_samples(target)
    cells = _cells(samples, canvas, options, workers)
    fractions = cells.boxes / np.tile(canvas, 2)
    cell_patches = _target_patches(samples, fractions, workers)
    planes = fit_planes(cell_patches)
    if importance is None:
        weight = automatic_importance(planes)
    else:
        weight = mask_importance(importance, fractions)
    area = (cells.boxes[:, 2] - cells.boxes[:, 0]) * (cells.boxes[:, 3] - cells.boxes[:, 1])
    weight = (weight * area / area.mean()).astype(np.float32)

    matrix = metric(
        tint=options.tint,
        shift_price=options.shift_price,
        chroma=options.chroma,
        structure=options.structure,
        mask=_hexagon_mask() if cells.outline == "hexagon" else None,
    )
    described = describe(library, cells.aspect, matrix, options, favour, workers=workers, progress=progress)
    vectors = described.project(cell_patches, matrix)
    limits = feasible_limits(options, len(cells), len(library))
    found = assign(
        vectors, described.dictionary, weight, cells.places, limits, workers=workers, progress=progress
    )
    costs, rows = pair_costs(vectors, described.dictionary, found.tile_of)
    placements = _placements(library, cells, described, rows, costs, planes, workers)
    table, alternates, placements = _used_tiles(library, placements, found)
    return Plan(
        canvas=canvas,
        background=(0, 0, 0),
        outline=cells.outline,
        tint=options.tint,
        overlay=options.overlay,
        gap=0.0,
        tiles=table,
        placements=placements,
        alternates=alternates,
        target=_small_target(target, workers),
        recipe={"engine": "grid", "options": asdict(replace(options, workers=None)), "library": library.digest},
        statistics=_statistics(found, limits, costs, weight, library, described),
    )


def _eligible(
    library: Library, options: GridOptions, weights: npt.NDArray[np.float64] | None
) -> tuple[Library, npt.NDArray[np.float64]]:
    """The tiles that may be used, and their weights."""
    favour = np.ones(len(library)) if weights is None else np.asarray(weights, np.float64)
    if favour.shape != (len(library),) or not (np.isfinite(favour).all() and (favour >= 0).all()):
        raise OptionError(f"weights: {len(library)} finite numbers of at least 0 are needed, one for each tile")
    keep = favour > 0
    if options.dedupe:
        from musivum.library import near_duplicates

        allowed = np.flatnonzero(keep)
        keep[allowed] &= near_duplicates(library.hashes[allowed]) == np.arange(len(allowed))
    if not keep.any():
        raise LibraryError(f"{library.path}: no photo to use: index some, or ban fewer")
    rows = np.flatnonzero(keep)
    return (library if keep.all() else library.select(rows)), favour[rows]


def _cells(samples: npt.NDArray[np.uint16], canvas: Size, options: GridOptions, workers: int) -> Cells:
    columns, rows = grid_shape(canvas, options)
    if not options.adaptive:
        return lay_out(canvas, columns, rows, options.offset)
    details = []
    for level in range(options.adaptive, 0, -1):
        blocks = lay_out(canvas, columns >> level, rows >> level, "none")
        blocks_of = _target_patches(samples, blocks.boxes / np.tile(canvas, 2), workers)
        details.append(fit_planes(blocks_of).spread.reshape(rows >> level, columns >> level))
    return lay_out_adaptive(canvas, columns, rows, details, _SMOOTH)


def _target_patches(
    samples: npt.NDArray[np.uint16], fractions: npt.NDArray[np.float64], workers: int
) -> npt.NDArray[np.float32]:
    height, width, _ = samples.shape
    return patches(samples, fractions * np.array([width, height, width, height]), SIDE, workers=workers)


def _hexagon_mask() -> npt.NDArray[np.float32]:
    """Share of each grid square inside the pointy-top hexagon that the grid bounds, by 8 x 8 points a square."""
    at = (np.arange(SIDE * 8) + 0.5) / (SIDE * 8) - 0.5
    x, y = np.abs(at)[None, :], np.abs(at)[:, None]
    inside = y <= 0.5 - x / 2
    share: npt.NDArray[np.float32] = inside.reshape(SIDE, 8, SIDE, 8).mean((1, 3), dtype=np.float32)
    return np.maximum(share, 1e-3)


def _placements(
    library: Library,
    cells: Cells,
    described: TileDictionary,
    rows: npt.NDArray[np.int64],
    costs: npt.NDArray[np.float32],
    planes: Planes,
    workers: int,
) -> Placements:
    crops = described.crops
    tile, mirror, turn = crops.tile[rows], crops.mirror[rows], crops.turn[rows]
    sizes = library.sizes[tile].astype(np.float64)
    crop = _of_aspect(crops.boxes[rows] * np.tile(sizes, 2), cells.boxes, turn, sizes)
    own = fit_planes(described.patches(library, rows, workers=workers))
    plain = Placements.plain(tile, crop, fit_crops(crop, cells.boxes, turn), mirror)
    return replace(
        plain,
        error=np.sqrt(costs),
        mean=own.mean,
        gain=np.repeat(contrast_gain(planes, own)[:, None], 3, axis=1),
        shift=planes.mean - own.mean,
        slope=planes.slope - own.slope,
    )


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


def _used_tiles(
    library: Library, placements: Placements, found: Assignment
) -> tuple[TileTable, Alternates, Placements]:
    """Keep only the tiles that the plan mentions."""
    near = found.nearest.owners
    used, index = np.unique(np.concatenate([placements.tile, near.reshape(-1)]), return_inverse=True)
    if used[0] < 0:
        used, index = used[1:], index - 1
    n = len(placements)
    table = TileTable(
        tuple(library.ids[i] for i in used), tuple(library.sources[i] for i in used), library.sizes[used]
    )
    alternates = Alternates(index[n:].reshape(near.shape).astype(np.int32), np.sqrt(found.nearest.distances))
    return table, alternates, replace(placements, tile=index[:n].astype(np.int32))


def _small_target(target: npt.NDArray[np.uint8], workers: int) -> bytes:
    """The target as a JPEG of at most 2048 pixels a side: what the overlay and the report need."""
    height, width, _ = target.shape
    size = Size(width, height).scaled(min(1.0, _TARGET_PIXELS / max(width, height)))
    if size != (width, height):
        cells = lay_out(Size(width, height), *size, "none")
        target = srgb_from_linear(patches(linear_samples(target), cells.boxes, 1, workers=workers))
    buffer = io.BytesIO()
    Image.fromarray(target.reshape(size.height, size.width, 3)).save(buffer, "JPEG", quality=95, subsampling=0)
    return buffer.getvalue()


def _statistics(
    found: Assignment,
    limits: Limits,
    costs: npt.NDArray[np.float32],
    weight: npt.NDArray[np.float32],
    library: Library,
    described: TileDictionary,
) -> dict[str, Any]:
    bound = float((weight * found.nearest.distances[:, 0]).sum(dtype=np.float64))
    total = float((weight * costs).sum(dtype=np.float64))
    return {
        "cost": total,
        "bound": bound,
        "copies": limits.copies,
        "spacing": limits.spacing,
        "relaxed": list(limits.relaxed),
        "clashes": found.clashes,
        "bids": found.bids,
        "eligible": len(library),
        "crops": len(described.crops),
        "dimensions": int(described.dictionary.vectors.shape[1]),
        "energy": described.compression.energy,
    }

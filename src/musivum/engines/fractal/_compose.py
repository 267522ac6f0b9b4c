"""From photos that were placed to the parts of a plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.engines._used import used_tiles
from musivum.engines.fractal._candidates import Candidates, join
from musivum.engines.fractal._setup import Setup
from musivum.engines.fractal._tiles import TileDictionary, crop_means
from musivum.engines.fractal._windows import Floats, Plane, sample
from musivum.plan import Alternates, Placements, TileTable
from musivum.search import Neighbours

_EVERYTHING = 1e6  # a squared distance that nothing exceeds
_CROPS = 3  # most crops of one tile


class Placed(NamedTuple):
    """What was placed at once, large photos first, with what is known of it while its level lasts.

    Attributes
    ----------
    chosen
        The crops and their windows.
    means
        (n, 3) OKLab, weighted: mean colour of the target in the windows.
    others
        (n, a) further crops, as rows of the same dictionary, and their errors; best first.
    """

    chosen: Candidates
    means: Floats
    others: Neighbours


def settle(chosen: Candidates, plane: Plane, setup: Setup) -> Placed:
    """Look once more at the windows of photos that were placed: at their mean colours, and for alternates."""
    wanted = setup.options.alternates
    owners = np.full((len(chosen.row), wanted), -1, np.int32)
    errors = np.full((len(chosen.row), wanted), np.inf, np.float32)
    means = np.zeros((len(chosen.row), 3), np.float32)
    for number, tiles in enumerate(setup.tiles):
        mine = np.flatnonzero(chosen.shape == number)
        if not len(mine):
            continue
        pixels = sample(plane, chosen.poses.take(mine))
        means[mine] = pixels.mean(axis=(1, 2))
        if wanted:
            queries, _ = tiles.queries(pixels)
            found = tiles.search()(queries, np.full(len(mine), _EVERYTHING, np.float32), _CROPS * (wanted + 1))
            owners[mine], errors[mine] = _other_tiles(found, tiles, chosen.tile[mine], wanted)
    return Placed(chosen, means, Neighbours(owners, errors))


def _other_tiles(
    found: Neighbours, tiles: TileDictionary, chosen: npt.NDArray[np.int64], most: int
) -> tuple[npt.NDArray[np.int32], Floats]:
    """The best crop of each of the best tiles besides the chosen ones; padded with -1 and inf."""
    tile = np.where(found.owners < 0, -1, tiles.shape.tile[found.owners])
    fresh = (tile >= 0) & (tile != chosen[:, None])
    for i in range(1, tile.shape[1]):
        fresh[:, i] &= (tile[:, :i] != tile[:, i : i + 1]).all(axis=1)
    rank = np.cumsum(fresh, axis=1) - 1
    window, column = np.nonzero(fresh & (rank < most))
    owners, errors = np.full((len(tile), most), -1, np.int32), np.full((len(tile), most), np.inf, np.float32)
    at = window, rank[window, column]
    owners[at] = found.owners[window, column]
    errors[at] = found.distances[window, column]
    order = np.argsort(errors, axis=1, kind="stable")
    return np.take_along_axis(owners, order, axis=1), np.take_along_axis(errors, order, axis=1)


def compose(placed: list[Placed], setup: Setup) -> tuple[TileTable, Placements, Alternates]:
    """Parts of a plan in painting order: what was placed first, the large photos, is painted last."""
    chosen = join([some.chosen for some in placed])
    last_first = np.arange(len(chosen.row))[::-1]
    chosen = chosen.take(last_first)
    means = np.concatenate([some.means for some in placed])[last_first]
    rows = np.concatenate([some.others.owners for some in placed])[last_first]
    errors = np.concatenate([some.others.distances for some in placed])[last_first]
    placements = replace(_lay(chosen, chosen.row, means, setup), error=np.sqrt(chosen.square).astype(np.float32))
    others, tiles = [], np.full(rows.shape, -1, np.int32)
    for j in range(rows.shape[1]):
        there = rows[:, j] >= 0
        others.append(_lay(chosen, np.where(there, rows[:, j], chosen.row), means, setup))
        tiles[there, j] = others[-1].tile[there]
    table, alternates, placements = used_tiles(setup.library, placements, Neighbours(tiles, errors), others)
    return table, placements, alternates


def _lay(windows: Candidates, rows: npt.NDArray[np.integer[Any]], means: Floats, setup: Setup) -> Placements:
    """Put crops, given as rows of the windows' dictionaries, into the windows; tiles are rows of the library."""
    n, poses = len(rows), windows.poses
    tile, boxes = np.zeros(n, np.int64), np.zeros((n, 4))
    turned, own = np.zeros(n, np.bool_), np.zeros((n, 3), np.float32)
    weights = setup.scene.weights
    for number, tiles in enumerate(setup.tiles):
        mine = np.flatnonzero(windows.shape == number)
        tile[mine], boxes[mine] = tiles.shape.tile[rows[mine]], tiles.shape.boxes[rows[mine]]
        turned[mine] = tiles.shape.turned[rows[mine]]
        own[mine] = crop_means(setup.library, tiles.shape, rows[mine], setup.workers)
    aspect = np.where(turned, poses.height / poses.width, poses.width / poses.height)
    crop = _trimmed(boxes * np.tile(setup.library.sizes[tile], 2), aspect)
    width, height = crop[:, 2] - crop[:, 0], crop[:, 3] - crop[:, 1]
    scale = poses.width / np.where(turned, height, width)
    angle = np.remainder(poses.angle + np.where(turned, np.pi / 2, 0) + np.pi, 2 * np.pi) - np.pi
    middle = scale * np.exp(1j * angle) * ((crop[:, :2] + crop[:, 2:]) @ [0.5, 0.5j])
    transform = np.stack([scale, angle, poses.x - middle.real, poses.y - middle.imag], axis=1)
    shift = np.where(weights > 0, means / np.maximum(weights, 1e-6) - own, 0)
    soft = np.minimum(1, setup.softest / np.minimum(poses.width, poses.height))
    return replace(
        Placements.plain(tile, crop, transform),
        mean=own,
        shift=shift.astype(np.float32),
        feather=(setup.options.feather * soft).astype(np.float32),
    )


def _trimmed(crop: npt.NDArray[np.float64], aspect: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Crops (n, 4) cut about their middles to aspects (n,) of width over height."""
    middle, side = (crop[:, :2] + crop[:, 2:]) / 2, crop[:, 2:] - crop[:, :2]
    half = np.stack([np.minimum(side[:, 0], side[:, 1] * aspect), np.minimum(side[:, 1], side[:, 0] / aspect)], 1) / 2
    return np.concatenate([middle - half, middle + half], axis=1)

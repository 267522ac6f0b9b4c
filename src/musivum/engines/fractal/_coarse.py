"""The coarse search: every place, angle and crop of one level, as vectors in a dictionary.

Turning windows of the target in place of the library's pictures makes the search for poses one in a dictionary: all
turned windows of a level meet all crops in matrix products, of which only those pairs are looked at that come near.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from musivum.engines.fractal._board import Board
from musivum.engines.fractal._candidates import Candidates, join, nobody
from musivum.engines.fractal._places import Places
from musivum.engines.fractal._retrieval import SIDE as LISTED_SIDE
from musivum.engines.fractal._setup import Setup
from musivum.engines.fractal._tiles import VIVID
from musivum.engines.fractal._windows import Plane, Poses, sample
from musivum.progress import Progress, silent
from musivum.search import Neighbours, search_shortlists

_BLOCK = 4096  # windows that are searched at once
_NEAREST = 6  # crops kept of each window
_LISTED = 256  # crops that are compared where filters choose them
_KEPT, _FEW = 4, 2  # tiles kept of each place; fewer of tiny photos, and where only true matches count
_HOPE = 1.5  # times the limit: squared errors that registration may still bring below it
_EASE = 0.004  # variance that even a plain photo is credited with where the target is even
_SLACK = 0.1  # of a window: what registration may still free of overlap


def search_places(
    places: Places,
    plane: Plane,
    board: Board,
    setup: Setup,
    overlap: float,
    closed: npt.NDArray[np.bool_],
    progress: Progress = silent,
    stage: str = "",
    *,
    nearest: int = _NEAREST,
    kept: int | None = None,
) -> tuple[Candidates, int]:
    """Find the best tiles of each place over all angles and crops.

    Parameters
    ----------
    overlap
        Windows that lie deeper under others are passed over.
    closed
        (n,) tiles that may not be used.
    nearest
        Crops looked at in each window.
    kept
        Most tiles of each place and shape; by default four, or two where that is enough.

    Returns
    -------
    The best tiles of each place, each in its best window, and how many poses (window and crop) were compared.
    """
    tiles = setup.tiles
    step = max(1, _BLOCK // len(places.angles))
    interest = setup.interest(places.side)
    few = places.share is not None or setup.tiny(places.side)
    most = kept or (_FEW if few else _KEPT)
    vectors = [some.vectors(interest) for some in tiles] if setup.shortlists else []
    searches = [] if setup.shortlists else [some.search(interest, closed) for some in tiles]
    blocks = [
        (number, slice(first, first + step)) for number in range(len(tiles)) for first in range(0, len(places), step)
    ]

    def search(block: tuple[int, slice]) -> tuple[Candidates, int]:
        number, rows = block
        poses, place = _free_windows(places, rows, tiles[number].shape.aspect, board, overlap)
        queries, contrast = tiles[number].queries(sample(plane, poses), hopeful=places.share is not None)
        limits = places.allowed(place, contrast)
        some = np.flatnonzero(limits > 0)
        poses, place, queries = poses.take(some), place[some], queries[some]
        contrast, limits = contrast[some], limits[some]
        if not len(place):
            return nobody(), 0
        shown = setup.shown(places, place, contrast)
        radii = (_HOPE * (limits + shown * (VIVID + _EASE)) + interest * tiles[number].plainness.max()).astype(
            np.float32
        )
        if setup.shortlists:
            lists, index = _shortlists(place, places, plane, setup, number, closed)
            found, compared = search_shortlists(queries, index, lists, vectors[number], nearest), lists.shape[1]
        else:
            found, compared = searches[number](queries, radii, nearest), len(tiles[number].shape)
        return _best(found, poses, place, limits, shown, setup, number, interest, most), len(place) * compared

    parts, poses = [nobody()], 0
    with ThreadPoolExecutor(setup.workers) as pool:
        for done, (some, compared) in enumerate(pool.map(search, blocks), 1):
            parts.append(some)
            poses += compared
            progress(stage, done, len(blocks))
    return join(parts), poses


def _shortlists(
    place: npt.NDArray[np.int64],
    places: Places,
    plane: Plane,
    setup: Setup,
    number: int,
    closed: npt.NDArray[np.bool_],
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """Crops (n, s) that filters find like the upright windows at the n different places, and each window's list."""
    here, index = np.unique(place, return_inverse=True)
    shape = setup.tiles[number].shape
    x, y = np.ascontiguousarray(places.middles[here].T)
    width, height = (np.full(len(here), places.side * shape.aspect**power) for power in (0.5, -0.5))
    upright = sample(plane, Poses(x, y, np.zeros(len(here)), width, height), LISTED_SIDE)
    return setup.shortlists[number](setup.scene.linear(upright), _LISTED, closed[shape.tile]), index


def _free_windows(
    places: Places, rows: slice, aspect: float, board: Board, overlap: float
) -> tuple[Poses, npt.NDArray[np.int64]]:
    """Windows at some of the places that lie free enough, and their places."""
    middles, turns = places.middles[rows], len(places.angles)
    n = len(middles) * turns
    poses = Poses(
        np.repeat(middles[:, 0], turns),
        np.repeat(middles[:, 1], turns),
        np.tile(places.angles, len(middles)),
        np.full(n, places.side * aspect**0.5),
        np.full(n, places.side / aspect**0.5),
    )
    free = np.flatnonzero(board.overlaps(poses) <= overlap + _SLACK)
    return poses.take(free), rows.start + free // turns


def _best(
    found: Neighbours,
    poses: Poses,
    place: npt.NDArray[np.int64],
    limits: npt.NDArray[np.float64],
    shown: npt.NDArray[np.float64],
    setup: Setup,
    number: int,
    interest: float,
    kept: int,
) -> Candidates:
    """The best window of each tile at a place, and of these the best tiles of each place."""
    tiles = setup.tiles[number]
    side = np.sqrt(poses.width[0] * poses.height[0])
    cost = found.distances.astype(np.float64) ** 2
    square = np.maximum(cost - np.where(found.owners < 0, 0, interest * tiles.plainness[found.owners]), 0)
    vivid = VIVID - np.where(found.owners < 0, VIVID, tiles.plainness[found.owners])
    limits = limits[:, None] + shown[:, None] * (vivid + _EASE)
    window, rank = np.nonzero((found.owners >= 0) & (square <= _HOPE * limits))
    row, square, limit = found.owners[window, rank].astype(np.int64), square[window, rank], limits[window, rank]
    tile = tiles.shape.tile[row]
    score = cost[window, rank] / limit / setup.favour[tile]
    order = _first_of(place[window] * (tiles.shape.tile[-1] + 1) + tile, np.lexsort((row, window, score)), 1)
    order = _first_of(place[window], order[np.lexsort((row[order], window[order], score[order]))], kept)
    window, row = window[order], row[order]
    sides = side * tiles.shape.sides[row]
    return Candidates(
        place=place[window],
        shape=np.full(len(row), number),
        row=row,
        tile=tile[order],
        poses=poses.take(window)._replace(width=sides[:, 0], height=sides[:, 1]),
        square=square[order],
        limit=limit[order],
        score=score[order],
    )


def _first_of(keys: npt.NDArray[np.int64], order: npt.NDArray[np.int64], most: int) -> npt.NDArray[np.int64]:
    """Of rows in this order those that are among the first `most` of their key."""
    grouped = order[np.argsort(keys[order], kind="stable")]
    ranks = np.arange(len(grouped)) - np.searchsorted(keys[grouped], keys[grouped])
    return grouped[ranks < most]

"""Small plans by chance, with alternates, and limits on the repetition of their photos."""

from dataclasses import replace

import numpy as np

from musivum.plan import FITTED, Alternates, Placements, Plan, Repeats, TileTable
from musivum.plan._alternates import ALTERNATE_COLUMNS
from musivum.plan._placements import PLACEMENT_COLUMNS
from render.mosaics import Size, cells

TILES = 6


def a_plan(seed, columns=4, rows=3, kept=3):
    """Random photos with distinct random alternates, some places with fewer, the chosen one among them or not."""
    rng = np.random.default_rng(seed)
    size = Size(10 * columns, 8 * rows)
    boxes = cells(size, columns, rows)
    n = len(boxes)
    sizes = rng.integers(20, 60, (TILES, 2))
    table = TileTable(tuple(f"{i:032x}" for i in range(TILES)), tuple(f"{i}.jpg" for i in range(TILES)), sizes)
    tile = rng.integers(0, TILES, n)
    crop = np.tile([0.0, 0, 10, 8], (n, 1)) + rng.random((n, 1))
    scale = np.ones(n)
    placed = Placements.plain(tile, crop, np.stack([scale, 0 * scale, *(boxes[:, :2] - crop[:, :2]).T], axis=1))
    placed = replace(
        placed,
        error=rng.random(n),
        **{name: 1 + rng.random(getattr(placed, name).shape) for name in ("mean", "shift", *FITTED)},
    )
    near = np.stack([rng.permutation(TILES)[:kept] for _ in range(n)]).reshape(n, kept)
    near = _first(np.where(rng.random((n, kept)) < 0.15, -1, near))
    error = np.where(near < 0, np.inf, np.sort(rng.random((n, kept)), axis=1))
    alternates = Alternates.centred(near, error, placed, table)
    alternates = replace(alternates, mean=rng.random((n, kept, 3)), shift=rng.random((n, kept, 3)))
    return Plan(size, (0, 0, 0), "box", 0.5, 0, 0, table, placed, alternates, b"", {}, {})


def _first(near):
    """The entries of each row that are there, moved to its front."""
    return np.take_along_axis(near, np.argsort(near < 0, axis=1, kind="stable"), axis=1)


def rows_of(plan, place):
    """Everything the plan holds of one place, as bytes."""
    return [getattr(plan.placements, name)[place].tobytes() for name in PLACEMENT_COLUMNS] + [
        getattr(plan.alternates, name)[place].tobytes() for name in ALTERNATE_COLUMNS
    ]


def random_repeats(rng, n):
    """Limits by chance: near is a distance on a line, most grows in an order of its own."""
    at, order = rng.random(n), rng.permutation(n)
    most = np.sort(rng.integers(1, 4, n))[order]
    return Repeats(most, order, lambda one, other: np.abs(at[one] - at[other]) < 0.1)

"""From tiles of a library to the table of those that a plan mentions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.library import Library
from musivum.plan import Alternates, Placements, TileTable
from musivum.search import Neighbours


def used_tiles(
    library: Library, placements: Placements, nearest: Neighbours, others: Sequence[Placements]
) -> tuple[TileTable, Alternates, Placements]:
    """Keep only the tiles that the plan mentions, the `nearest` ones of each cell as its alternates.

    Parameters
    ----------
    others
        Column by column of `nearest`, how its tiles would be placed.
    """
    near = nearest.owners
    used, index = np.unique(np.concatenate([placements.tile, near.reshape(-1)]), return_inverse=True)
    if len(used) and used[0] < 0:
        used, index = used[1:], index - 1
    n = len(placements)
    table = TileTable(tuple(library.ids[i] for i in used), tuple(library.sources[i] for i in used), library.sizes[used])

    def column(name: str) -> npt.NDArray[Any]:
        return np.stack([getattr(other, name) for other in others], axis=1)

    alternates = Alternates.none(n)
    if others:
        alternates = Alternates(
            tile=index[n:].reshape(near.shape).astype(np.int32),
            error=nearest.distances,
            **{name: column(name) for name in ("crop", "transform", "mirror", "mean", "shift")},
        )
    return table, alternates, replace(placements, tile=index[:n].astype(np.int32))

"""The original album-art collage, written straightforwardly: likeness grown outwards from the centre in square shells.

Likeness of two pictures is the dot product of their first ten principal components. The grid is the smallest odd
square that has room for all; its centre is the picture whose four best likenesses add up highest. Shell by shell the
cells in line with the centre come first, each most like the cell inside it, then the edges from their middles outwards,
each most like the sum of its inner and its previous neighbour, then the corners.

Two faults of the original are kept, because they are what it does. The loop ends before the outermost shell. And a used
picture is marked by likeness 0, which beats candidates whose likeness is negative, so some appear twice.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

EMPTY = -1
_COMPONENTS = 10


def shells(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    """Arrange (n, d) vectors; which is where on a square (side, side), -1 where the original leaves black."""
    likeness = _likeness(vectors)
    side = int(np.ceil(np.sqrt(len(vectors))))
    side += 1 - side % 2
    grid = np.full((side, side), EMPTY)
    middle = side // 2

    def put(at: tuple[int, int], *like: tuple[int, int]) -> None:
        best = int(likeness[[grid[cell] for cell in like]].sum(axis=0).argmax())
        grid[at] = best
        likeness[:, best] = 0

    seed = int(np.sort(likeness, axis=1)[:, -4:].sum(axis=1).argmax())
    grid[middle, middle] = seed
    likeness[:, seed] = 0
    for shell in range(1, middle):
        inner = shell - 1
        for down, right in ((-1, 0), (0, 1), (1, 0), (0, -1)):
            put((middle + shell * down, middle + shell * right), (middle + inner * down, middle + inner * right))
        for step in range(1, shell):
            for down, right in ((-1, 0), (0, 1), (1, 0), (0, -1)):
                for way in (-1, 1):
                    y, x = middle + shell * down, middle + shell * right
                    along, before = way * step, way * (step - 1)
                    put(
                        (y + along * abs(right), x + along * abs(down)),
                        (y - down + along * abs(right), x - right + along * abs(down)),
                        (y + before * abs(right), x + before * abs(down)),
                    )
        for down in (-1, 1):
            for right in (-1, 1):
                y, x = middle + shell * down, middle + shell * right
                put((y, x), (y, x - right), (y - down, x))
    return grid


def _likeness(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    centred = vectors.astype(np.float64) - vectors.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    components = centred @ axes[:_COMPONENTS].T
    likeness: npt.NDArray[np.float64] = components @ components.T
    np.fill_diagonal(likeness, 0)
    return likeness

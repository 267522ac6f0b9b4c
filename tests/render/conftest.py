"""A library in memory and plans over it, for drawing without files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class FakePacked:
    data: npt.NDArray[Any]
    offsets: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int32]


class FakeLibrary:
    """Tiles whose thumbnails are given; their full sizes and files may differ."""

    path = Path("fake-library")

    def __init__(
        self, thumbs: list[Pixels], sizes: list[tuple[int, int]] | None = None, sources: list[str] | None = None
    ) -> None:
        shapes = np.array([thumb.shape for thumb in thumbs], np.int64).reshape(-1, 3)
        offsets = np.concatenate([[0], np.cumsum(shapes.prod(axis=1))[:-1]]).astype(np.int64)
        self.thumbs = FakePacked(
            np.concatenate([thumb.reshape(-1) for thumb in thumbs]), offsets, shapes[:, 1::-1].astype(np.int32)
        )
        self.sizes = np.array(sizes, np.int32) if sizes else self.thumbs.sizes
        self.ids = tuple(f"{i:032x}" for i in range(len(thumbs)))
        self.sources = tuple(sources) if sources else tuple(f"nowhere/{i}.png" for i in range(len(thumbs)))

    def row(self, tile: str) -> int:
        try:
            return self.ids.index(tile)
        except ValueError:
            raise KeyError(tile) from None

"""Frames of a film as one picture of Pillow's."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from PIL import Image

from musivum.geometry import Size


class Frames(Image.Image):
    """Frames as Pillow asks for them, one after another, so that it need not hold them all."""

    def __init__(self, frames: Iterator[npt.NDArray[np.uint8]], count: int, size: Size) -> None:
        super().__init__()
        self._frames, self.n_frames, self._at = frames, count, -1
        self._mode, self._size = "RGB", (size.width, size.height)

    def seek(self, frame: int) -> None:
        """Go to the next frame; going back to the first, as Pillow does in the end, does nothing."""
        if frame == self._at + 1:
            self._at = frame
            self.im = Image.fromarray(np.ascontiguousarray(next(self._frames))).im
        elif frame != 0:
            raise EOFError(f"frame {frame} after {self._at}")

    def tell(self) -> int:
        return 0

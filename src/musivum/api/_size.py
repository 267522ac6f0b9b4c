"""How large a picture comes out: pixels, or lengths on paper."""

from __future__ import annotations

from dataclasses import dataclass

from musivum.errors import OptionError
from musivum.export import USUAL_SIDE
from musivum.geometry import Size
from musivum.raster import pixels_of


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputSize:
    """Size of the picture; its shape is always the mosaic's own.

    Parameters
    ----------
    size
        Longer side of the picture, such as 4000 (pixels) or 90cm; by default 4000, or what suits the kind of file.
    width
        Width, such as 4000, 90cm, 900mm or 36in. With a height too, the picture fits inside both; a
        collage is just so large.
    height
        Height, in the same way.
    dpi
        Pixels per inch: turns lengths into pixels and is written into the file.
    """

    size: str | None = None
    width: str | None = None
    height: str | None = None
    dpi: float = 300

    def __post_init__(self) -> None:
        if self.size is not None and (self.width is not None or self.height is not None):
            raise OptionError("size and width or height contradict each other: give the longer side, or the sides")

    @property
    def asked(self) -> bool:
        """Whether the person named any side."""
        return not (self.size is None and self.width is None and self.height is None)

    @property
    def limits(self) -> tuple[int | None, int | None]:
        """Most pixels of a picture that chooses its own shape, in width and in height."""
        if self.width is None and self.height is None:
            side = pixels_of(self.size if self.size is not None else USUAL_SIDE, dpi=self.dpi)
            return side, side
        width, height = (None if side is None else pixels_of(side, dpi=self.dpi) for side in (self.width, self.height))
        return width, height

    def fit(self, shape: tuple[float, float], side: int = USUAL_SIDE) -> float:
        """Scale that makes a picture of this shape (width, height) as large as was asked, or its longer side `side`."""
        width, height = shape
        if self.width is None and self.height is None:
            return pixels_of(self.size if self.size is not None else side, dpi=self.dpi) / max(shape)
        wanted = ((self.width, width), (self.height, height))
        return min(pixels_of(length, dpi=self.dpi) / side for length, side in wanted if length is not None)

    def of(self, shape: tuple[int, int]) -> Size:
        """Pixels of the picture that has this shape (width, height)."""
        return Size(*shape).scaled(self.fit(shape))

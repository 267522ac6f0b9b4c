"""What a film can be told."""

from __future__ import annotations

from dataclasses import dataclass

from musivum.errors import OptionError

_LENGTHS = (0.5, 600.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmOptions:
    """What a film shows, and for how long.

    Parameters
    ----------
    film
        build: photo after photo appears; zoom: from the whole to one photo; reveal: from one photo to the whole.
    seconds
        Length, pauses included.
    fps
        Pictures a second.
    toward
        Number of the placement that is zoomed on, from 1 in painting order; by default a good one near the middle.
    """

    film: str = "build"
    seconds: float = 8.0
    fps: int = 25
    toward: int | None = None

    def __post_init__(self) -> None:
        if not _LENGTHS[0] <= self.seconds <= _LENGTHS[1]:
            raise OptionError(f"seconds {self.seconds:g} leaves {_LENGTHS[0]:g}..{_LENGTHS[1]:g}")
        if self.toward is not None and self.film == "build":
            raise OptionError("toward says what is zoomed on: give --film zoom or --film reveal too, or leave it out")

    @property
    def count(self) -> int:
        """Frames in all."""
        return max(2, round(self.seconds * self.fps))

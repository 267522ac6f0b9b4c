"""What a person may ask of a page."""

from __future__ import annotations

from dataclasses import dataclass

from musivum.errors import OptionError


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOptions:
    """Options of interactive pages.

    Parameters
    ----------
    embed
        One file with everything in it, or a small one with a folder beside it; by default one file up to 16 MB.
    title
        Heading of the page; by default the name of its file.
    photos
        Put the photos into the page, with their names and dates, or only the mosaic.
    photo_side
        Longer side of the photos in the page, in pixels; by default 1024, in one file 256 to 1024 as there is room.

    Raises
    ------
    OptionError
        If an option is out of range, or of no use with another.
    """

    embed: bool | None = None
    title: str | None = None
    photos: bool = True
    photo_side: int | None = None

    def __post_init__(self) -> None:
        if self.photo_side is not None and not self.photos:
            raise OptionError("--photo-side is of no use with --no-photos: leave out one of them")
        if self.photo_side is not None and not 16 <= self.photo_side <= 8192:
            raise OptionError(f"photos of {self.photo_side} pixels do not do: give --photo-side 16 to 8192")

"""A layer as a PNG."""

from __future__ import annotations

from itertools import chain
from typing import IO

from musivum.export._layered._entry import Entry
from musivum.geometry import Size
from musivum.raster import srgb_profile, write_png


def write_layer(file: IO[bytes], entry: Entry, workers: int, dpi: float | None = None) -> None:
    """Write the pixels of a layer; a small one, which comes whole, by one thread."""
    strips = iter(entry.strips)
    first = next(strips)
    write_png(
        file,
        chain([first], strips),
        Size(entry.width, entry.height),
        first.shape[2],
        1 if len(first) == entry.height else workers,
        icc_profile=srgb_profile(),
        dpi=None if dpi is None else (dpi, dpi),
    )

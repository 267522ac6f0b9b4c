"""Hexagons as layers that leave no seam where they meet."""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import numpy.typing as npt

from musivum.export._layered._entry import Entry, Pixels
from musivum.geometry import Size


def without_seams(entries: Generator[Entry, None, None], size: Size, folder: Path) -> Generator[Entry, None, None]:
    """Change the opacity of hexagons such that they fill up what they share, laid over each other.

    Of weights that add up to 1, each takes its part of the sum of its own and those below it, so that the lowest is
    opaque. An alternate takes what its photo takes. The sums are kept in a file without a name in the folder.
    """
    with tempfile.TemporaryFile(dir=folder) as file, closing(entries):
        sums = np.memmap(file, np.uint16, "w+", shape=(size.height, size.width))
        for entry in entries:
            yield entry._replace(strips=_shares(entry, sums))


def _shares(entry: Entry, sums: npt.NDArray[np.uint16]) -> Iterator[Pixels]:
    y = entry.y
    for strip in entry.strips:
        part = sums[y : y + len(strip), entry.x : entry.x + entry.width]
        own = strip[..., 3].astype(np.uint16)
        if entry.kind != "alternate":
            part += own
        whole = np.maximum(part, 1).astype(np.uint32)
        out = strip.copy()
        out[..., 3] = (255 * own.astype(np.uint32) + whole // 2) // whole
        yield out
        y += len(strip)

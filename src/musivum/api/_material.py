"""The photos that a mosaic may be made of, and how welcome each is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.api._about import about as about_examples
from musivum.api._library import AnyPath, library_of_photos, open_tiles, user_path
from musivum.api._names import PhotoNames
from musivum.api._outputs import check_spares
from musivum.api._request import Request
from musivum.api._weights import read_weights
from musivum.errors import OptionError
from musivum.library import IndexReport, Library
from musivum.progress import Progress

_KEPT = 0.25  # of a library, of what is most like an example


class Material(NamedTuple):
    """Photos for an engine.

    Attributes
    ----------
    library
        All of them, to draw from.
    used
        Those that the engine may place, with their `weights` (n,), or None where all are alike.
    keep
        How many photos like the examples were wanted, where there are examples.
    indexed
        What was found in folders of photos, where they were given in place of a library.
    """

    library: Library
    used: Library
    weights: npt.NDArray[np.float64] | None
    keep: float | None
    indexed: IndexReport | None


def gather(request: Request, *, workers: int | None, progress: Progress) -> Material:
    """Open or index the photos of a request, make sure that none is written over, and choose among them.

    Raises
    ------
    LibraryError, OptionError, UnreadableImage
        If the library, the file of weights, a ban or an example does not do, or an output is one of the photos.
    """
    library, indexed = request.library, None
    if request.photos:
        library, indexed = library_of_photos(request.photos, workers=workers, progress=progress)
        if not indexed.tiles:
            raise OptionError(_nothing_in(request.photos, indexed))
    tiles = open_tiles(library, progress=progress)
    check_spares(request.outputs, tiles)
    weights = None if request.weight is None else read_weights(user_path(request.weight), tiles)
    used, keep = _welcome(tiles, request.ban), None
    if request.about:
        keep = _KEPT if request.keep is None else request.keep
        used = about_examples(used, request.about, keep=keep, workers=workers, progress=progress)
    weights = None if weights is None else weights[[tiles.row(id) for id in used.ids]]
    return Material(tiles, used, weights, keep, indexed)


def _nothing_in(photos: Sequence[AnyPath], indexed: IndexReport) -> str:
    named = f"{photos[0]}" if len(photos) == 1 else f"the {len(photos):,} paths"
    if not indexed.skipped:
        return f"there is no photo in {named}: name another folder, files or patterns"
    first = indexed.skipped[0]
    return f"no photo in {named} can be read; {first.path}: {first.reason}"


def _welcome(library: Library, ban: Sequence[str]) -> Library:
    """The photos of a library that are not banned by their names."""
    if not ban:
        return library
    names, welcome = PhotoNames(library), np.ones(len(library), np.bool_)
    for name in ban:
        rows = names.called(name)
        if not rows:
            raise OptionError(f"no photo is called {name}: leave out that ban, or give the end of a photo's path")
        welcome[rows] = False
    if not welcome.any():
        raise OptionError("all photos are banned: leave some of them")
    return library.select(welcome)

"""The verb that finds photos by what they are about."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.api._library import AnyPath, open_tiles, user_path
from musivum.api._picture import read_picture
from musivum.errors import OptionError
from musivum.library import Library
from musivum.progress import Progress, silent
from musivum.threads import check_workers, thread_count

_FEATURES = "cnn192:head"
_EXAMPLE_SIDE = 128  # short side, that of a library's thumbnails
_PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".gif", ".bmp", ".heic", ".heif", ".avif")


class Likeness(NamedTuple):
    """A photo and how like the examples it is: the cosine to the nearest of them, 1 for the same picture."""

    path: str
    tile: str
    likeness: float


def library_about(
    library: AnyPath,
    examples: Sequence[str],
    *,
    top: int = 50,
    workers: int | None = None,
    progress: Progress = silent,
) -> tuple[Likeness, ...]:
    """Find the photos of a library that are most like the examples, the best first.

    Parameters
    ----------
    library
        Folder of the library.
    examples
        Pictures (paths of files), or texts; see `likeness`.
    top
        How many photos to find.
    workers
        Threads; by default one a processor.

    Raises
    ------
    LibraryError, UnreadableImage
        If the library or an example cannot be read.
    OptionError
        If the library is empty, an option is out of range, or packages are missing.
    """
    if top < 1:
        raise OptionError(f"top is {top}: it must be at least 1")
    check_workers(workers)
    tiles = open_tiles(library)
    scores = likeness(tiles, examples, workers=workers, progress=progress)
    best = np.argsort(-scores, kind="stable")[:top]
    return tuple(Likeness(tiles.sources[i], tiles.ids[i], float(scores[i])) for i in best.tolist())


def about(
    library: Library,
    examples: Sequence[str],
    *,
    keep: float,
    workers: int | None = None,
    progress: Progress = silent,
) -> Library:
    """The part of a library that is most like the examples, in the library's own order.

    Parameters
    ----------
    examples
        Pictures (paths of files), or texts; see `likeness`.
    keep
        A share of the photos if below 1 (one photo at least), else how many.

    Raises
    ------
    UnreadableImage
        If an example cannot be read.
    OptionError
        If `keep` is out of range or packages are missing.
    """
    if not (0 < keep < 1 or (keep >= 1 and float(keep).is_integer())):
        raise OptionError(f"keep is {keep}: give a share of the photos, above 0 and below 1, or a whole number of them")
    count = int(keep) if keep >= 1 else max(1, round(keep * len(library)))
    scores = likeness(library, examples, workers=workers, progress=progress)
    return library.select(np.sort(np.argsort(-scores, kind="stable")[:count]))


def likeness(
    library: Library, examples: Sequence[str], *, workers: int | None = None, progress: Progress = silent
) -> npt.NDArray[np.float32]:
    """How like the nearest of the examples each photo is: the cosine of the angle between their features.

    Example pictures are compared by the last features of the small network. Texts need a network that was trained on
    pictures and captions, and are then compared with the photos by that one. The photos' features are kept with the
    library.

    Returns
    -------
    (n,) -1..1; unlike pictures have some likeness too, so scores are for comparing with each other.
    """
    from musivum.features import extractor, picture_vectors, text_encoder, tile_vectors

    pictures = [path for path in map(_picture_path, examples) if path is not None]
    if not examples:
        raise OptionError("nothing to look for: give example pictures, or texts")
    if 0 < len(pictures) < len(examples):
        raise OptionError("pictures and texts cannot be compared with each other: give the ones or the others")
    if pictures:
        found = extractor(_FEATURES)
        wanted = picture_vectors(
            [read_picture(path, "example", short_side=_EXAMPLE_SIDE).pixels for path in pictures], found
        )
    else:
        try:
            encoder = text_encoder()
        except OptionError as fault:
            raise OptionError(f'"{examples[0]}" is no file and so a text: {fault}') from None
        found, wanted = encoder.pictures, encoder.texts(examples)
    vectors = tile_vectors(library, found, workers=thread_count(workers), progress=progress)
    return np.asarray((vectors @ wanted.T).max(axis=1))


def _picture_path(example: str) -> Path | None:
    """The file that an example names; None for a text."""
    path = user_path(example)
    if os.path.isfile(path):
        return path
    if path.suffix.lower() in _PICTURES or os.path.isdir(path):
        raise OptionError(f"{example}: there is no such picture")
    return None

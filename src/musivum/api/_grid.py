"""The verb of the grid engine."""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from musivum import __version__
from musivum.api._about import about as about_examples
from musivum.api._library import AnyPath, library_of_photos, open_tiles, user_path
from musivum.api._outputs import check_apart, check_plan_path, check_spares
from musivum.api._picture import read_picture
from musivum.api._size import OutputSize
from musivum.api._weights import read_weights
from musivum.errors import OptionError
from musivum.export import Picture, export
from musivum.library import IndexReport, Library
from musivum.plan import Plan, save_plan
from musivum.progress import Progress, silent
from musivum.raster import check_picture

if TYPE_CHECKING:
    from musivum.engines.grid import GridOptions

_TARGET_SIDE = 2048
_KEPT = 0.25  # of a library, of what is most like an example
_PER_CELL = 16  # pixels of the target that are worth having for one cell


class Mosaic(NamedTuple):
    """A mosaic that was made.

    Attributes
    ----------
    plan
        The plan, also where it was not kept.
    plan_path, picture
        The files that were written, None where none was asked for.
    library, tiles
        The library's folder and how many photos it offered.
    indexed
        What was found in the folders of photos, where they were given in place of a library.
    """

    plan: Plan
    plan_path: Path | None
    picture: Picture | None
    library: Path
    tiles: int
    indexed: IndexReport | None


def grid(
    target: AnyPath,
    output: AnyPath | None = None,
    *,
    plan: AnyPath | None = None,
    library: AnyPath | None = None,
    photos: Sequence[AnyPath] = (),
    options: GridOptions | None = None,
    size: OutputSize | None = None,
    importance: AnyPath | None = None,
    weight: AnyPath | None = None,
    about: Sequence[str] = (),
    keep: float | None = None,
    quality: int = 92,
    progress: Progress = silent,
) -> Mosaic:
    """Make a photographic mosaic: the target in cells, a photo in each.

    Parameters
    ----------
    target
        The picture to resemble.
    output
        Picture to write; the suffix chooses the format. May be left out if a plan is asked for.
    plan
        Plan file to write: with it the mosaic can be drawn again and reported on.
    library
        Library of photos; the built-in one when neither this nor `photos` is given.
    photos
        In place of a library: folders that are indexed into the user's cache first.
    options
        Of the engine.
    size
        Of the picture.
    importance
        Grey picture: where it is bright, the best photos go.
    weight
        Text file of favourites and bans, lines of a weight and a pattern.
    about
        Example pictures, or texts: only the photos that are most like them are used; see `likeness`.
    keep
        How many: a share if below 1, else a number; a quarter of the library by default.
    quality
        1 to 100, for JPEG and WebP.

    Raises
    ------
    UnreadableImage, LibraryError, OptionError
        If the target, the library or the options do not do.
    """
    from musivum.engines.grid import GridOptions, plan_grid

    if library is not None and photos:
        raise OptionError("library and photos contradict each other: give the one or the other")
    if keep is not None and not about:
        raise OptionError("keep says how many photos are like an example: name one with --about, or leave it out")
    if output is None and plan is None:
        raise OptionError("nothing to write: name a picture with --output, or a plan with --plan")
    options, size = options or GridOptions(), size or OutputSize()
    picture_path = None if output is None else user_path(output)
    plan_path = None if plan is None else user_path(plan)
    if plan_path is not None:
        check_plan_path(plan_path)
    outputs = [path for path in (picture_path, plan_path) if path is not None]
    read = {"target": target, "importance picture": importance, "file of weights": weight}
    read |= {f"example {example}": example for example in about}
    check_apart(outputs, {role: None if path is None else user_path(path) for role, path in read.items()})

    decoded = read_picture(target, "target", short_side=_worthwhile_side(options))
    canvas = size.of(decoded.size)
    if picture_path is not None:
        check_picture(picture_path, canvas, quality=quality, dpi=size.dpi)
    mask = None if importance is None else read_picture(importance, "importance", short_side=_TARGET_SIDE).pixels
    indexed = None
    if photos:
        library, indexed = library_of_photos(photos, workers=options.workers, progress=progress)
    tiles = open_tiles(library, progress=progress)
    check_spares(outputs, tiles)
    weights = None if weight is None else read_weights(user_path(weight), tiles)

    used = tiles
    if about:
        keep = _KEPT if keep is None else keep
        used = about_examples(tiles, about, keep=keep, workers=options.workers, progress=progress)
        weights = None if weights is None else weights[[tiles.row(id) for id in used.ids]]
    made = plan_grid(decoded.pixels, used, options, canvas=canvas, importance=mask, weights=weights, progress=progress)
    made = replace(made, recipe=made.recipe | _origin(user_path(target), tiles, about, keep))
    if plan_path is not None:
        save_plan(made, plan_path)
    picture = None
    if picture_path is not None:
        picture = export(
            made,
            tiles,
            picture_path,
            scale=size.fit(canvas),
            dpi=size.dpi,
            quality=quality,
            workers=options.workers,
            progress=progress,
        )
    return Mosaic(made, plan_path, picture, tiles.path, len(used), indexed)


def _worthwhile_side(options: GridOptions) -> int:
    across = max(options.columns or 0, options.rows or 0, math.isqrt(options.tiles))
    return max(_TARGET_SIDE, _PER_CELL * across)


def _origin(target: Path, library: Library, about: Sequence[str], keep: float | None) -> dict[str, object]:
    """What the engine cannot know: where its arrays came from."""
    with target.open("rb") as file:
        digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
    origin: dict[str, object] = {
        "musivum": __version__,
        "target": {"name": os.fspath(target.name), "digest": digest},
        "library": {"path": os.fspath(library.path), "digest": library.digest},
    }
    if about:
        origin["about"] = {"examples": [os.path.basename(example) for example in about], "keep": keep}
    return origin

"""The arrange engine: from a library to a plan."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, replace

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from musivum.engines._used import used_tiles
from musivum.engines.arrange._arrangement import Arrangement, arrange_grid, arrange_rows
from musivum.engines.arrange._captions import captions_of
from musivum.engines.arrange._compose import place_photos
from musivum.engines.arrange._likeness import likeness_vectors
from musivum.engines.arrange._options import ArrangeOptions
from musivum.engines.arrange._settle import Material
from musivum.engines.arrange._wishes import TYPICAL, Paper, Wishes
from musivum.errors import LibraryError, OptionError
from musivum.library import Library
from musivum.plan import Plan
from musivum.progress import Progress, silent
from musivum.search import nobody
from musivum.threads import thread_count


def plan_arrange(
    library: Library,
    options: ArrangeOptions | None = None,
    *,
    paper: Paper | None = None,
    wishes: Wishes | None = None,
    mask: npt.NDArray[np.float32] | None = None,
    captions: Sequence[str] | None = None,
    font: str = "",
    progress: Progress = silent,
) -> Plan:
    """Plan a collage: every photo of a library once, laid out such that likeness flows over the picture.

    Photos are described by their features; a lattice of as many cells is chosen, and a method puts the photos in order
    on it: by default linear assignment sorting. Cost grows with the number of photos times the logarithm of the
    lattice's side.

    Parameters
    ----------
    library
        The photos.
    paper
        The size that is wanted; by default 2,000 pixels on the longer side.
    wishes
        Photos with places or sizes of their own.
    mask
        (h, w) share 0 to 1 of each pixel that the collage is to fill, for other shapes than rectangles.
    captions
        (n,) a line of text for each photo, or none.
    font
        Path of the captions' font; "" for the one that Pillow brings.

    Returns
    -------
    A plan with one placement a photo, in reading order.

    Raises
    ------
    LibraryError
        If there is no photo.
    OptionError
        If options, wishes and paper do not go together.
    """
    options, paper, wishes = options or ArrangeOptions(), paper or Paper(), wishes or Wishes()
    if not len(library):
        raise LibraryError(f"{library.path}: no photo to use: index some")
    _check(options, wishes, mask)
    if paper.width is None and paper.height is None:
        raise OptionError("the paper has neither a width nor a height: give one of them")
    if captions is not None and len(captions) != len(library):
        raise OptionError(f"there are {len(captions):,} captions for {len(library):,} photos: give one for each")
    workers = thread_count(options.workers)
    # Products of few columns are slower on many threads, and their last bits would depend on how many there are.
    with threadpool_limits(limits=1, user_api="blas"):
        vectors = likeness_vectors(
            library,
            options.features,
            dimensions=options.dimensions or None,
            chroma=options.chroma,
            workers=workers,
            progress=progress,
        )
        if wishes.hero == TYPICAL:
            wishes = replace(wishes, hero=int(np.square(vectors).sum(axis=1).argmin()))
        names = [os.path.basename(source) for source in library.sources]
        material = Material(vectors, library.means, library.sizes[:, 0] / library.sizes[:, 1], names)
        laid = options if captions is not None else replace(options, caption="0")
        if options.layout == "rows":
            made = arrange_rows(material, laid, paper, progress)
        else:
            made = arrange_grid(material, laid, paper, wishes, mask, progress)
        placements = place_photos(library, made.photos, made.boxes, whole=options.whole, workers=workers)
    table, alternates, placements = used_tiles(library, placements, nobody(len(placements), 0), ())
    return Plan(
        canvas=made.frame.canvas,
        background=options.ground,
        outline="box",
        tint=0.0,
        overlay=0.0,
        gap=0.0,
        tiles=table,
        placements=placements,
        alternates=alternates,
        target=b"",
        recipe={
            "engine": "arrange",
            "options": asdict(replace(options, workers=None)),
            "library": library.digest,
            "paper": paper._asdict(),
        },
        statistics=_statistics(made, library, wishes.hero),
        corner=options.corner,
        captions=captions_of(made, captions, options, font),
    )


def _check(options: ArrangeOptions, wishes: Wishes, mask: npt.NDArray[np.float32] | None) -> None:
    if options.layout == "rows":
        if wishes or mask is not None:
            raise OptionError("rows of photos have no cells for a shape, a hero, pins or favourites: use layout grid")
        if options.last == "trim" or options.last == "fill":
            raise OptionError(f"rows of photos are always full: leave out last {options.last}")
    if mask is not None and (options.columns is not None or options.rows is not None):
        raise OptionError("a shape decides itself how many columns and rows it has: leave those out")
    if mask is not None and options.cell == "free":
        raise OptionError('the cells of a shape cannot be free: give their width:height, such as "1:1"')


def _statistics(made: Arrangement, library: Library, hero: int | None) -> dict[str, object]:
    return {
        "hero": None if hero is None else library.sources[hero],
        "rows": int(made.lattice[0]),
        "columns": int(made.lattice[1]),
        "gap": made.frame.gap,
        "left_out": [library.sources[photo] for photo in made.left_out],
        "repeats": made.repeats,
        "relaxed": list(made.relaxed),
    }

"""The verb that shows one target under several settings, so that a person may choose."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.api._library import AnyPath, open_tiles, user_path
from musivum.api._outputs import check_apart, check_spares
from musivum.api._picture import read_picture
from musivum.api._variants import command_line, variants_of
from musivum.errors import OptionError
from musivum.export import Figure, Panel, Score, panel_size, score, sheet, sheet_size, target_pixels
from musivum.geometry import Size
from musivum.library import Library
from musivum.plan import Plan
from musivum.progress import Progress, silent
from musivum.raster import check_picture, write_picture
from musivum.threads import thread_count

if TYPE_CHECKING:
    from musivum.engines.grid import GridOptions

_PER_CELL = 8  # pixels of a cell from where the scores look
_LEAST_SIDE = 1024


class Variant(NamedTuple):
    """One mosaic of the comparison.

    Attributes
    ----------
    features, metric, compress, colour
        As the grid engine takes them.
    dimensions, whole
        Numbers compared of each vector, and how many it has.
    score
        Seen from where a cell is 8 pixels across.
    seconds
        That planning took here, once the vectors that are kept with the library were there.
    command
        The line that makes this mosaic.
    """

    features: str
    metric: str
    compress: str
    colour: str
    dimensions: int
    whole: int
    score: Score
    seconds: float
    command: str


class Comparison(NamedTuple):
    """A sheet that was written: where, how large, of which library, and what is on it in order."""

    sheet: Path
    size: Size
    library: Path
    tiles: int
    cells: int
    variants: tuple[Variant, ...]


def compare(
    target: AnyPath,
    output: AnyPath,
    *,
    library: AnyPath | None = None,
    features: Sequence[str] = (),
    metric: Sequence[str] = (),
    compress: Sequence[str] = (),
    colour: Sequence[str] = (),
    tiles: int = 1200,
    width: int = 420,
    workers: int | None = None,
    progress: Progress = silent,
) -> Comparison:
    """Make small mosaics of one target under several settings, and a sheet of them with their scores.

    Every combination of the values given is made; with no features, metric or rank, a usual selection of these.

    Parameters
    ----------
    target
        The picture to resemble.
    output
        Picture of the sheet; the suffix chooses the format.
    library
        Library of photos; the built-in one when none is given.
    features, metric, compress, colour
        Values of the grid engine's options of these names.
    tiles
        About how many cells each mosaic has.
    width
        Of each mosaic in pixels, 100 to 4000; one that would be higher than one and a half times that is narrower.

    Raises
    ------
    UnreadableImage, LibraryError, OptionError
        If the target, the library or the options do not do, or there are more than 48 combinations.
    """
    from musivum.engines.grid import GridOptions, plan_grid

    if not 100 <= width <= 4000:
        raise OptionError(f"width is {width}: a mosaic of the sheet must be 100 to 4000 pixels wide")
    base = GridOptions(tiles=tiles, workers=workers)
    variants = variants_of(base, features, metric, compress, colour)
    path = user_path(output)
    check_apart([path], {"target": user_path(target)})
    decoded = read_picture(target, "target", short_side=max(_LEAST_SIDE, 2 * _PER_CELL * math.isqrt(tiles)))
    canvas = panel_size(decoded.size, width)
    check_picture(path, sheet_size(1 + len(variants), canvas))
    opened = open_tiles(library, progress=progress)
    check_spares([path], opened)

    # Vectors that are kept, and the kernels of a first, tiny plan, would count against whoever comes first.
    _keep_vectors(variants, opened, workers, progress)
    plan_grid(decoded.pixels, opened.select(range(min(8, len(opened)))), replace(base, tiles=4), canvas=canvas)
    trials = []
    for k, options in enumerate(variants):
        progress("comparing", k, len(variants))
        trials.append(_trial(decoded.pixels, opened, options, canvas, command_line(target, library, options)))
    progress("comparing", len(variants), len(variants))
    where = "the built-in library" if library is None else opened.path.name
    first = trials[0].plan
    cells, size = len(first.placements), sheet_size(1 + len(trials), canvas)
    strips = sheet(
        [
            Panel(partial(target_pixels, first, canvas, workers=workers), "target"),
            *_panels(trials, opened, workers, progress),
        ],
        canvas,
        user_path(target).name,
        f"{cells:,} cells, {len(opened):,} tiles of {where}. Seen where a cell is {_PER_CELL} pixels "
        "across; error: mean CIEDE2000, less is better; SSIM: more is better; altered: how far the tiles' own colours "
        "were moved (CIE76).",
    )
    write_picture(path, strips, size)
    return Comparison(path, size, opened.path, len(opened), cells, tuple(trial.variant for trial in trials))


class _Trial(NamedTuple):
    variant: Variant
    plan: Plan


def _keep_vectors(variants: Sequence[GridOptions], library: Library, workers: int | None, progress: Progress) -> None:
    """Describe the tiles by each costly extractor, as the first plan would."""
    from threadpoolctl import threadpool_limits

    from musivum.features import parse_mixture, tile_compression, tile_vectors

    parts = {part.extractor.name: part.extractor for one in variants for part in parse_mixture(one.features)}
    for extractor in parts.values():
        if extractor.costly:
            vectors = tile_vectors(library, extractor, workers=thread_count(workers), progress=progress)
            with threadpool_limits(limits=1, user_api="blas"):
                tile_compression(library, extractor, vectors)


def _trial(target: npt.NDArray[np.uint8], library: Library, options: GridOptions, canvas: Size, command: str) -> _Trial:
    from musivum.engines.grid import plan_grid

    start = time.perf_counter()
    plan = plan_grid(target, library, options, canvas=canvas)
    seconds = time.perf_counter() - start
    told = plan.statistics
    variant = Variant(
        options.features,
        options.metric,
        options.compress,
        options.colour,
        told["dimensions"],
        told["whole"],
        score(plan, library, _PER_CELL, workers=options.workers),
        seconds,
        command,
    )
    return _Trial(variant, plan)


def _panels(trials: Sequence[_Trial], library: Library, workers: int | None, progress: Progress) -> Iterator[Panel]:
    from musivum.render import draw

    def picture(k: int) -> npt.NDArray[np.uint8]:
        drawn = draw(trials[k].plan, library, workers=workers)
        progress("drawing", k + 1, len(trials))
        return drawn

    scores = [trial.variant.score for trial in trials]
    errors, likenesses = [one.ciede2000 for one in scores], [one.ssim for one in scores]
    several_colours = len({trial.variant.colour for trial in trials}) > 1
    for k, trial in enumerate(trials):
        variant, one = trial.variant, trial.variant.score
        note = f"{variant.metric}, {variant.dimensions:,} of {variant.whole:,} numbers"
        yield Panel(
            partial(picture, k),
            variant.features,
            f"{note}, {variant.colour}" if several_colours else note,
            (
                Figure("error", f"{one.ciede2000:.1f}", one.ciede2000 == min(errors)),
                Figure("SSIM", f"{one.ssim:.2f}", one.ssim == max(likenesses)),
                Figure("altered", f"{one.alteration:.1f}"),
                Figure("seconds", f"{variant.seconds:.1f}"),
            ),
        )

"""From a library and a mixture to a dictionary."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from musivum.engines.grid._colour import COLOURS
from musivum.engines.grid._crops import candidate_crops
from musivum.engines.grid._dictionary import TileDictionary, build, describe_crops
from musivum.engines.grid._options import GridOptions
from musivum.engines.grid._space import Space, Vectors, Voice, balance, compression_of
from musivum.features import Metric, even_rows, kept_saliency
from musivum.library import Library
from musivum.progress import Progress, silent

_SAMPLE = 6144
_MOST_ROWS = 600_000
_FAINT = 0.06  # OKLab: the gain would be great, and show what the vector does not


@dataclass(frozen=True, slots=True)
class Sample:
    """Some of the crops, evenly chosen: what the space was fitted to.

    Attributes
    ----------
    rows
        (s,) crops.
    whole
        (s, D) their whole vectors.
    """

    rows: npt.NDArray[np.int64]
    whole: Vectors


def describe_library(
    library: Library,
    aspect: float,
    voices: tuple[Voice, ...],
    kept: dict[str, Vectors],
    metric: Metric,
    options: GridOptions,
    favour: npt.NDArray[np.float64],
    *,
    workers: int = 1,
    progress: Progress = silent,
) -> tuple[TileDictionary, Sample]:
    """Cut the library into crops of the cell's aspect, balance and compress their vectors.

    Cost grows with the number of crops; above 600,000 fewer crops are tried of each photo, and one of each where all
    extractors are costly.

    Parameters
    ----------
    voices, kept
        See `keep_voices`.
    favour
        (n,) positive: costs of tile i are divided by favour[i].
    """
    progress("describe", 0, len(library))
    whole = len(kept) == len(voices)  # no voice can tell one crop of a photo from another
    mirror, turns = options.mirror and not whole, options.turns and not whole
    orientations = (2 if mirror else 1) * (4 if turns else 1)
    most = 1 if whole else max(1, min(options.crops, _MOST_ROWS // (orientations * len(library))))
    crops = candidate_crops(library.sizes, aspect, most=most, zoom=options.zoom, mirror=mirror, turns=turns)
    describe = partial(describe_crops, library, crops, voices, kept)
    rows = even_rows(len(crops), _SAMPLE)
    pieces = describe(rows)
    # A crop whose pattern is too fine for its vector must not pass for the faint pattern that is left of it.
    faint = _FAINT if COLOURS[options.colour].fitted else 0.0
    space = Space(balance(voices, pieces, metric), metric, faint=faint)
    sample = Sample(rows, space.join(pieces))
    space = replace(space, compression=compression_of(sample.whole, options.kept, metric))
    factors = 1 + options.focus * (1 - kept_saliency(library.swatches, crops.tile, crops.boxes, workers=workers))
    factors = (factors / favour[crops.tile]).astype(np.float32)
    described = build(crops, describe, space, factors, len(library), workers=workers, progress=progress)
    return described, sample


def agreement(described: TileDictionary, sample: Sample, queries: Vectors) -> float:
    """Share of queries whose best tile of the sample is the same by short vectors as by whole ones, 0..1.

    Parameters
    ----------
    queries
        (q, D) whole vectors of some cells.
    """
    space = described.space
    if space.compression is None:
        return 1.0
    whole = replace(space, compression=None, longest=float(np.linalg.norm(sample.whole, axis=1).max()))
    tiles = described.crops.tile[np.repeat(sample.rows, 2) if space.metric.either_sign else sample.rows]
    best = [tiles[_nearest(at.queries(queries), at.rows(at.shorten(sample.whole)))] for at in (whole, space)]
    return float((best[0] == best[1]).mean())


def _nearest(queries: Vectors, rows: Vectors) -> npt.NDArray[np.int64]:
    squares = np.einsum("ij,ij->i", rows, rows) - 2 * queries @ rows.T
    return np.asarray(squares.argmin(1))

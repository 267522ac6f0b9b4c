"""What of each extractor matters, under the colour mode that will follow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from musivum.engines.grid._colour import COLOURS, ColourMode
from musivum.engines.grid._metric import fitted_metric, hexagon_mask, metric
from musivum.engines.grid._options import GridOptions
from musivum.engines.grid._space import Vectors, Voice
from musivum.features import (
    METRICS,
    Extractor,
    Metric,
    color_grid,
    parse_mixture,
    tile_compression,
    tile_vectors,
)
from musivum.library import Library
from musivum.progress import Progress

_BLOCK = 4096


def voices_of(options: GridOptions, outline: str) -> tuple[Voice, ...]:
    """The voices of the mixture that the options ask for; colour grids mind what the colours will be.

    Raises
    ------
    OptionError
        If the features are none, or need packages that are not installed.
    """
    return tuple(
        Voice(part.extractor, part.weight, _matrix(part.extractor, options, COLOURS[options.colour], outline))
        for part in parse_mixture(options.features)
    )


def keep_voices(
    voices: tuple[Voice, ...], library: Library, *, workers: int, progress: Progress
) -> tuple[tuple[Voice, ...], dict[str, Vectors]]:
    """Describe all tiles by the costly extractors, once for all mosaics of the library.

    Returns
    -------
    The voices, those with long vectors projected on what is kept of them, and for each costly extractor, by name, the
    vectors (tiles, d').
    """
    ready, kept = [], {}
    for voice in voices:
        extractor = voice.extractor
        if extractor.costly:
            vectors = tile_vectors(library, extractor, workers=workers, progress=progress)
            compression = tile_compression(library, extractor, vectors)
            if compression is not None and voice.matrix is None:
                voice = replace(voice, matrix=compression.basis)
            blocks = range(0, len(vectors), _BLOCK)
            kept[extractor.name] = np.concatenate([voice.heard(vectors[first : first + _BLOCK]) for first in blocks])
        ready.append(voice)
    return tuple(ready), kept


def metric_of(options: GridOptions) -> Metric:
    """The metric that the options ask for, distances by default.

    Where the contrast will be fitted it is the inner product of unit vectors, by which rows too faint to be lengthened
    are far from everything; between distances they would be the best of what has no good match.
    """
    chosen = METRICS[options.metric]
    return chosen._replace(unit=True, inner=True) if COLOURS[options.colour].fitted else chosen


def _matrix(
    extractor: Extractor, options: GridOptions, mode: ColourMode, outline: str
) -> npt.NDArray[np.float32] | None:
    if extractor.describe is not color_grid:
        return None
    side = extractor.side
    if mode.fitted:
        return fitted_metric(structure=options.structure, side=side)
    return metric(
        tint=options.strength,
        shift_price=options.shift_price if mode.priced else 0.0,
        chroma=options.chroma,
        structure=options.structure,
        moved=mode.moved,
        side=side,
        mask=hexagon_mask(side) if outline == "hexagon" else None,
    )

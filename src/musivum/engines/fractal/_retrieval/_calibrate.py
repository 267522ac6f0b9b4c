"""Calibration: what the filters' distances are worth for a library, estimated by sampling."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from musivum.engines.fractal._retrieval._densities import density_of, weights_of
from musivum.engines.fractal._retrieval._filters import FILTERS, Vectors, distances
from musivum.engines.fractal._retrieval._kept import Densities, kept_densities
from musivum.engines.fractal._retrieval._sample import sample_pairs
from musivum.errors import OptionError
from musivum.library import Library
from musivum.progress import Progress, silent

WINDOWS = 400
SHARES = (0.01, 0.03, 0.1, 0.3)
FEWEST = 16
"""Photos that a library must have to be calibrated."""

_MATCHES = 0.01  # of the photos: those nearest to a window match it
_TOGETHER = "together"


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a library taught about the filters.

    Attributes
    ----------
    library
        Its folder.
    windows, photos
        How many were compared, each with each.
    matches, strangers
        How many of these pairs were which.
    densities
        By filter; what is worth keeping.
    shares
        Shares of the library, 0..1, for which `recall` tells how many of the matches are among the best.
    recall
        By filter, and "together": the recall at each share. Measured on windows that the densities were not made from.
    """

    library: str
    windows: int
    photos: int
    matches: int
    strangers: int
    densities: Densities
    shares: tuple[float, ...]
    recall: dict[str, tuple[float, ...]]


def calibrate(
    library: Library, *, windows: int = WINDOWS, seed: int = 0, workers: int = 1, progress: Progress = silent
) -> Calibration:
    """Estimate how likely distances are between windows and photos that match, and between strangers.

    Known matches are not turned and tinted copies of the windows: a mosaic has to make do with other photos, and from
    copies one learns that only tiny distances count. A photo matches a window if its error of lightness, in the best of
    16 poses, is among the least hundredth of those of all photos. A bound on the error itself would give most matches
    to smooth windows, and teach that smooth photos match.

    Parameters
    ----------
    windows
        How many windows to cut out of the library's photos, at least 2.

    Raises
    ------
    OptionError
        If the library has fewer than 16 tiles.
    """
    if len(library) < FEWEST:
        raise OptionError(f"the library {library.path} holds {len(library)} photos: calibration needs {FEWEST}")
    sample = sample_pairs(library, windows, seed, workers, progress)
    found = {name: distances(sample.windows[name], sample.photos[name]) for name in FILTERS}
    matches = _nearest(sample.errors)
    strangers = np.isfinite(sample.errors) & ~matches
    recall = np.mean(
        [
            _recall(found, matches, strangers, _estimate(found, matches, strangers, other), half)
            for half, other in ((slice(0, None, 2), slice(1, None, 2)), (slice(1, None, 2), slice(0, None, 2)))
        ],
        axis=0,
    )
    return Calibration(
        library=str(library.path),
        windows=windows,
        photos=sample.errors.shape[1],
        matches=int(matches.sum()),
        strangers=int(strangers.sum()),
        densities=_estimate(found, matches, strangers, slice(None)),
        shares=SHARES,
        recall=dict(zip((*FILTERS, _TOGETHER), map(tuple, recall.tolist()), strict=True)),
    )


def _nearest(errors: Vectors) -> npt.NDArray[np.bool_]:
    """Mark (w, p) the photos of least error to each window."""
    count = max(1, int(_MATCHES * errors.shape[1]))
    marked = np.zeros(errors.shape, np.bool_)
    np.put_along_axis(marked, np.argsort(errors, axis=1, kind="stable")[:, :count], True, axis=1)
    return marked


def _estimate(
    found: dict[str, Vectors], matches: npt.NDArray[np.bool_], strangers: npt.NDArray[np.bool_], windows: slice
) -> Densities:
    matches, strangers = matches[windows], strangers[windows]
    known = {name: (distance[windows][matches], distance[windows][strangers]) for name, distance in found.items()}
    densities = {name: density_of(*pairs, FILTERS[name].bins) for name, pairs in known.items()}
    evidence = (
        np.stack([densities[name].evidence(pairs[k]) for name, pairs in known.items()], axis=1) for k in range(2)
    )
    weights = dict(zip(densities, weights_of(*evidence).tolist(), strict=True))
    return {name: replace(density, weight=weights[name]) for name, density in densities.items()}


def _recall(
    found: dict[str, Vectors],
    matches: npt.NDArray[np.bool_],
    strangers: npt.NDArray[np.bool_],
    densities: Densities,
    windows: slice,
) -> npt.NDArray[np.float64]:
    """Recall (filters + 1, shares) of each filter by itself and of all together."""
    matches, known = matches[windows], (matches | strangers)[windows]
    total = sum(densities[name].evidence(distance[windows]) for name, distance in found.items())
    rows = []
    for costs in (*(distance[windows] for distance in found.values()), -np.asarray(total)):
        order = np.argsort(np.where(known, costs, np.inf), axis=1, kind="stable")
        ranked = np.take_along_axis(matches, order, axis=1)
        rows.append([ranked[:, : max(1, int(share * matches.shape[1]))].sum() / matches.sum() for share in SHARES])
    return np.asarray(rows)


def densities_of(library: Library, *, workers: int = 1, progress: Progress = silent) -> Densities:
    """The densities kept with a library, or else those that `calibrate` estimates for it.

    Raises
    ------
    LibraryError
        If there are some that cannot be read.
    OptionError
        If there are none and the library has too few tiles to estimate them.
    """
    kept = kept_densities(library.path)
    return calibrate(library, workers=workers, progress=progress).densities if kept is None else kept

"""Which tiles of a library an engine may use."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from musivum.errors import LibraryError, OptionError
from musivum.library import Library, near_duplicates


def eligible(
    library: Library, weights: npt.NDArray[np.float64] | None, *, dedupe: bool
) -> tuple[Library, npt.NDArray[np.float64]]:
    """Leave out the tiles that weigh nothing, and with `dedupe` all but the largest of those that look the same.

    Parameters
    ----------
    weights
        (n,) favour of each tile: 0 bans it, else 0.001 to 1000. By default 1.

    Returns
    -------
    The tiles that may be used, and their weights.

    Raises
    ------
    OptionError
        If a weight is out of range.
    LibraryError
        If no tile is left.
    """
    favour = np.ones(len(library)) if weights is None else np.asarray(weights, np.float64)
    sensible = (favour == 0) | ((favour >= 0.001) & (favour <= 1000))
    if favour.shape != (len(library),) or not sensible.all():
        raise OptionError(
            f"weights: {len(library)} numbers are needed, each 0 or from 0.001 to 1000, one for each tile"
        )
    keep = favour > 0
    if dedupe:
        allowed = np.flatnonzero(keep)
        stands_for = near_duplicates(
            library.hashes[allowed], sizes=library.sizes[allowed], means=library.means[allowed]
        )
        keep[allowed] &= stands_for == np.arange(len(allowed))
    if not keep.any():
        raise LibraryError(f"{library.path}: no photo to use: index some, or ban fewer")
    rows = np.flatnonzero(keep)
    return (library if keep.all() else library.select(rows)), favour[rows]


def usable(
    library: Library, welcome: npt.NDArray[np.bool_], wanted: npt.NDArray[np.int64], *, dedupe: bool
) -> npt.NDArray[np.int64]:
    """Rows, ascending, of the tiles that are `wanted` (w,) and of the `welcome` (n,) ones that may be used.

    Raises
    ------
    LibraryError
        If no tile is welcome.
    """
    chosen = set(eligible(library.select(welcome), None, dedupe=dedupe)[0].ids)
    rows = [row for row, id in enumerate(library.ids) if id in chosen]
    return np.union1d(np.array(rows, np.int64), wanted)

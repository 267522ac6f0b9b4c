"""Vectors of any origin on a lattice: the methods without photos."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from musivum.engines.arrange._ground import NOBODY, Ground
from musivum.engines.arrange._lattice import choose_lattice
from musivum.engines.arrange._methods import METHODS
from musivum.engines.arrange._settings import EFFORTS, Settings
from musivum.errors import OptionError
from musivum.progress import Progress, silent
from musivum.threads import check_workers, thread_count


def arrange_vectors(
    vectors: npt.ArrayLike,
    *,
    columns: int | None = None,
    rows: int | None = None,
    aspect: float = 1.0,
    method: str = "sorted",
    effort: str = "normal",
    wrap: bool = False,
    seed: int = 0,
    workers: int | None = None,
    progress: Progress = silent,
) -> npt.NDArray[np.int64]:
    """Arrange vectors on a lattice such that near ones are alike.

    Parameters
    ----------
    vectors
        (n, d) finite numbers; their Euclidean distances say what is alike.
    columns, rows
        Of the lattice; what is not given follows from `aspect`, its wanted width over height.
    method, effort
        Names out of the engine's methods (sorted, shells, curve) and efforts (fast, normal, best).
    wrap
        Whether opposite edges border on each other.
    seed
        Another number, 0 to 2^32 - 1, another arrangement.
    workers
        Threads; the arrangement does not depend on it.

    Returns
    -------
    (rows, columns) which vector lies in each cell; -1 where there is none: at the ends of the last line, or of several
    lines where both columns and rows were given.

    Raises
    ------
    OptionError
        If the vectors are no table of finite numbers, a name is none, a number is out of range, or the cells are
        too few.
    """
    table = np.asarray(vectors, np.float64)
    if table.ndim != 2 or 0 in table.shape:
        raise OptionError(f"vectors of shape {table.shape} cannot be arranged: give n rows of d numbers")
    bad = ~np.isfinite(table).all(axis=1)
    if bad.any():
        raise OptionError(
            f"{np.count_nonzero(bad):,} of {len(table):,} vectors hold numbers that are not finite, the first in row "
            f"{int(bad.argmax())}: leave them out"
        )
    for name, value, names in (("method", method, METHODS), ("effort", effort, EFFORTS)):
        if value not in names:
            raise OptionError(f'{name} is "{value}": it must be one of {", ".join(names)}')
    if not 0 <= seed <= 2**32 - 1:
        raise OptionError(f"seed is {seed}: it must be between 0 and {2**32 - 1}")
    check_workers(workers)
    lattice = choose_lattice(len(table), aspect=aspect, columns=columns, rows=rows, last="centre")
    nobody = np.full(lattice.mask.shape, NOBODY, np.int64)
    ground = Ground(lattice.mask, nobody, np.arange(len(table)), wrap)
    settings = Settings(EFFORTS[effort], seed, thread_count(workers))
    arranged = nobody.copy()
    with threadpool_limits(limits=1, user_api="blas"):
        arranged[lattice.mask] = METHODS[method](_tame(table), ground, settings, progress=progress)
    return arranged


def _tame(table: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """The same vectors about their mean, none of whose numbers exceeds 1."""
    scaled = table / max(float(np.abs(table).max()), np.finfo(np.float64).tiny)
    scaled -= scaled.mean(axis=0)
    return np.asarray(scaled / max(float(np.abs(scaled).max()), np.finfo(np.float64).tiny), np.float32)

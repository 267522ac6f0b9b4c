"""The verb that teaches a library what its filters are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musivum.api._library import AnyPath, open_tiles
from musivum.errors import OptionError
from musivum.progress import Progress, silent
from musivum.threads import check_workers, thread_count

if TYPE_CHECKING:
    from musivum.engines.fractal import Calibration

_FEWEST, _MOST = 16, 100_000


def library_calibrate(
    library: AnyPath | None = None,
    *,
    windows: int = 400,
    seed: int = 0,
    workers: int | None = None,
    progress: Progress = silent,
) -> Calibration:
    """Estimate how a library's matches and strangers differ in the filters of lightness, and keep it with the library.

    The fractal engine's retrieval "match-pdf" goes by what is kept; where nothing is, it estimates the same anew.

    Parameters
    ----------
    library
        Folder of the library; the built-in one by default.
    windows
        How many windows to cut out of the photos for it, 16 to 100,000.
    seed
        Another number, other windows.
    workers
        Threads; by default one a processor. The outcome does not depend on it.

    Raises
    ------
    LibraryError
        If there is no library, or it cannot be read or written.
    OptionError
        If an option is out of range or the library has too few photos.
    """
    from musivum.engines.fractal import calibrate, keep_densities

    if not _FEWEST <= windows <= _MOST:
        raise OptionError(f"windows is {windows}: it must be between {_FEWEST} and {_MOST}")
    if not 0 <= seed < 2**32:
        raise OptionError(f"seed is {seed}: it must be between 0 and {2**32 - 1}")
    check_workers(workers)
    opened = open_tiles(library, progress=progress)
    found = calibrate(opened, windows=windows, seed=seed, workers=thread_count(workers), progress=progress)
    keep_densities(opened.path, found.densities)
    return found

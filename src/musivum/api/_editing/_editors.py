"""How the plans of each engine are edited."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.api._editing._collage import edit_collage
from musivum.api._editing._mosaic import Outcome, edit_mosaic
from musivum.api._editing._wishes import Wishes
from musivum.library import Library
from musivum.plan import Plan
from musivum.progress import Progress


class Case(NamedTuple):
    """A plan to be edited.

    Attributes
    ----------
    library
        All photos of the plan, also those whose files are gone.
    welcome
        (tiles,) those of them that a search may bring in.
    """

    plan: Plan
    library: Library
    wishes: Wishes
    welcome: npt.NDArray[np.bool_]
    workers: int | None
    progress: Progress

    @property
    def pins(self) -> npt.NDArray[np.int64]:
        """Rows of the photos that are wanted by name."""
        return np.array(sorted(self.wishes.pins.values()), np.int64)


def _grid(case: Case) -> Outcome:
    from musivum.engines.grid import GridResolver

    resolver = GridResolver(case.plan, case.library, case.welcome, case.pins, case.workers, case.progress)
    return edit_mosaic(case.plan, case.library, case.wishes, resolver)


def _fractal(case: Case) -> Outcome:
    from musivum.engines.fractal import FractalResolver

    resolver = FractalResolver(case.plan, case.library, case.welcome, case.pins, case.workers, case.progress)
    return edit_mosaic(case.plan, case.library, case.wishes, resolver)


def _arrange(case: Case) -> Outcome:
    from musivum.engines.arrange import ArrangeResolver

    resolver = ArrangeResolver(case.plan, case.library, case.workers, case.progress)
    return edit_collage(case.plan, case.library, case.wishes, resolver, case.welcome)


EDITORS: dict[str, Callable[[Case], Outcome]] = {"grid": _grid, "fractal": _fractal, "arrange": _arrange}
"""By the name of the engine."""

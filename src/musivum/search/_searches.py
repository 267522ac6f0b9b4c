"""The registry of searches: a name -> how nearest owners are found."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from musivum.errors import OptionError
from musivum.progress import Progress, silent
from musivum.search._dictionary import Dictionary
from musivum.search._exact import nearest_owners
from musivum.search._neighbours import Neighbours


class Search(Protocol):
    """Finds the k nearest owners of each query; `nearest_owners` tells what the arguments mean."""

    def __call__(
        self,
        queries: npt.NDArray[np.float32],
        dictionary: Dictionary,
        k: int,
        *,
        prices: npt.NDArray[np.float32] | None = None,
        weights: npt.NDArray[np.float32] | None = None,
        workers: int = 1,
        progress: Progress = silent,
    ) -> Neighbours: ...


SEARCHES: dict[str, Search] = {"exact": nearest_owners}
"""Searches by name; a new one is a file with its function and a line here."""


def choose_search(name: str, rows: int) -> str:
    """Settle which search serves a dictionary of so many rows: "auto" or a name of `SEARCHES` -> such a name.

    Raises
    ------
    OptionError
        If there is none of that name, or it needs packages that are not installed.
    """
    if name == "auto":
        return "exact"
    if name not in SEARCHES:
        raise OptionError(f'there is no search called "{name}": there are auto, {", ".join(SEARCHES)}')
    return name

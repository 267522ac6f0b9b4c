"""The registry of searches: a name -> how nearest owners are found."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Protocol

import numpy as np
import numpy.typing as npt

from musivum.errors import OptionError
from musivum.progress import Progress, silent
from musivum.search._dictionary import Dictionary
from musivum.search._exact import nearest_owners
from musivum.search._faiss import nearest_owners_by_lists
from musivum.search._neighbours import Neighbours
from musivum.search._torch import nearest_owners_by_torch


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


SEARCHES: dict[str, Search] = {
    "exact": nearest_owners,
    "faiss": nearest_owners_by_lists,
    "torch": nearest_owners_by_torch,
}
"""Searches by name; a new one is a file with its function and a line here."""

_EXACT_ROWS = 150_000  # up to which exact search is the default
_WORTH = 16  # times sqrt(rows): queries that repay making the lists


def choose_search(name: str, rows: int, queries: int | None = None) -> str:
    """Settle which search serves a dictionary of so many rows: "auto" or a name of `SEARCHES` -> such a name.

    "auto" is exact up to 150,000 rows. Beyond, it is faiss where that is installed and there are queries enough to
    repay the making of its lists, about 16 sqrt(rows); never torch.

    Parameters
    ----------
    name
        What was asked for.
    rows
        How many rows will be searched.
    queries
        For how many queries, if that is known.

    Raises
    ------
    OptionError
        If there is none of that name, or it needs packages that are not installed.
    """
    if name == "auto":
        many = rows > _EXACT_ROWS and (queries is None or queries > _WORTH * rows**0.5)
        return "faiss" if many and find_spec("faiss") else "exact"
    if name not in SEARCHES:
        raise OptionError(f'there is no search called "{name}": there are auto, {", ".join(SEARCHES)}')
    if name != "exact" and not find_spec(name):
        raise OptionError(f'search "{name}" needs more packages: pip install "musivum[{name}]"')
    return name

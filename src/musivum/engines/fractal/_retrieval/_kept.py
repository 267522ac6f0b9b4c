"""Densities kept beside a library."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from musivum.atomic import replacing
from musivum.engines.fractal._retrieval._densities import Density
from musivum.engines.fractal._retrieval._filters import FILTERS
from musivum.errors import LibraryError

FILE = "match-densities.json"

_VERSION = 1

Densities = dict[str, Density]
"""By the names of `FILTERS`."""


def keep_densities(library: Path, densities: Densities) -> Path:
    """Put densities beside a library, in one piece whenever the writer is killed; returns the file.

    Raises
    ------
    LibraryError
        If they cannot be written.
    """
    path = library / FILE
    text = json.dumps({"version": _VERSION, "densities": {name: asdict(each) for name, each in densities.items()}})
    try:
        with replacing(path) as draft, open(draft, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as fault:
        raise LibraryError(f"cannot write {path} ({fault.strerror}); check its permissions and its space") from None
    return path


def kept_densities(library: Path) -> Densities | None:
    """The densities kept beside a library; None where there are none.

    Raises
    ------
    LibraryError
        If there is a file of them that cannot be read.
    """
    path = library / FILE
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        raise _unreadable(path) from None
    try:
        if told["version"] != _VERSION:
            raise ValueError
        densities = {name: _density(told["densities"][name], each.bins) for name, each in FILTERS.items()}
    except (KeyError, TypeError, ValueError):
        raise _unreadable(path) from None
    return densities


def _density(told: dict[str, Any], bins: int) -> Density:
    edges, matches, strangers = (tuple(map(float, told[name])) for name in ("edges", "matches", "strangers"))
    density = Density(edges, matches, strangers, float(told["weight"]))
    columns = np.array(edges), np.array([matches, strangers])
    if [column.shape for column in columns] != [(bins + 1,), (2, bins)]:
        raise ValueError
    finite = all(np.isfinite(column).all() for column in (*columns, density.weight))
    if not (finite and (np.diff(columns[0]) > 0).all() and (columns[1] > 0).all() and density.weight >= 0):
        raise ValueError
    return density


def _unreadable(path: Path) -> LibraryError:
    return LibraryError(f"{path} cannot be read; make it anew: musivum library calibrate {path.parent}")

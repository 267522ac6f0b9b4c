"""Favourites and bans, from a text file that a person writes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from musivum.api._names import PhotoNames
from musivum.errors import OptionError
from musivum.library import Library

_LEAST, _MOST = 0.001, 1000.0
_WORDS = {"ban": 0.0, "favourite": 2.0, "favorite": 2.0}


def read_weights(path: Path, library: Library) -> npt.NDArray[np.float64]:
    """Weights (tiles,) out of a file of lines ``WEIGHT PATTERN``.

    The weight is a number (0 bans, 1 is plain, 2 counts a photo's error half) or one of the words ban and favourite.
    The pattern is a name as of `PhotoNames`: ``IMG_1.jpg``, ``holiday/*``. Of several lines that match a photo
    the last counts; empty lines and those that begin with ``#`` are skipped.

    Raises
    ------
    OptionError
        If the file cannot be read, a line is not of this form, or a pattern matches no photo.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as fault:
        raise OptionError(f"cannot read the weights in {path}: {getattr(fault, 'strerror', None) or fault}") from None
    names = PhotoNames(library)
    weights = np.ones(len(library))
    for number, line in enumerate(lines, 1):
        words = line.split(maxsplit=1)
        if not words or words[0].startswith("#"):
            continue
        weight = _weight(words[0])
        if weight is None or len(words) < 2:
            raise OptionError(
                f'{path}, line {number}: write a weight (0, or 0.001 to 1000) and a pattern, such as "2 holiday/*"'
            )
        matches = names.called(words[1])
        if not matches:
            raise OptionError(f"{path}, line {number}: no photo of the library is called {words[1].strip()}")
        weights[matches] = weight
    return weights


def _weight(word: str) -> float | None:
    try:
        value = _WORDS[word.lower()] if word.lower() in _WORDS else float(word)
    except ValueError:
        return None
    return value if value == 0 or _LEAST <= value <= _MOST else None

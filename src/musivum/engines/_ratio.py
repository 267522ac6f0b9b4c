"""Ratios of width to height as people write them."""

from __future__ import annotations

import math
import re

from musivum.errors import OptionError

_RATIO = re.compile(r"(\d+(?:\.\d+)?)(?:[:/](\d+(?:\.\d+)?))?")


def ratio(name: str, text: str, *, otherwise: str) -> float:
    """Width over height of ``3:2``, ``3/2`` or ``1.5``.

    Parameters
    ----------
    name, otherwise
        Of the option, and the word that may stand there instead: for the message.

    Raises
    ------
    OptionError
        If it is none, or not between 1:10 and 10:1.
    """
    match = _RATIO.fullmatch(text)
    value = float(match[1]) / max(float(match[2] or 1), 1e-9) if match else math.nan
    if not 0.1 <= value <= 10:
        raise OptionError(f'{name} is "{text}": write width:height between 1:10 and 10:1, or {otherwise}')
    return value

"""Ratios of width to height as people write them."""

from __future__ import annotations

import math
import re

from musivum.errors import OptionError

_NUMBER = r"([0-9]+(?:[.,][0-9]+)?)"
_RATIO = re.compile(f"{_NUMBER}(?:[:/]{_NUMBER})?")
_QUOTED = 40  # characters of what is refused


def ratio(name: str, text: str, *, otherwise: str) -> float:
    """Width over height of ``3:2``, ``3/2``, ``1.5`` or ``1,5``.

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
    width, height = (float((side or "1").replace(",", ".")) for side in match.groups()) if match else (math.nan, 1.0)
    value = width / max(height, 1e-9)
    if not 0.1 <= value <= 10:
        line = " ".join(text.split())
        told = line if len(line) <= _QUOTED else f"{line[:_QUOTED]}..."
        raise OptionError(f'{name} is "{told}": write width:height between 1:10 and 10:1, or {otherwise}')
    return value

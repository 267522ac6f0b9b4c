"""Mixtures: several extractors, each with a weight, written as ``grid8*1 + cnn*0.3``."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from musivum.errors import OptionError
from musivum.features._extractor import Extractor
from musivum.features._extractors import extractor

_LEAST, _MOST = 1e-6, 1e6  # beyond, squares of vectors side by side leave the range of 32 bits


class Part(NamedTuple):
    """One voice of a mixture and how loud it is."""

    extractor: Extractor
    weight: float


def parse_mixture(text: str) -> tuple[Part, ...]:
    """Read extractors joined by ``+``, each perhaps followed by ``*`` and a weight from 1e-6 to 1e6, by default 1.

    Raises
    ------
    OptionError
        If there is no extractor of a name, one is named twice, or a weight is no such number.
    """
    parts: dict[str, Part] = {}
    for term in text.split("+"):
        name, star, number = term.partition("*")
        try:
            weight = float(number) if star else 1.0
        except ValueError:
            weight = math.nan
        if not _LEAST <= weight <= _MOST:
            raise OptionError(f'features "{text}": "{number.strip()}" is not a weight from {_LEAST:g} to {_MOST:g}')
        found = extractor(name)
        if found.name in parts:
            raise OptionError(f'features "{text}": {found.name} is there twice; add the weights up')
        parts[found.name] = Part(found, weight)
    return tuple(parts.values())


class Weighted(Protocol):
    """Anything that has an extractor and a weight."""

    @property
    def extractor(self) -> Extractor: ...
    @property
    def weight(self) -> float: ...


def mixture_name(parts: Iterable[Weighted]) -> str:
    """The text of a mixture with whole names and weights, such that equal texts mean equal vectors."""
    return " + ".join(f"{part.extractor.name}*{_number(part.weight)}" for part in parts)


def _number(value: float) -> str:
    return repr(float(value)).removesuffix(".0")

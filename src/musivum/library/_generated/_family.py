"""What a family of drawn tiles is: a sequence of parameters, and a function that draws one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import gcd, prod
from typing import Any, overload

import numpy as np
import numpy.typing as npt

Parameters = Mapping[str, Any]
Pixels = npt.NDArray[np.uint8]

_GOLDEN = 0.6180339887498949


@dataclass(frozen=True, slots=True)
class Family:
    """A family of drawn tiles.

    Attributes
    ----------
    name : str
        How its tiles' names begin.
    usual : int
        Tiles when no count is given.
    tiles : sequence of mappings
        The parameters of every tile, in an order whose every beginning is a good choice.
    draw : callable
        Takes parameters by name, returns the tile: sRGB uint8 of shape (SIDE, SIDE) for grey or (SIDE, SIDE, 3).
    """

    name: str
    usual: int
    tiles: Sequence[Parameters]
    draw: Callable[..., Pixels]


def label(parameters: Parameters) -> str:
    """``angle45-wave0.4``: names a tile within its family."""
    return "-".join(
        f"{name}{value:.4g}" if isinstance(value, float) else f"{name}{value}" for name, value in parameters.items()
    )


def _step(total: int) -> int:
    """A step coprime to `total`, so that 0, step, 2 step... modulo `total` visits all and begins evenly spread.

    Rounded from the golden ratio, whose multiples modulo 1 are as even as one sequence for every count can be.
    """
    step = max(1, round(total * _GOLDEN))
    while gcd(step, total) > 1:
        step += 1
    return step


class Spread(Sequence[Parameters]):
    """Every combination of the values of some parameters, without holding them, each beginning evenly spread.

    The combinations are numbered with the last parameter running fastest, and visited by multiples of one step: a
    lattice, which chooses from a fine grid at least as well as a coarser grid of equal size would.
    """

    def __init__(self, **axes: Sequence[Any]) -> None:
        self._axes = axes
        self._total = prod(len(values) for values in axes.values())
        self._step = _step(self._total)

    def __len__(self) -> int:
        return self._total

    @overload
    def __getitem__(self, index: int) -> Parameters: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Parameters]: ...
    def __getitem__(self, index: int | slice) -> Parameters | Sequence[Parameters]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self._total))]
        if not -self._total <= index < self._total:
            raise IndexError(index)
        number = index % self._total * self._step % self._total
        chosen = {}
        for name, values in reversed(self._axes.items()):
            number, place = divmod(number, len(values))
            chosen[name] = values[place]
        return dict(reversed(chosen.items()))


def spread(tiles: Sequence[Parameters]) -> list[Parameters]:
    """The same tiles in an order whose every beginning is taken evenly from all of them."""
    step = _step(len(tiles))
    return [tiles[i * step % len(tiles)] for i in range(len(tiles))]


def evenly(first: float, last: float, count: int) -> tuple[float, ...]:
    """`count` values from first to last, both included."""
    return tuple(np.linspace(first, last, count).tolist())


def by_ratio(first: float, last: float, count: int) -> tuple[float, ...]:
    """`count` values from first to last, each the same multiple of the one before."""
    return tuple(np.geomspace(first, last, count).tolist())


def angles(full: float, count: int) -> tuple[float, ...]:
    """`count` angles in degrees from 0 up to but not including `full`."""
    return tuple(full * k / count for k in range(count))

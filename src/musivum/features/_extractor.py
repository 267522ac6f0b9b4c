"""What an extractor is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.errors import OptionError


@dataclass(frozen=True, slots=True)
class Extractor:
    """A way to describe patches by vectors.

    Attributes
    ----------
    name
        Its whole name, such as ``grid8``: the same name and edition give the same vectors on every machine.
    side
        Pixels along each side of the patches that it wants.
    dimensions
        Length of its vectors.
    describe
        Patches (n, side, side, 3) in linear light 0..1 -> vectors (n, dimensions), float32, finite, C-contiguous. The
        vector of a patch does not depend on its companions.
    matches
        What two patches with like vectors share, in a few words.
    invariant
        What may differ between them all the same, in a few words.
    costly
        Whether it takes about a millisecond a patch or more: then each photo is described once, as a whole, and the
        vectors are kept with the library.
    edition
        What else decides the vectors, such as which weights a network has here; "" where nothing does.
    """

    name: str
    side: int
    dimensions: int
    describe: Callable[[npt.NDArray[np.floating[Any]]], npt.NDArray[np.float32]]
    matches: str
    invariant: str
    costly: bool = False
    edition: str = ""

    @property
    def kind(self) -> str:
        """Name and edition: what vectors must share to be compared with each other."""
        return f"{self.name} {self.edition}".rstrip()


Maker = Callable[[int | None, str], Extractor]
"""Side of the patches (None for the usual one) and variant (what follows a colon, or "") -> the extractor.

Raises OptionError where there is no such side or variant, or an extra is missing.
"""


def no_variant(family: str, variant: str) -> None:
    """Raise OptionError if a variant was asked of a family that has none."""
    if variant:
        raise OptionError(f"{family}:{variant}: {family} has no variants")


def side_within(family: str, side: int, least: int, most: int, step: int = 1) -> int:
    """Return `side`; raise OptionError unless it is a multiple of `step` from `least` to `most`."""
    if least <= side <= most and side % step == 0:
        return side
    multiple = f" and a multiple of {step}" if step > 1 else ""
    raise OptionError(f"{family}{side}: the side of the patches of {family} must be {least} to {most}{multiple}")

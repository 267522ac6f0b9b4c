"""How a method is to work."""

from __future__ import annotations

from typing import NamedTuple


class Effort(NamedTuple):
    """How finely photos are sorted.

    Attributes
    ----------
    decay
        Each smoothing's radius as a share of the one before, below 1.
    epsilon
        Of the last auctions, in standard deviations of what photos gain.
    window
        Cells along each side of the windows that large maps are sorted in.
    """

    decay: float
    epsilon: float
    window: int


EFFORTS: dict[str, Effort] = {
    "fast": Effort(0.8, 0.02, 10),
    "normal": Effort(0.9, 0.004, 12),
    "best": Effort(0.98, 0.002, 16),
}
"""By name, from the quickest to the best."""


class Settings(NamedTuple):
    """What the methods are told beside photos and places; each heeds what concerns it.

    Attributes
    ----------
    effort
        Of sorting.
    seed
        Another number, another arrangement.
    workers
        Threads; the arrangement does not depend on it.
    """

    effort: Effort = EFFORTS["normal"]
    seed: int = 0
    workers: int = 1

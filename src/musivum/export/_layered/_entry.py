"""One layer of a picture, and what may be asked of all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.errors import OptionError

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerOptions:
    """What programs that open layers get to see.

    Parameters
    ----------
    hidden
        How many of each place's next-best photos become hidden layers above it; 1 by default if the plan keeps any.
    most_layers
        Beyond so many photos, each group becomes one layer; 2000 by default, no limit for --layers.
    """

    hidden: int | None = None
    most_layers: int | None = None

    def __post_init__(self) -> None:
        if self.hidden is not None and self.hidden < 0:
            raise OptionError(f"hidden is {self.hidden}: it must be 0 or more photos for a place")
        if self.most_layers is not None and self.most_layers < 1:
            raise OptionError(f"most-layers is {self.most_layers}: it must be 1 or more")


class Entry(NamedTuple):
    """One layer.

    Attributes
    ----------
    kind
        background, target, photo, alternate, group, overlay or captions.
    name
        For people: one line of at most 150 characters, without any that are not seen.
    group
        Name of the group that it is in; "" for none. Entries of one group follow each other.
    x, y, width, height
        In output pixels, inside the picture.
    strips
        Its pixels from top to bottom, (k, width, 4) with opacity in the fourth channel, or (k, width, 3), drawn while
        one goes through them, once. Entries must be gone through in turn.
    opacity
        0..1, of all of it, besides.
    placement, source
        Of photos and alternates: the row in the plan, and the photo's file; else -1 and "".
    rank
        1 for the best of the alternates, 2 for the next; else 0.
    """

    kind: str
    name: str
    group: str
    x: int
    y: int
    width: int
    height: int
    strips: Iterable[Pixels]
    opacity: float = 1.0
    visible: bool = True
    placement: int = -1
    source: str = ""
    rank: int = 0

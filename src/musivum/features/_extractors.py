"""The registry of extractors: a name such as ``grid8`` -> what turns patches into vectors."""

from __future__ import annotations

import re

from musivum.errors import OptionError
from musivum.features._backbone import backbones
from musivum.features._cnn import networks
from musivum.features._color_grid import grid
from musivum.features._deviation import deviations
from musivum.features._extractor import Extractor, Maker
from musivum.features._gabor import gabors
from musivum.features._gfd import descriptors
from musivum.features._gradient import gradients
from musivum.features._histogram import histograms
from musivum.features._hsv import color_histograms
from musivum.features._pixels import pixels
from musivum.features._scattering import scatterings
from musivum.features._steerable import steerables

_MOST_SIDE = 512

EXTRACTORS: dict[str, Maker] = {
    "grid": grid,
    "pixels": pixels,
    "gradient": gradients,
    "gabor": gabors,
    "steerable": steerables,
    "scattering": scatterings,
    "gfd": descriptors,
    "histogram": histograms,
    "hsv": color_histograms,
    "deviation": deviations,
    "cnn": networks,
    "torch": backbones,
}
"""Families by name; a new one is a file with its function and a line here."""


def extractor(name: str) -> Extractor:
    """Find an extractor by name: a family, perhaps the side of its patches, perhaps a colon and a variant.

    Raises
    ------
    OptionError
        If there is none of that name, or it needs packages that are not installed.
    """
    match = re.fullmatch(r"([a-z]+(?:-[a-z]+)*)(\d+)?(?::(.+))?", name.strip())
    if match is None or match[1] not in EXTRACTORS:
        raise OptionError(f'there are no features called "{name}": there are {", ".join(EXTRACTORS)}')
    side = None if match[2] is None else int(match[2])
    if side is not None and not 1 <= side <= _MOST_SIDE:
        raise OptionError(f"{name}: the number is the side of a patch in pixels, 1 to {_MOST_SIDE}")
    return EXTRACTORS[match[1]](side, match[3] or "")

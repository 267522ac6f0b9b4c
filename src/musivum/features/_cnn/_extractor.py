"""The family ``cnn``: what a small network sees in a patch."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.errors import OptionError
from musivum.features._cnn._graph import HEAD, STAGES
from musivum.features._cnn._network import EDITION, check_installed, network
from musivum.features._encoded import encoded
from musivum.features._extractor import Extractor, side_within
from musivum.features._metrics import unit_rows

_USUAL_SIDE, _USUAL_STAGE = 64, "1"
_STEP, _MOST_SIDE = 32, 256
_ACROSS = 4
_MEAN, _SCALE = 127 / 255, 255 / 128  # of the network's training, for sRGB 0..1


def describe(
    patches: npt.NDArray[np.floating[Any]], *, stages: int = len(STAGES), across: int | None = None
) -> npt.NDArray[np.float32]:
    """Describe each patch by what EfficientNet-Lite0 computes of it.

    Parameters
    ----------
    patches
        (n, side, side, 3) linear light, 0..1; the side a multiple of 32.
    stages
        How many of the network's seven stages, each coarser and more abstract than the one before.
    across
        The stage's channels are averaged over across x across squares, so that places matter; None takes the whole
        network and averages its last 1,280 channels over everything, so that they do not.

    Returns
    -------
    (n, channels * across * across) vectors of unit length: channels, then squares in reading order.
    """
    normal = ((encoded(patches) - np.float32(_MEAN)) * np.float32(_SCALE)).transpose(0, 3, 1, 2)
    run = network(patches.shape[1], stages, across)
    return unit_rows(run(np.ascontiguousarray(normal)))


def networks(side: int | None, variant: str) -> Extractor:
    """The family ``cnn``: a stage of EfficientNet-Lite0, ``1`` to ``7`` or ``head``, of patches of side x side.

    Without a variant it is the first stage: of all it finds the tiles nearest in colour and structure, and it is the
    fastest. ``head`` knows what is in a picture and nothing of where.
    """
    side = side_within("cnn", side or _USUAL_SIDE, _STEP, _MOST_SIDE, _STEP)
    variant = variant or _USUAL_STAGE
    if variant not in ("head", *map(str, range(1, len(STAGES) + 1))):
        raise OptionError(f"cnn:{variant}: cnn takes a stage of its network, 1 to {len(STAGES)}, or head")
    check_installed()
    name = f"cnn{side}:{variant}"
    if variant == "head":
        invariant = "place, size, colour and light"
        return Extractor(name, side, HEAD, describe, "the same subject", invariant, costly=True, edition=EDITION)
    stages = int(variant)
    own = side // math.prod((2, *(stage.stride for stage in STAGES[:stages])))
    across = max(n for n in range(1, _ACROSS + 1) if own % n == 0)
    return Extractor(
        name,
        side,
        STAGES[stages - 1].channels * across**2,
        partial(describe, stages=stages, across=across),
        "like textures and shapes in the same places",
        "contrast, and shifts within a square",
        costly=True,
        edition=EDITION,
    )

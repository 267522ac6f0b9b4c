"""Alternates in the place of chosen photos."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import numpy.typing as npt

from musivum.plan._alternates import Alternates
from musivum.plan._placements import Placements

_OWN = ("tile", "crop", "transform", "mirror", "mean", "shift")
_NEUTRAL = {"gain": 1.0, "slope": 0.0, "follow": 0.0}  # fitted to the chosen photo, of no use to another


def instead(
    photos: Placements, alternates: Alternates, place: npt.NDArray[np.int64], column: npt.NDArray[np.int64]
) -> Placements:
    """Placements of the places (m,), each with its own photo or with one of its alternates.

    Parameters
    ----------
    column
        (m,) column of the alternates, or -1 for the photo that was chosen. An alternate keeps the place's error,
        opacity, feather and factors.
    """
    stacked = {field.name: getattr(photos, field.name)[place] for field in fields(photos)}
    other = np.flatnonzero(column >= 0)
    for name in _OWN:
        stacked[name][other] = getattr(alternates, name)[place[other], column[other]]
    for name, value in _NEUTRAL.items():
        stacked[name][other] = value
    return Placements(**stacked)

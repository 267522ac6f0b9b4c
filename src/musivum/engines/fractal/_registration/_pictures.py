"""Pictures as the registration sees them: planes without mean, of unit contrast, averaged to any pitch."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from musivum.errors import OptionError

_FLAT = 1e-6  # of the largest value: some times what rounding to float32 adds to a flat picture


@dataclass(frozen=True, slots=True)
class Picture:
    """Planes (c, h, w) float32 with mean 0 in each and RMS 1 over all; `contrast` is the RMS they were divided by."""

    planes: npt.NDArray[np.float32]
    contrast: float

    @property
    def width(self) -> int:
        return int(self.planes.shape[2])

    @property
    def height(self) -> int:
        return int(self.planes.shape[1])

    @property
    def side(self) -> int:
        """The shorter side."""
        return min(self.width, self.height)

    def averaged(self, pitch: float) -> npt.NDArray[np.float32]:
        """Planes whose pixels are `pitch` >= 1 pixels of this picture wide, from the same origin.

        What is left of the last row and column, less than a pixel, is dropped, so that both axes keep one pitch.
        """
        if pitch == 1:
            return self.planes
        rows, columns = (math.floor(n / pitch + 1e-9) for n in self.planes.shape[1:])
        out = np.empty((len(self.planes), rows, columns), np.float32)
        _average(self.planes, pitch, out)
        return out


@njit(nogil=True, cache=True, error_model="numpy")
def _average(planes, pitch, out):  # type: ignore[no-untyped-def]
    channels, height, width = planes.shape
    _, rows, columns = out.shape
    line = np.empty(width, np.float32)
    for c in range(channels):
        for r in range(rows):
            begin, end = r * pitch, (r + 1) * pitch
            line[:] = 0
            for y in range(int(begin), min(int(np.ceil(end)), height)):
                weight = np.float32((min(end, y + 1.0) - max(begin, float(y))) / pitch)
                for x in range(width):
                    line[x] += weight * planes[c, y, x]
            for k in range(columns):
                begin, end = k * pitch, (k + 1) * pitch
                total = np.float32(0)
                for x in range(int(begin), min(int(np.ceil(end)), width)):
                    total += np.float32(min(end, x + 1.0) - max(begin, float(x))) * line[x]
                out[c, r, k] = total / np.float32(pitch)


def picture(name: str, values: npt.NDArray[Any]) -> Picture | None:
    """Take an (h, w) or (h, w, 3) array; None if it is flat.

    Raises
    ------
    OptionError
        If the array has another shape, or holds anything but finite numbers.
    """
    values = np.asarray(values)
    if values.ndim not in (2, 3) or (values.ndim == 3 and values.shape[2] != 3) or 0 in values.shape:
        raise OptionError(f"{name} has the shape {values.shape}: it must be (h, w) or (h, w, 3)")
    if values.dtype.kind not in "buif":
        raise OptionError(f"{name} holds {values.dtype}: it must hold numbers")
    planes = np.atleast_3d(values).transpose(2, 0, 1).astype(np.float64)
    largest = float(np.abs(planes).max())
    if not math.isfinite(largest):
        raise OptionError(f"{name} holds values that are not finite: replace them before it is registered")
    planes -= planes.mean(axis=(1, 2), keepdims=True)
    contrast = math.sqrt(float(np.mean(planes * planes)))
    if contrast <= _FLAT * largest:
        return None
    return Picture(np.ascontiguousarray(planes / contrast, np.float32), contrast)

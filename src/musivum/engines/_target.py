"""The small copy of the target that a plan keeps."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image

from musivum.color import srgb_from_linear
from musivum.features import linear_samples, shrink
from musivum.geometry import Size

_SIDE = 2048


def small_target(target: npt.NDArray[np.uint8], workers: int) -> bytes:
    """The target as a JPEG of at most 2048 pixels a side: what overlay, background and report need."""
    height, width, _ = target.shape
    size = Size(width, height).scaled(min(1.0, _SIDE / max(width, height)))
    if size != (width, height):
        target = srgb_from_linear(shrink(linear_samples(target), size, workers=workers))
    buffer = io.BytesIO()
    Image.fromarray(target).save(buffer, "JPEG", quality=95, subsampling=0)
    return buffer.getvalue()

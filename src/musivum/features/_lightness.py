"""OKLab lightness of patches: what the filters look at."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.color import LMS_OF_LINEAR, OKLAB_OF_ROOTS


def lightness(patches: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float32]:
    """Return the OKLab lightness (n, h, w), 0..1, of (n, h, w, 3) patches in linear light."""
    n, h, w, _ = patches.shape
    flat = np.ascontiguousarray(patches, dtype=np.float32).reshape(-1, 3)
    roots = np.cbrt(flat @ LMS_OF_LINEAR.T.astype(np.float32))
    return np.asarray((roots @ OKLAB_OF_ROOTS[0].astype(np.float32)).reshape(n, h, w))

"""Kernel: how much of a pixel a placement covers, from the distance to its outline."""

from typing import Any

import numpy as np
from numba import njit

from musivum.render._jobs import HEXAGON, TURNED

_TRACE = 1e-5  # the weight a hexagon keeps outside its edges, so that no notch between cells stays empty


@njit(nogil=True, cache=True, error_model="numpy")
def coverage(job: Any, x: float, y: float) -> Any:
    """Share 0..1 of the pixel with its middle at output (x, y) that the soft-edged, hexagonal or turned crop covers."""
    box = job.box
    x0, y0, x1, y1 = box[0], box[1], box[2], box[3]
    if job.shape == HEXAGON:
        half_w, half_h = (x1 - x0) / 2, (y1 - y0) / 2
        dx, dy = abs(x - (x0 + x1) / 2), y - (y0 + y1) / 2
        inside = half_w - dx
        if not (job.open[0] if dy < 0 else job.open[1]):
            slant = (half_w * half_h - half_h / 2 * dx - half_w * abs(dy)) / np.sqrt(
                half_h * half_h / 4 + half_w * half_w
            )
            inside = min(inside, slant)
        inside -= job.inset
        if job.inset == 0:
            return max(min(inside + 0.5, 1.0), _TRACE / (1.0 + max(-inside, 0.0)) ** 2)
        return min(max(inside + 0.5, 0.0), 1.0)
    if job.shape == TURNED:
        a, b, count = job.inverse[0], job.inverse[1], job.count
        u = a[0] * x + a[1] * y + a[2]
        v = b[0] * x + b[1] * y + b[2]
        scale_u, scale_v = np.sqrt(a[0] * a[0] + a[1] * a[1]), np.sqrt(b[0] * b[0] + b[1] * b[1])
        inside = min(min(u, count[0] - u) / scale_u, min(v, count[1] - v) / scale_v)
    else:
        inside = min(min(x - x0, x1 - x), min(y - y0, y1 - y))
    return min(max((inside + 0.5) / max(job.feather, 1.0), 0.0), 1.0)

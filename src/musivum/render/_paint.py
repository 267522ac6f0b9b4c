"""Kernels: placements onto a strip of linear light, and the strip to bytes.

A strip is planes (4, h, w) of float32: red, green, blue, and a weight that only hexagons use.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from musivum.color import LINEAR_OF_BYTE, srgb_from_linear
from musivum.render._resample import resample
from musivum.render._tint import tint_row

JOB = np.dtype(
    [
        ("offset", np.int64),  # the source image in its buffer
        ("width", np.int32),
        ("height", np.int32),
        ("start", np.float64, (2,)),  # taps along the source's x and y
        ("step", np.float64, (2,)),
        ("count", np.int32, (2,)),  # size of the whole patch, in the source's orientation
        ("outer", np.int32, (4,)),  # output pixels of the whole patch
        ("paint", np.int32, (4,)),  # output pixels that may be painted
        ("box", np.float64, (4,)),  # the drawn crop in output pixels, continuous
        ("swap", np.bool_),  # the source's x runs down the output
        ("flip", np.uint8, (2,)),  # the source's x, y runs against the output
        ("shape", np.int32),
        ("open", np.uint8, (2,)),  # a hexagon's upper, lower slanted edges lie at the border of the canvas
        ("inset", np.float64),  # output pixels by which a hexagon shrinks
        ("feather", np.float64),  # output pixels
        ("opacity", np.float32),
        ("inverse", np.float64, (2, 3)),  # output -> patch pixels, for turned crops
        ("tinted", np.bool_),
        ("gain", np.float32, (3,)),
        ("base", np.float32, (3,)),  # the tint at the left upper pixel of the patch
        ("tilt", np.float32, (2, 3)),  # its change per output pixel to the right, down
    ]
)
HARD, SOFT, HEXAGON, TURNED = 0, 1, 2, 3

_ZERO, _ONE = np.float32(0), np.float32(1)
_TRACE = 1e-5  # the weight a hexagon keeps outside its edges, so that no notch between cells stays empty
_STEPS = 4096
_START = srgb_from_linear(np.arange(_STEPS + 1, dtype=np.float32) / np.float32(_STEPS))


def _byte_edges() -> npt.NDArray[np.float32]:
    """The least linear light of each byte 1..255, and infinity: where `srgb_from_linear` steps up."""
    low, high = LINEAR_OF_BYTE[:-1].view(np.int32).copy(), LINEAR_OF_BYTE[1:].view(np.int32).copy()
    while (high - low > 1).any():
        middle = (low + high) // 2
        above = srgb_from_linear(middle.view(np.float32)) > np.arange(255)
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return np.append(high.view(np.float32), np.float32(np.inf))


_EDGES = _byte_edges()


@njit(nogil=True, cache=True, error_model="numpy")
def _coverage(job: Any, x: float, y: float) -> Any:
    """Share 0..1 of the pixel with its middle at output (x, y) that the soft-edged, hexagonal or turned crop covers."""
    x0, y0, x1, y1 = job.box[0], job.box[1], job.box[2], job.box[3]
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
        scale_u = np.sqrt(job.inverse[0, 0] ** 2 + job.inverse[0, 1] ** 2)
        scale_v = np.sqrt(job.inverse[1, 0] ** 2 + job.inverse[1, 1] ** 2)
        u = job.inverse[0, 0] * x + job.inverse[0, 1] * y + job.inverse[0, 2]
        v = job.inverse[1, 0] * x + job.inverse[1, 1] * y + job.inverse[1, 2]
        inside = min(min(u, job.count[0] - u) / scale_u, min(v, job.count[1] - v) / scale_v)
    else:
        inside = min(min(x - x0, x1 - x), min(y - y0, y1 - y))
    return min(max((inside + 0.5) / max(job.feather, 1.0), 0.0), 1.0)


@njit(nogil=True, cache=True, error_model="numpy")
def paint(
    strip: npt.NDArray[np.float32], left: int, top: int, data: npt.NDArray[np.uint8], jobs: npt.NDArray[Any]
) -> None:
    """Paint jobs in order on the strip whose first pixel is output pixel (left, top).

    Boxes and turned crops are blended over what is there; hexagons are summed up with their weights.
    """
    rows, columns = strip.shape[1], strip.shape[2]
    line = np.empty((3, columns), np.float32)
    lab = np.empty((3, columns), np.float32)
    alpha = np.empty(columns, np.float32)
    base = np.empty(3, np.float32)
    for k in range(len(jobs)):
        job = jobs[k]
        x0, x1 = max(job.paint[0], left), min(job.paint[2], left + columns)
        y0, y1 = max(job.paint[1], top), min(job.paint[3], top + rows)
        n = x1 - x0
        if n <= 0 or y1 <= y0:
            continue

        # The part of the patch that these pixels show, first and last, in the patch's own orientation.
        u0, u1, v0, v1 = x0 - job.outer[0], x1 - job.outer[0], y0 - job.outer[1], y1 - job.outer[1]
        if job.shape == TURNED:
            a, b = job.inverse[0], job.inverse[1]
            x, y, w, h = x0 + 0.5, y0 + 0.5, float(n - 1), float(y1 - y0 - 1)
            u, v = a[0] * x + a[1] * y + a[2], b[0] * x + b[1] * y + b[2]
            u0 = int(np.floor(u + min(a[0] * w, 0.0) + min(a[1] * h, 0.0) - 0.5)) - 1
            u1 = int(np.floor(u + max(a[0] * w, 0.0) + max(a[1] * h, 0.0) - 0.5)) + 3
            v0 = int(np.floor(v + min(b[0] * w, 0.0) + min(b[1] * h, 0.0) - 0.5)) - 1
            v1 = int(np.floor(v + max(b[0] * w, 0.0) + max(b[1] * h, 0.0) - 0.5)) + 3
            u0, u1 = max(u0, 0), min(u1, job.count[0])
            v0, v1 = max(v0, 0), min(v1, job.count[1])
            if u1 <= u0 or v1 <= v0:
                continue
        else:
            if job.swap:
                u0, u1, v0, v1 = v0, v1, u0, u1
            if job.flip[0]:
                u0, u1 = job.count[0] - u1, job.count[0] - u0
            if job.flip[1]:
                v0, v1 = job.count[1] - v1, job.count[1] - v0
        patch = resample(
            data,
            job.offset,
            job.width,
            job.height,
            (job.start[0], job.start[1]),
            (job.step[0], job.step[1]),
            (u0, v0),
            (u1 - u0, v1 - v0),
        )
        du = -1 if job.flip[0] else 1
        dv = -1 if job.flip[1] else 1
        u_first = u1 - u0 - 1 if job.flip[0] else 0
        v_first = v1 - v0 - 1 if job.flip[1] else 0

        for y in range(y0, y1):
            if job.shape == TURNED:
                _fetch_turned(line, patch, job, u0, v0, x0, y, n)
            elif job.swap:
                u = u_first + du * (y - y0)
                for c in range(3):
                    for j in range(n):
                        line[c, j] = patch[c, v_first + dv * j, u]
            else:
                v = v_first + dv * (y - y0)
                for c in range(3):
                    for j in range(n):
                        line[c, j] = patch[c, v, u_first + du * j]
            if job.tinted:
                for c in range(3):
                    base[c] = job.base[c] + job.tilt[1, c] * np.float32(y - job.outer[1])
                tint_row(line, lab, n, job.gain, base, job.tilt[0], x0 - job.outer[0])
            i, first = y - top, x0 - left
            if job.shape == HARD and job.opacity == _ONE:
                for c in range(3):
                    for j in range(n):
                        strip[c, i, first + j] = line[c, j]
                continue
            if job.shape == HARD:
                for j in range(n):
                    alpha[j] = job.opacity
            else:
                for j in range(n):
                    alpha[j] = job.opacity * np.float32(_coverage(job, x0 + j + 0.5, y + 0.5))
            if job.shape == HEXAGON:
                for c in range(3):
                    for j in range(n):
                        strip[c, i, first + j] += alpha[j] * line[c, j]
                for j in range(n):
                    strip[3, i, first + j] += alpha[j]
            else:
                for c in range(3):
                    for j in range(n):
                        strip[c, i, first + j] += alpha[j] * (line[c, j] - strip[c, i, first + j])


@njit(nogil=True, cache=True, error_model="numpy")
def _fetch_turned(
    line: npt.NDArray[np.float32], patch: npt.NDArray[np.float32], job: Any, u0: int, v0: int, x0: int, y: int, n: int
) -> None:
    """Row of n output pixels from (x0, y) on, bilinear in a turned patch whose first pixel is (u0, v0)."""
    height, width = patch.shape[1], patch.shape[2]
    for j in range(n):
        x, yy = x0 + j + 0.5, y + 0.5
        u = job.inverse[0, 0] * x + job.inverse[0, 1] * yy + job.inverse[0, 2] - 0.5
        v = job.inverse[1, 0] * x + job.inverse[1, 1] * yy + job.inverse[1, 2] - 0.5
        u = min(max(u, 0.0), job.count[0] - 1.0)
        v = min(max(v, 0.0), job.count[1] - 1.0)
        iu, iv = int(u), int(v)
        fu, fv = np.float32(u - iu), np.float32(v - iv)
        a0, b0 = min(max(iu - u0, 0), width - 1), min(max(iv - v0, 0), height - 1)
        a1, b1 = min(max(iu - u0 + 1, 0), width - 1), min(max(iv - v0 + 1, 0), height - 1)
        for c in range(3):
            upper = patch[c, b0, a0] + fu * (patch[c, b0, a1] - patch[c, b0, a0])
            lower = patch[c, b1, a0] + fu * (patch[c, b1, a1] - patch[c, b1, a0])
            line[c, j] = upper + fv * (lower - upper)


@njit(nogil=True, cache=True, error_model="numpy")
def settle(strip: npt.NDArray[np.float32], background: npt.NDArray[np.float32], closed: bool) -> None:
    """Divide summed hexagons by their weights; what they leave free shows the background (3,), unless `closed`."""
    rows, columns = strip.shape[1], strip.shape[2]
    for i in range(rows):
        for j in range(columns):
            weight = strip[3, i, j]
            free = max(_ONE - weight, _ZERO)
            if (closed and weight > _ZERO) or weight > _ONE:
                for c in range(3):
                    strip[c, i, j] /= weight
            else:
                for c in range(3):
                    strip[c, i, j] += free * background[c]


@njit(nogil=True, cache=True, error_model="numpy")
def to_bytes(strip: npt.NDArray[np.float32], out: npt.NDArray[np.uint8]) -> None:
    """Nearest sRGB bytes (h, w, 3) of a strip."""
    rows, columns = strip.shape[1], strip.shape[2]
    for i in range(rows):
        for c in range(3):
            for j in range(columns):
                value = min(max(strip[c, i, j], _ZERO), _ONE)
                byte = _START[int(value * np.float32(_STEPS))]
                out[i, j, c] = byte + np.uint8(value >= _EDGES[byte])

"""Cutting pictures into patches: area averages, in linear light, of boxes with fractional edges."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from numba import njit

from musivum.color import LINEAR_OF_BYTE
from musivum.geometry import Size

_BLOCK = 1 << 15  # pixels of patches that are cut at once
_STRIP = 64
_SAMPLES_OF_BYTE = np.round(LINEAR_OF_BYTE * 65535).astype(np.uint16)


class PackedSamples(Protocol):
    """Pictures of different sizes in one flat array, as a library keeps its swatches."""

    @property
    def data(self) -> npt.NDArray[Any]: ...
    @property
    def offsets(self) -> npt.NDArray[np.int64]: ...
    @property
    def sizes(self) -> npt.NDArray[np.int32]: ...


def linear_samples(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint16]:
    """Linear light of sRGB bytes as 16-bit samples, 65535 for 1."""
    samples = np.empty(pixels.shape, np.uint16)
    for top in range(0, len(pixels), _STRIP):  # an index takes eight bytes a sample for as long as it is used
        samples[top : top + _STRIP] = _SAMPLES_OF_BYTE[pixels[top : top + _STRIP]]
    return samples


def patches(
    samples: npt.NDArray[np.uint16], boxes: npt.NDArray[np.float64], side: int, *, workers: int = 1
) -> npt.NDArray[np.float32]:
    """Average `boxes` of one picture down (or spread them up) to side x side pixels.

    Parameters
    ----------
    samples
        (h, w, 3) linear-light samples, see `linear_samples`.
    boxes
        (n, 4) x0, y0, x1, y1 in pixels of the picture; what lies outside repeats the border.

    Returns
    -------
    (n, side, side, 3) linear light, 0..1.
    """
    height, width, _ = samples.shape
    n = len(boxes)
    return _cut(
        samples.reshape(-1),
        np.zeros(n, np.int64),
        np.tile(np.array([width, height], np.int32), (n, 1)),
        boxes,
        side,
        workers,
    )


def shrink(samples: npt.NDArray[np.uint16], size: Size, *, workers: int = 1) -> npt.NDArray[np.float32]:
    """Average a picture of linear-light samples (h, w, 3) to another size, (height, width, 3) linear light 0..1."""
    height, width, _ = samples.shape
    x, y = np.linspace(0, width, size.width + 1), np.linspace(0, height, size.height + 1)
    corners = [np.tile(x[:-1], size.height), np.repeat(y[:-1], size.width)]
    corners += [np.tile(x[1:], size.height), np.repeat(y[1:], size.width)]
    return patches(samples, np.stack(corners, axis=1), 1, workers=workers).reshape(size.height, size.width, 3)


def tile_patches(
    packed: PackedSamples,
    tiles: npt.NDArray[np.integer[Any]],
    boxes: npt.NDArray[np.float64],
    side: int,
    *,
    workers: int = 1,
) -> npt.NDArray[np.float32]:
    """Average `boxes` of the packed pictures `tiles`, box i out of picture tiles[i], as in `patches`.

    The boxes are fractions of the picture's width and height, 0..1.
    """
    sizes = packed.sizes[tiles]
    return _cut(packed.data, packed.offsets[tiles], sizes, boxes * np.tile(sizes, 2), side, workers)


def _cut(
    data: npt.NDArray[np.uint16],
    offsets: npt.NDArray[np.int64],
    sizes: npt.NDArray[np.int32],
    boxes: npt.NDArray[np.float64],
    side: int,
    workers: int,
) -> npt.NDArray[np.float32]:
    data = np.asarray(data).view()
    data.flags.writeable = False  # as mapped files are: the kernel is then compiled once
    out = np.empty((len(boxes), side, side, 3), np.float32)
    step = max(1, _BLOCK // side**2)
    blocks = [slice(i, i + step) for i in range(0, len(boxes), step)]
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(lambda b: _average(data, offsets[b], sizes[b], boxes[b], out[b]), blocks))
    return out


@njit(nogil=True, cache=True, fastmath=True)
def _average(data, offsets, sizes, boxes, out):  # type: ignore[no-untyped-def]
    side = out.shape[1]
    scale = np.float32(1 / 65535)
    for i in range(boxes.shape[0]):
        width, height = sizes[i, 0], sizes[i, 1]
        step_x = (boxes[i, 2] - boxes[i, 0]) / side
        step_y = (boxes[i, 3] - boxes[i, 1]) / side
        for r in range(side):
            y0 = boxes[i, 1] + r * step_y
            y1 = y0 + step_y
            first_y, last_y = int(np.floor(y0)), int(np.ceil(y1)) - 1
            for c in range(side):
                x0 = boxes[i, 0] + c * step_x
                x1 = x0 + step_x
                first_x, last_x = int(np.floor(x0)), int(np.ceil(x1)) - 1
                red, green, blue, total = np.float32(0), np.float32(0), np.float32(0), np.float32(0)
                for y in range(first_y, max(last_y, first_y) + 1):
                    wy = np.float32(min(y1, y + 1.0) - max(y0, y * 1.0))
                    row = offsets[i] + np.int64(min(max(y, 0), height - 1)) * width * 3
                    for x in range(first_x, max(last_x, first_x) + 1):
                        weight = wy * np.float32(min(x1, x + 1.0) - max(x0, x * 1.0))
                        at = row + min(max(x, 0), width - 1) * 3
                        red += weight * data[at]
                        green += weight * data[at + 1]
                        blue += weight * data[at + 2]
                        total += weight
                factor = scale / total
                out[i, r, c, 0] = red * factor
                out[i, r, c, 1] = green * factor
                out[i, r, c, 2] = blue * factor

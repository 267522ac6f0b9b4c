"""Swatches: what a tile looks like from afar, as area averages in linear light."""

import numpy as np
import numpy.typing as npt

from musivum.color import LINEAR_OF_BYTE

SIDE = 32
"""Short side of a swatch in pixels, at most."""


def area_average(image: npt.NDArray[np.float32], height: int, width: int) -> npt.NDArray[np.float32]:
    """Mean of `image` (h, w, c) over each of height x width equal rectangles, fractional pixels by their share."""
    if image.shape[0] % height:
        # The axis that divides evenly is cheap and leaves little for the other.
        return _along_rows(_along_columns(image, width), height)
    return _along_columns(_along_rows(image, height), width)


def swatch_of(thumb: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint16]:
    """Swatch (h, w, 3) of a thumbnail: linear light, 0..65535, short side min(32, own)."""
    h, w = thumb.shape[:2]
    scale = min(1.0, SIDE / min(h, w))
    height, width = max(1, int(h * scale + 0.5)), max(1, int(w * scale + 0.5))
    linear = area_average(LINEAR_OF_BYTE[thumb], height, width)
    return (linear * 65535 + 0.5).astype(np.uint16)


def _along_rows(image: npt.NDArray[np.float32], count: int) -> npt.NDArray[np.float32]:
    own = len(image)
    if own == count:
        return image
    if own % count == 0:
        grouped = image.reshape(count, own // count, *image.shape[1:])
        summed: npt.NDArray[np.float32] = np.add.reduce(grouped, axis=1) * np.float32(count / own)
        return summed
    edges = np.arange(count + 1) * (own / count)
    below = np.minimum(edges.astype(np.intp), own - 1)
    fractions = (edges - below).astype(np.float32)[:, None, None] * image[below]
    whole = np.add.reduceat(image, below[:-1], axis=0)
    whole[-1] -= image[-1]
    whole[np.diff(below) == 0] = 0  # reduceat gives the element itself for an empty range
    averages: npt.NDArray[np.float32] = (whole + fractions[1:] - fractions[:-1]) * np.float32(count / own)
    return averages


def _along_columns(image: npt.NDArray[np.float32], count: int) -> npt.NDArray[np.float32]:
    turned: npt.NDArray[np.float32] = _along_rows(image.swapaxes(0, 1), count).swapaxes(0, 1)
    return turned

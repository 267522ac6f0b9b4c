"""Flat buffers of pixels that kernels read, whoever holds the bytes."""

from __future__ import annotations

import mmap
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit


class Image(NamedTuple):
    """Pixels (height, width, 3) at data[offset:]."""

    data: npt.NDArray[np.uint8]
    offset: int
    width: int
    height: int


def read_only(flat: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """A plain read-only view, so that kernels are compiled for one kind of array whatever holds the bytes."""
    view = np.asarray(flat, np.uint8).view(np.ndarray)
    view = np.ascontiguousarray(view).view()
    view.flags.writeable = False
    return view


def forget_pages(data: npt.NDArray[np.uint8]) -> None:
    """Give the pages of a memory map back to the system, which reads them again from its cache when needed.

    They count as memory of the process for as long as it likes; a large library has gigabytes.
    """
    base: Any = data
    while isinstance(base, np.ndarray):
        base = base.base
    if isinstance(base, memoryview):
        base = base.obj
    if isinstance(base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        base.madvise(mmap.MADV_DONTNEED)


@njit(nogil=True, cache=True, error_model="numpy")
def pitch(columns: int) -> int:
    """How far apart rows of so many floats, which are worked on together, ought to begin.

    A processor takes a reading for one of what was just written at a distance of 4096 bytes, and waits.
    """
    return (columns + 751) // 1024 * 1024 + 272

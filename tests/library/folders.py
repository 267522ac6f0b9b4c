"""Folders of small photos that all differ."""

import os

import numpy as np
from PIL import Image


def photo(seed, size=(48, 36)):
    """A smooth picture (h, w, 3) that no other seed makes."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 256, (4, 5, 3), np.uint8))
    return np.asarray(coarse.resize(size, Image.Resampling.BICUBIC))


def save(path, seed, size=(48, 36), **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(photo(seed, size)).save(path, **options)
    return path


def album(folder, count, start=0):
    """`count` photos in two levels of folders; returns their paths in order."""
    return [save(folder / f"{k % 3}" / f"{k:03d}.jpg", start + k) for k in range(count)]


def age(path, seconds=100):
    """Make a file look as if it had been written earlier."""
    status = os.stat(path)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns - seconds * 10**9))

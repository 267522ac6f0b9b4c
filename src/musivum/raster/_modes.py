"""Pixels of every kind to 8 bits a channel, before they are averaged."""

import numpy as np
from PIL import Image


def to_bytes(image: Image.Image) -> Image.Image:
    """`image` in a mode that can be averaged: L, RGB, CMYK, LAB, or RGBa (premultiplied) where anything is transparent.

    Premultiplied, so that the colour hidden under transparent pixels never bleeds into their neighbours. 16-bit grey
    is divided by 257; 32-bit integers count as 16-bit ones; floats are 0..1 and clipped.
    """
    mode = image.mode
    if mode.startswith("I"):
        wide = np.clip(np.asarray(image, np.int64), 0, 65535)
        return Image.fromarray(((wide * 255 + 32767) // 65535).astype(np.uint8))
    if mode == "F":
        unit = np.clip(np.nan_to_num(np.asarray(image, np.float32)), 0, 1)
        return Image.fromarray((unit * 255 + 0.5).astype(np.uint8))
    if image.has_transparency_data:
        return image.convert("RGBA").convert("RGBa")
    if mode in ("L", "RGB", "CMYK", "LAB"):
        return image
    return image.convert("L" if mode == "1" else "RGB")

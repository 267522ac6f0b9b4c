"""Shapes that a collage can take: outlines by name, letters, and the subject of a person's picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from musivum.errors import OptionError
from musivum.raster import lacking_letters

Outline = Callable[[], npt.NDArray[np.float64]]

_LONGER_SIDE = 512
_OVERSAMPLING = 4
_LETTER = "letter:"
_LONGEST_TEXT = 40
_BOLDER, _WIDER, _TRACKING = 8, 25, 70
_LEAST_CONTRAST = 0.1


def _heart() -> npt.NDArray[np.float64]:
    t = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return np.stack([16 * np.sin(t) ** 3, -y], axis=1)


def _regular(corners: int, inner: float = 1.0) -> npt.NDArray[np.float64]:
    """Corners on a circle, the first one on top; every second one at the radius `inner`."""
    t = 2 * np.pi * np.arange(corners) / corners
    radius = np.where(np.arange(corners) % 2, inner, 1.0)
    return np.stack([radius * np.sin(t), -radius * np.cos(t)], axis=1)


SHAPES: dict[str, Outline] = {
    "heart": _heart,
    "circle": lambda: _regular(720),
    "diamond": lambda: _regular(4),
    "star": lambda: _regular(10, 0.45),
    "hexagon": lambda: _regular(6),
}
"""Outlines by name, (k, 2) points x, y with y down, mirrored left to right; their size does not matter."""


def names_shape(name: str) -> bool:
    """Whether `shape_mask` takes it for a name and not for that of a file: a key of `SHAPES`, or letters."""
    return name in SHAPES or name.startswith(_LETTER)


def shape_mask(name: str) -> npt.NDArray[np.float32]:
    """(h, w) share 0 to 1 of each pixel that a built-in shape covers; the longer side of an outline has 512 pixels.

    Parameters
    ----------
    name
        A key of `SHAPES`, or ``"letter:"`` and a text of up to 40 letters such as ``"letter:LOVE"``.

    Raises
    ------
    OptionError
        If there is no such shape, or nothing to see of the text.
    """
    if name.startswith(_LETTER):
        return _text_mask(name.removeprefix(_LETTER))
    if name not in SHAPES:
        raise OptionError(f"there is no shape {name!r}: choose from {', '.join(SHAPES)}, {_LETTER}A, or name a picture")
    points = SHAPES[name]()
    low, high = points.min(axis=0), points.max(axis=0)
    scale = _LONGER_SIDE / (high - low).max()
    width, height = np.ceil((high - low) * scale - 1e-9).astype(int)
    picture = Image.new("L", (width * _OVERSAMPLING, height * _OVERSAMPLING))
    corners = ((points - low) * scale * _OVERSAMPLING).ravel().tolist()
    ImageDraw.Draw(picture).polygon(corners, fill=255)
    mask = _shares(np.asarray(picture.reduce(_OVERSAMPLING)))
    return np.asarray((mask + mask[:, ::-1]) / 2)  # Pillow treats left and right edges differently


def picture_mask(
    pixels: npt.NDArray[np.uint8], opacity: npt.NDArray[np.uint8] | None = None
) -> npt.NDArray[np.float32]:
    """The subject of a picture: what is opaque, or what differs from the ground in brightness.

    The ground is what most of the picture's border is, light or dark: a black cat on white and a white cat on black
    are the same cat.

    Parameters
    ----------
    pixels
        (h, w, 3) sRGB.
    opacity
        (h, w), 255 is opaque. If any pixel is half transparent or more, this alone is the shape.

    Returns
    -------
    ndarray of shape (h, w), float32
        0 to 1; from 0.5 on, a pixel is inside.

    Raises
    ------
    OptionError
        If the picture has one brightness, or all or none of it is inside.
    """
    if opacity is not None and (opacity < 128).any():
        mask = _shares(opacity)
    else:
        bright = _shares(pixels) @ np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)
        low, high = float(bright.min()), float(bright.max())
        if high - low < _LEAST_CONTRAST:
            raise OptionError("the shape's picture has one brightness: draw the shape dark on a light ground")
        mask = (bright - low) / (high - low)
        border = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
        if np.median(border) > 0.5:
            mask = 1 - mask
    if (mask >= 0.5).all() or not (mask >= 0.5).any():
        raise OptionError("all or nothing of the shape's picture is inside: draw the shape dark on a light ground")
    return mask


def _text_mask(text: str) -> npt.NDArray[np.float32]:
    """The text in Pillow's own font, bolder and wider set so that photos fit into its strokes and part its letters."""
    from scipy import ndimage

    if not text.strip() or len(text) > _LONGEST_TEXT:
        raise OptionError(f"the shape {_LETTER} needs 1 to {_LONGEST_TEXT} letters, such as {_LETTER}A")
    font = cast(ImageFont.FreeTypeFont, ImageFont.load_default(_LONGER_SIDE))
    if missing := lacking_letters(font, text):
        raise OptionError(f"the built-in font has no letter {missing[0]!r}: write another, or give a picture of it")
    advances = [font.getlength(letter) + _TRACKING for letter in text]
    picture = Image.new("L", (int(sum(advances)) + _LONGER_SIDE, 2 * _LONGER_SIDE))
    draw, x = ImageDraw.Draw(picture), _LONGER_SIDE / 2
    for letter, advance in zip(text, advances, strict=True):
        draw.text((x, 1.4 * _LONGER_SIDE), letter, fill=255, font=font, anchor="ls", stroke_width=_BOLDER)
        x += advance
    return _shares(ndimage.maximum_filter1d(np.asarray(picture.crop(picture.getbbox())), _WIDER))


def _shares(levels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    return np.asarray(levels / np.float32(255), dtype=np.float32)

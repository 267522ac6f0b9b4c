"""EXIF orientation."""

from PIL import Image

_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

SELF_ORIENTING = frozenset({"TIFF", "HEIF"})
"""Formats whose decoder turns the picture itself."""


def turn_of(image: Image.Image) -> Image.Transpose | None:
    """How the stored pixels must be turned to stand upright; None where nothing (sensible) is said."""
    try:
        return _UPRIGHT.get(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # a damaged EXIF block raises a dozen kinds; the picture itself is fine
        return None


def swaps_axes(turn: Image.Transpose | None) -> bool:
    """Whether width and height change places."""
    return turn in (
        Image.Transpose.TRANSPOSE,
        Image.Transpose.TRANSVERSE,
        Image.Transpose.ROTATE_90,
        Image.Transpose.ROTATE_270,
    )

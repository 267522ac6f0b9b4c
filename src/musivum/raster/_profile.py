"""ICC profiles to sRGB."""

from functools import lru_cache
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms

# A transform is shared by threads: without its one-pixel cache it holds no state.
_NO_CACHE = 0x0040


@lru_cache(maxsize=64)
def _transform(profile: bytes, mode: str) -> Any:
    """Transform from `profile` to sRGB; None where it says sRGB already or does not fit pixels of this mode."""
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        if mode == "RGB" and "srgb" in ImageCms.getProfileDescription(source).lower():
            return None
        return ImageCms.buildTransform(
            source,
            ImageCms.createProfile("sRGB"),
            mode,
            "RGB",
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION | ImageCms.Flags(_NO_CACHE),
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """`image` (mode L, RGB, CMYK or LAB) as sRGB; a missing or damaged profile counts as sRGB.

    Relative colorimetric with black-point compensation, by LittleCMS.
    """
    transform = _transform(profile, image.mode) if profile else None
    if transform is not None:
        converted = ImageCms.applyTransform(image, transform)
        if converted is not None:
            return converted
    return image if image.mode == "RGB" else image.convert("RGB")

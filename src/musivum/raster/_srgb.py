"""The sRGB profile that is written into pictures."""

from functools import cache


@cache
def srgb_profile() -> bytes:
    """An ICC profile of sRGB, the same at any time."""
    from PIL import ImageCms

    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = bytes((7, 208, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0))  # not the clock: equal pictures are equal files
    return bytes(profile)

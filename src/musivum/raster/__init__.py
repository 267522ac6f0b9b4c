"""Pictures in and out: decode, orient, colour-manage, encode."""

from musivum.raster._decode import Decoded, decode
from musivum.raster._limits import DEFAULT_LIMITS, Limits

__all__ = ["DEFAULT_LIMITS", "Decoded", "Limits", "decode"]

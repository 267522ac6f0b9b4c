"""How large a picture may be before it is read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Largest picture that is decoded, against decompression bombs.

    Attributes
    ----------
    pixels : int
        Width times height as the file's header states it.
    bytes : int
        Size of the file.
    """

    pixels: int = 200_000_000
    bytes: int = 512 * 2**20


DEFAULT_LIMITS = Limits()

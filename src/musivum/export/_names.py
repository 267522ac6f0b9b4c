"""Names of files as text that can be written: they may hold bytes that are no text, and halves of characters."""

from __future__ import annotations

import re

_HALVES = re.compile("[\ud800-\udc7f\udd00-\udfff]")


def writable(text: str) -> str:
    """Text that UTF-8 writes with ``errors="surrogateescape"``, byte for byte as the file is named.

    Python stands U+DC80 to U+DCFF for bytes of a file's name that are no text (PEP 383); any other half of a character
    stands for nothing and becomes U+FFFD, the replacement character.
    """
    return _HALVES.sub("\ufffd", text)


def legible(text: str) -> str:
    """Text that UTF-8 writes as it is: bytes that are no text become U+FFFD as well."""
    return writable(text).encode("utf-8", "surrogateescape").decode("utf-8", "replace")

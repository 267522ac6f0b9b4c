"""TIFF files whose pixels come first, as they are encoded, and whose directories come last.

So pages can grow side by side in one pass, and whether offsets need 64 bits (BigTIFF) is known when they are written.

References
----------
.. [1] TIFF, revision 6.0, Adobe, 1992, section 2: header, directories, types of values.
.. [2] "The BigTIFF File Format", as libtiff reads and writes it since version 4.0.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import IO, NamedTuple

from musivum.geometry import Size

_MOST_CLASSIC = 2**32
_HEADER_BYTES = 16
_ENTRY_BYTES = 40  # at most, with its share of the directory, beside its values


class _Type(NamedTuple):
    """Of a tag's values: its number in the file, how each number of them is packed, numbers a value."""

    number: int
    code: str
    numbers: int = 1


SHORT, LONG, RATIONAL, UNDEFINED, LONG8 = _Type(3, "H"), _Type(4, "I"), _Type(5, "I", 2), _Type(7, "B"), _Type(16, "Q")

Tags = Mapping[int, tuple[_Type, Sequence[int]]]
"""Types and values by number of the tag."""

STRIPS, TILES = (273, 279), (324, 325)
"""The tags of where the pieces of a page are and how long."""


class _Kind(NamedTuple):
    """How directories are laid out: the number of entries, an entry without its value, an offset."""

    header: bytes
    number: str
    entry: str
    offset: str
    offsets: _Type


_CLASSIC = _Kind(b"II*\0", "<H", "<HHI", "<I", LONG)
_BIG = _Kind(b"II+\0\x08\0\0\0", "<Q", "<HHQ", "<Q", LONG8)


class TiffPage:
    """A page that is being written: its pieces in order, strips or tiles, and what its directory says of them.

    Parameters
    ----------
    pieces
        `STRIPS` or `TILES`; `tags` must hold their shape.
    """

    __slots__ = ("_lengths", "_offsets", "_pieces", "_size", "_tags")

    def __init__(self, size: Size, pieces: tuple[int, int], tags: Tags) -> None:
        self._size, self._pieces, self._tags = size, pieces, tags
        self._offsets: list[int] = []
        self._lengths: list[int] = []

    def add(self, file: IO[bytes], data: bytes) -> None:
        """Write the next piece at the end of the file."""
        self._offsets.append(file.tell())
        self._lengths.append(file.write(data))

    def entries(self, offset: _Type) -> Tags:
        """All that its directory says, with offsets of this type."""
        width, height = self._size
        starts, lengths = self._pieces
        return {
            256: (LONG, [width]),
            257: (LONG, [height]),
            starts: (offset, self._offsets),
            lengths: (LONG, self._lengths),
            **self._tags,
        }


def begin_tiff(file: IO[bytes]) -> None:
    """Leave room for the header."""
    file.write(bytes(_HEADER_BYTES))


def end_tiff(file: IO[bytes], pages: Sequence[TiffPage]) -> None:
    """Write the directories of pages, and the header before all of them."""
    directories = sum(_ENTRY_BYTES + 8 * len(values) for page in pages for _, values in page.entries(LONG8).values())
    kind = _CLASSIC if file.tell() + directories < _MOST_CLASSIC else _BIG
    following = 0
    for page in reversed(pages):
        following = _directory(file, page.entries(kind.offsets), kind, following)
    file.seek(0)
    file.write(kind.header + struct.pack(kind.offset, following))


def _directory(file: IO[bytes], entries: Tags, kind: _Kind, following: int) -> int:
    """Write a directory and the values that do not fit into it; where it begins."""
    inline = struct.calcsize(kind.offset)
    lines = [struct.pack(kind.number, len(entries))]
    for tag, (form, values) in sorted(entries.items()):
        data = struct.pack(f"<{len(values)}{form.code}", *values)
        if len(data) > inline:
            data = struct.pack(kind.offset, _at_even(file, data))
        lines.append(struct.pack(kind.entry, tag, form.number, len(values) // form.numbers) + data.ljust(inline, b"\0"))
    return _at_even(file, b"".join(lines) + struct.pack(kind.offset, following))


def _at_even(file: IO[bytes], data: bytes) -> int:
    file.write(bytes(file.tell() % 2))
    start = file.tell()
    file.write(data)
    return start

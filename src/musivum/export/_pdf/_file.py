"""The objects of a PDF, written one after the other.

References
----------
.. [1] ISO 32000-1:2008 (PDF 1.7): 7.3 objects, 7.5 file structure, 7.9.2 text strings.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import IO

from musivum.errors import OptionError

_MOST_BYTES = 10**10  # offsets have ten digits


class PdfFile:
    """A PDF that is written from its beginning to its end; only where each object lies is kept.

    A number names an object before it is written, so that others may refer to it. Where no number is given, the next
    one is taken; every method that writes an object returns its number.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._offsets: list[int] = []
        file.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")  # four bytes beyond ASCII tell that it is no text [1]

    def reserve(self) -> int:
        """The number of an object that will be written later."""
        self._offsets.append(-1)
        return len(self._offsets)

    def put(self, body: str, number: int | None = None) -> int:
        """Write an object in ASCII."""
        number = self._begin(number)
        self._file.write(f"{body}\nendobj\n".encode("ascii"))
        return number

    def stream(self, entries: str, write: Callable[[IO[bytes]], None], number: int | None = None) -> int:
        """Write a stream, whose dictionary has these entries and its length, by handing out the file."""
        length = self.reserve()
        number = self._begin(number)
        self._file.write(f"<< {entries} /Length {length} 0 R >>\nstream\n".encode("ascii"))
        first = self._file.tell()
        write(self._file)
        written = self._file.tell() - first
        self._file.write(b"\nendstream\nendobj\n")
        self.put(str(written), length)
        return number

    def deflated(self, data: bytes, entries: str = "") -> int:
        """Write a small stream, compressed."""

        def write(file: IO[bytes]) -> None:
            file.write(zlib.compress(data))

        return self.stream(f"{entries} /Filter /FlateDecode", write)

    def finish(self, catalog: int, info: int) -> None:
        """Write where everything is.

        Raises
        ------
        OptionError
            If the file is too large for that.
        """
        table = self._file.tell()
        if table >= _MOST_BYTES:
            raise OptionError("a PDF holds at most 10 GB: give a lower quality, or draw it smaller")
        count = len(self._offsets) + 1
        lines = [f"xref\n0 {count}\n0000000000 65535 f \n", *(f"{at:010d} 00000 n \n" for at in self._offsets)]
        trailer = f"trailer\n<< /Size {count} /Root {catalog} 0 R /Info {info} 0 R >>\nstartxref\n{table}\n%%EOF\n"
        self._file.write("".join([*lines, trailer]).encode("ascii"))

    def _begin(self, number: int | None) -> int:
        number = self.reserve() if number is None else number
        self._offsets[number - 1] = self._file.tell()
        self._file.write(f"{number} 0 obj\n".encode("ascii"))
        return number


def text_string(text: str) -> str:
    """Any text as a PDF has it in its dictionaries; halves of characters become question marks."""
    return f"<{(chr(0xFEFF) + text).encode('utf-16-be', 'replace').hex()}>"


def number(value: float) -> str:
    """A number in as few digits as print needs."""
    text = f"{value:.5f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def numbers(*values: float) -> str:
    """Numbers, with spaces between them."""
    return " ".join(map(number, values))

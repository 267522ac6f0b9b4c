"""Pictures that wait in one temporary file until it is known where they go."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Self


class Spool:
    """Pieces of bytes in the order in which they were added; the file has no name and is gone at the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ends = [0]

    def __enter__(self) -> Self:
        self._file = tempfile.TemporaryFile(dir=self._folder)
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, i: int) -> bytes:
        start, end = self._ends[i], self._ends[i + 1]
        self._file.seek(start)
        return self._file.read(end - start)

    def __iter__(self) -> Iterator[bytes]:
        return (self[i] for i in range(len(self)))

    @property
    def embedded_bytes(self) -> int:
        """Of all pieces in base 64, each with the end of its line."""
        return sum(4 * -(-(end - start) // 3) + 1 for start, end in pairwise(self._ends))

    def add(self, piece: bytes) -> int:
        """Put a piece at the end, and give its number."""
        self._file.seek(self._ends[-1])
        self._file.write(piece)
        self._ends.append(self._ends[-1] + len(piece))
        return len(self) - 1

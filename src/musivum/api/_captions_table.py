"""Captions out of a table that a person writes."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import NamedTuple

from musivum.errors import OptionError

_DELIMITER = re.compile("[,;\t]")
_QUOTED = re.compile('"[^"]*("|$)')
_PHOTO, _CAPTION = "photo", "caption"


class CaptionLine(NamedTuple):
    """A line of a table: which photos, and their caption."""

    photo: str
    caption: str


def read_captions(path: Path) -> list[CaptionLine]:
    """Lines of a CSV file in UTF-8, with or without a byte order mark.

    They are divided by what the first line has first: commas, semicolons or tabs, outside of quotation marks.

    The first column is the photo, the second its caption; if the first line has cells ``photo`` and ``caption``, it
    tells which columns they are, and others are ignored. Empty lines are skipped.

    Raises
    ------
    OptionError
        If the file cannot be read or is empty, or a line has not as many columns as it should.
    """
    number = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            delimiter = _DELIMITER.search(_QUOTED.sub("", file.readline()))
            file.seek(0)
            table = csv.reader(file, delimiter=delimiter[0] if delimiter else ",", strict=True)
            rows = []
            for row in table:
                number = table.line_num
                if any(map(str.strip, row)):
                    rows.append((number, row))
    except UnicodeDecodeError:
        raise OptionError(f"cannot read the captions in {path}: it is not UTF-8; save it as CSV in UTF-8") from None
    except OSError as fault:
        raise OptionError(f"cannot read the captions in {path}: {fault.strerror or fault}") from None
    except csv.Error as fault:
        raise OptionError(f"{path}, line {number + 1}: {fault}; put quotation marks in pairs") from None
    return _lines(path, rows)


def _lines(path: Path, rows: list[tuple[int, list[str]]]) -> list[CaptionLine]:
    photo, caption, columns = 0, 1, 2
    if rows:
        titles = [cell.strip().casefold() for cell in rows[0][1]]
        if _PHOTO in titles and _CAPTION in titles:
            photo, caption, columns = titles.index(_PHOTO), titles.index(_CAPTION), len(titles)
            rows = rows[1:]
    for number, row in rows:
        if len(row) != columns:
            raise OptionError(
                f"{path}, line {number}: not {columns} columns; write a photo and its caption, in "
                "quotation marks where it has commas"
            )
    if not rows:
        raise OptionError(f"{path} is empty: write lines of a photo and its caption")
    return [CaptionLine(row[photo].strip(), row[caption].strip()) for _, row in rows]

"""A line of text for each photo, and the font it is written in."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from musivum.api._captions_table import CaptionLine, read_captions
from musivum.api._font import check_font, lacking_words, usual_font
from musivum.api._library import AnyPath, user_path
from musivum.api._names import PhotoNames
from musivum.errors import OptionError
from musivum.library import Library

_NAMES = "names"


class CaptionWish(NamedTuple):
    """What a person asks of captions, read but not yet meant for photos; `lines` is None for the names of the files."""

    table: Path | None
    lines: Sequence[CaptionLine] | None
    font: Path | None


class Texts(NamedTuple):
    """Captions (n,) of the photos, the path of the font ("": Pillow's own), and what the person should know."""

    texts: list[str]
    font: str
    remarks: tuple[str, ...]


def captions_path(captions: AnyPath | None) -> Path | None:
    """The table that captions name; None for the names of the files."""
    return None if captions is None or os.fspath(captions) == _NAMES else user_path(captions)


def read_wish(captions: AnyPath | None, font: AnyPath | None) -> CaptionWish | None:
    """Read table and font.

    Raises
    ------
    OptionError
        If one cannot be read, or the font is for no captions.
    """
    face = None if font is None else user_path(font)
    if captions is None:
        if face is not None:
            raise OptionError("a font is for captions: ask for some with --captions, or leave it out")
        return None
    if face is not None:
        check_font(face)
    table = captions_path(captions)
    return CaptionWish(table, None if table is None else read_captions(table), face)


def caption_texts(wish: CaptionWish, library: Library, used: Library) -> Texts:
    """Captions of the photos that are `used` out of a library; "" where a table has none.

    Names of the table are looked for in the whole library, so that it may be about more photos than are shown.

    Raises
    ------
    OptionError
        If the table is about none of the photos.
    """
    remarks = []
    if wish.lines is None:
        texts = [PurePosixPath(source.replace("\\", "/")).stem for source in used.sources]
    else:
        found, strangers = _of_lines(wish.lines, library)
        if strangers == len(wish.lines):
            raise OptionError(f"{wish.table}: no photo is called as its lines say: write the ends of the photos' paths")
        if strangers:
            remarks.append(f"{wish.table}: {strangers:,} of {len(wish.lines):,} lines are about no photo that is here")
        texts = [found.get(id, "") for id in used.ids]
    if wish.font is not None:
        return Texts(texts, os.path.abspath(wish.font), tuple(remarks))
    font = usual_font(texts)
    if font.lacks:
        remarks.append(lacking_words(font))
    return Texts(texts, font.path, tuple(remarks))


def _of_lines(lines: Sequence[CaptionLine], library: Library) -> tuple[dict[str, str], int]:
    """Captions by tiles' ids, of several lines for a photo the last; and how many lines are about no photo."""
    names, strangers = PhotoNames(library), 0
    found: dict[str, str] = {}
    for line in lines:
        rows = names.called(line.photo)
        strangers += not rows
        found |= {library.ids[row]: line.caption for row in rows}
    return found, strangers

"""Lines of text over a mosaic, each with the box that it is fitted into."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

import numpy as np

from musivum.errors import PlanError
from musivum.plan._columns import FARTHEST, Column, DoubleArray, check_columns, check_finite

_LONGEST = 1000  # characters
_LARGEST = 1e7  # canvas pixels
# Controls, the separators of lines and paragraphs, and halves of characters, which stand for bytes that are no text.
_NO_TEXT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True, eq=False)
class Captions:
    """Lines of text, c of them, drawn over everything else.

    Attributes
    ----------
    text
        (c,) what is written, each on one line; `caption_text` makes such lines of any text.
    box
        (c, 4) x0, y0, x1, y1 in canvas pixels: the text is centred in it, and cut short with an ellipsis where it
        is too narrow for all of it. Nothing is drawn outside.
    size
        Canvas pixels to the em of the font.
    colour
        sRGB bytes.
    font
        Path of a font file, or "" for the one that is always there, which has Latin letters without accents only.

    Raises
    ------
    PlanError
        If the columns differ in length, a box is not finite or has no area, or a text is no single line.
    """

    text: tuple[str, ...]
    box: DoubleArray
    size: float
    colour: tuple[int, int, int]
    font: str = ""

    def __post_init__(self) -> None:
        check_columns(self, CAPTION_COLUMNS)
        if len(self.text) != len(self.box):
            raise PlanError(f"the plan has {len(self.text)} captions and {len(self.box)} boxes for them")
        check_finite("captions/box", self.box)
        if (self.box[:, 2:] <= self.box[:, :2]).any() or (np.abs(self.box) > FARTHEST).any():
            raise PlanError("plan column 'captions/box' holds a box without area, or too far off")
        if not 0 < self.size <= _LARGEST:
            raise PlanError("the plan's captions have a size that no font has")
        if [0 <= byte <= 255 for byte in self.colour] != [True] * 3:
            raise PlanError("the plan's captions have a colour that is not three bytes")
        for text in (*self.text, self.font):
            if len(text) > _LONGEST or _NO_TEXT.search(text):
                raise PlanError(f"the plan's captions hold a text that is not one line of {_LONGEST} characters")

    @classmethod
    def none(cls) -> Self:
        """No captions."""
        return cls((), np.zeros((0, 4)), 1.0, (0, 0, 0))

    def __len__(self) -> int:
        return len(self.text)


CAPTION_COLUMNS: dict[str, Column] = {"box": Column(np.float64, (4,))}


def caption_text(text: str) -> str:
    """Any text as a caption: on one line, without characters that cannot be written, and not too long."""
    line = " ".join(_NO_TEXT.sub(" ", text).split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"

"""Captions: text as shares of pixels, over everything else in linear light."""

from __future__ import annotations

import math
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from musivum.color import linear_from_srgb
from musivum.errors import OptionError, PlanError
from musivum.plan import Captions

_FINE = 32  # pixels to the em: smaller text is drawn larger, by powers of 2, and averaged, so that widths hardly change
_LEGIBLE = 1.0  # output pixels to the em, below which there is nothing to read
_REACH = 1.5  # ems: nothing is higher above the middle of a line, wider than this, or farther beyond the ends
_MOST = 64 * 2**20  # pixels of one line of text
_KEPT_WIDTHS = 4096  # of characters
_KEPT_BYTES = 64 * 2**20  # of lines, which the next strip needs again
_ELLIPSIS = "…"
_NEAREST = str.maketrans(
    {"–": "-", "—": "-", "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "Ø": "O", "ø": "o", "Ł": "L", "ł": "l", "ß": "ss"}
)


class _Line(NamedTuple):
    """How much of output pixels (h, w) a line of text covers, 0..255, the first of them at (left, top)."""

    left: int
    top: int
    share: npt.NDArray[np.uint8]


class Written(NamedTuple):
    """A caption as it is written: what fits into its box, the middle and the length of it in output pixels."""

    text: str
    x: float
    y: float
    length: float


class Lettering:
    """Captions, ready to be written on any strip of a drawing at one scale.

    Raises
    ------
    OptionError
        If a line of text would be too large to be drawn.
    PlanError
        If the font cannot be read.
    """

    def __init__(self, captions: Captions, scale: float) -> None:
        box = np.floor(captions.box * scale + 0.5).astype(np.int64)
        em = captions.size * scale
        there = (box[:, 2:] > box[:, :2]).all(axis=1) & (em >= _LEGIBLE)
        self._boxes = box[there]
        self._texts = [captions.text[k] for k in np.flatnonzero(there)]
        if not captions.font:
            self._texts = list(map(_in_plain_letters, self._texts))
        if not self._texts:
            return
        self._colour = linear_from_srgb(np.array([captions.colour], np.uint8))[0]
        self._reach, self._times = math.ceil(_REACH * em), 2 ** max(0, math.ceil(math.log2(_FINE / em)))
        sides = self._boxes[:, 2:] - self._boxes[:, :2]
        longest = 2 * self._reach + _REACH * em * np.array([len(text) for text in self._texts])
        most = np.minimum(sides, np.stack([longest, np.full(len(sides), 2 * self._reach)], axis=1)).prod(axis=1).max()
        if most > _MOST:
            raise OptionError(
                f"captions would be {em:,.0f} pixels high, which is too large: draw less large or without"
            )
        self._font = read_font(captions.font, em * self._times)
        self._width = lru_cache(_KEPT_WIDTHS)(self._font.getlength)
        self._line = lru_cache(1 + int(_KEPT_BYTES // most))(self._draw)
        self._one_at_a_time = Lock()  # a font has a state, and strips drawn at a time share lines

    @property
    def family(self) -> str:
        """Name of the font."""
        return self._font.getname()[0] or ""

    @property
    def drop(self) -> float:
        """Output pixels from the middle of a line down to the baseline."""
        ascent, descent = self._font.getmetrics()
        return float((ascent - descent) / 2 / self._times)

    def written(self) -> Iterator[Written]:
        """What is written where, for programs that set the letters themselves."""
        for text, (x0, y0, x1, y1) in zip(self._texts, self._boxes.tolist(), strict=True):
            fitted, length = self._fitted(text, self._times * (x1 - x0))
            if fitted:
                yield Written(fitted, (x0 + x1) / 2, (y0 + y1) / 2, length / self._times)

    def write(self, strip: npt.NDArray[np.float32], left: int, top: int) -> None:
        """Put the captions on top of a strip, planes of light and of what is free, whose first pixel is (left, top)."""
        bottom, right = top + strip.shape[1], left + strip.shape[2]
        box = self._boxes
        hit = (box[:, 0] < right) & (box[:, 2] > left) & (box[:, 1] < bottom) & (box[:, 3] > top)
        for k in np.flatnonzero(hit).tolist():
            with self._one_at_a_time:
                line = self._line(k)
            x0, y0 = max(line.left, left), max(line.top, top)
            x1, y1 = min(line.left + line.share.shape[1], right), min(line.top + line.share.shape[0], bottom)
            if x1 > x0 and y1 > y0:
                part = strip[:, y0 - top : y1 - top, x0 - left : x1 - left]
                share = line.share[y0 - line.top : y1 - line.top, x0 - line.left : x1 - line.left] / np.float32(255)
                share *= part[3]
                part[3] -= share
                part[:3] += self._colour[:, None, None] * share

    def _draw(self, k: int) -> _Line:
        """Caption k, which does not depend on what else is drawn."""
        (x0, y0, x1, y1), times = self._boxes[k].tolist(), self._times
        x, y = times * (x0 + x1) // 2, times * (y0 + y1) // 2  # the middle, in pixels of the glyphs
        text, length = self._fitted(self._texts[k], times * (x1 - x0))
        half = math.ceil(length / 2 / times) + self._reach
        left, right = max(x0, x // times - half), min(x1, x // times + half)
        top, bottom = max(y0, y // times - self._reach), min(y1, y // times + self._reach)
        glyphs = Image.new("L", (times * (right - left), times * (bottom - top)))
        at = (x - times * left, y - times * top)
        ImageDraw.Draw(glyphs).text(at, text, fill=255, font=self._font, anchor="mm")
        return _Line(left, top, np.asarray(glyphs.reduce(times)))

    def _fitted(self, text: str, width: float) -> tuple[str, float]:
        """The text, or its beginning with an ellipsis, or nothing where even that is too wide; and its length."""
        length = self._font.getlength(text)
        if length <= width:
            return text, length
        ends = list(accumulate(map(self._width, text)))
        for kept in range(bisect_right(ends, width - self._width(_ELLIPSIS)), -1, -1):
            beginning = text[:kept].rstrip() + _ELLIPSIS
            length = self._font.getlength(beginning)
            if length <= width:  # letters beside each other may be wider than each alone
                return beginning, length
        return "", 0.0


def read_font(path: str, size: float) -> ImageFont.FreeTypeFont:
    """A font of so many pixels to the em; without a path, the one that comes with Pillow.

    Raises
    ------
    PlanError
        If there is no such file, or it is no font.
    """
    try:
        if path and not Path(path).is_file():  # Pillow would look elsewhere for a font of that name
            raise FileNotFoundError("there is no such file")
        font = ImageFont.truetype(path, size) if path else ImageFont.load_default(size)
    except (OSError, ValueError) as fault:
        raise PlanError(
            f"the font {path} of the plan's captions cannot be read ({fault}): put it back, or draw without captions"
        ) from fault
    if isinstance(font, ImageFont.FreeTypeFont):
        return font
    raise PlanError("captions need Pillow with FreeType: install such a one, or draw without captions")


def _in_plain_letters(text: str) -> str:
    """A text without accents, as Pillow's font has none."""
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text.translate(_NEAREST)) if not unicodedata.combining(c))

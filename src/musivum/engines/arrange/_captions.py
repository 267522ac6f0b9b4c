"""Captions below photos."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musivum.color import LUMINANCE, linear_from_srgb
from musivum.engines.arrange._arrangement import Arrangement
from musivum.engines.arrange._options import ArrangeOptions
from musivum.plan import Captions, caption_text
from musivum.raster import colour_bytes

_EM = 0.6  # of the line's height
_LIGHT = 0.18  # luminance above which black shows better than white


def captions_of(made: Arrangement, texts: Sequence[str] | None, options: ArrangeOptions, font: str) -> Captions:
    """A line under each photo that has a text."""
    if texts is None or made.frame.band < 1:
        return Captions.none()
    written = [caption_text(texts[photo]) for photo in made.photos]
    there = [i for i, text in enumerate(written) if text]
    return Captions(
        text=tuple(written[i] for i in there),
        box=made.frame.captions(made.boxes[there]),
        size=_EM * made.frame.band,
        colour=_colour(options),
        font=font,
    )


def _colour(options: ArrangeOptions) -> tuple[int, int, int]:
    if options.caption_colour != "auto":
        return colour_bytes(options.caption_colour)
    ground = options.ground
    light = isinstance(ground, str) or linear_from_srgb(np.array(ground, np.uint8)) @ LUMINANCE > _LIGHT
    return (0, 0, 0) if light else (255, 255, 255)

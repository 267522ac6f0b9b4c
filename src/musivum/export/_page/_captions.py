"""The captions of a plan, for the page to write where it draws the photos itself."""

from __future__ import annotations

from typing import Any

import numpy as np

from musivum.color import LUMINANCE, linear_from_srgb, srgb_from_linear
from musivum.plan import Captions

_EM = 32.0  # pixels in which lengths are measured
_PADDING = 0.2  # of an em: letters may reach so far beyond the ends of their line
_HALF = 0.75  # of an em: and so far above and below its middle


def captions_of(said: Captions, *, grey: bool) -> dict[str, Any]:
    """Lines as the drawing has them, cut short where that cuts them; everything is in pixels of the canvas."""
    from musivum.render import Lettering

    lines = []
    if len(said):
        scale = _EM / said.size
        lettering = Lettering(said, scale)
        for text, x, y, length in lettering.written():
            half, em = length / 2 + _PADDING * _EM, _HALF * _EM
            box = [edge / scale for edge in (x - half, y - em, x + half, y + em)]
            lines.append({"text": text, "box": box, "baseline": (y + lettering.drop) / scale, "length": length / scale})
    colour = np.array(said.colour, np.uint8)
    if grey:
        colour = np.repeat(srgb_from_linear((linear_from_srgb(colour[None]) @ LUMINANCE).astype(np.float32)), 3)
    return {"size": said.size, "colour": colour.tolist(), "lines": lines}

"""A picture of where the error is."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from musivum.color import linear_from_oklab, srgb_from_linear
from musivum.export._score import target_pixels
from musivum.geometry import Size
from musivum.plan import Plan, bounds

_LONG_SIDE = 1000
_SUPERSAMPLING = 2
_FARTHEST = 1e6  # pixels; Pillow counts in 32 bits
_MARGIN, _LEGEND = 24, 64
_PAPER, _INK = (24, 24, 27), (228, 228, 231)
_TOP = 0.99  # of the placements have an error within the scale


def error_map(plan: Plan, label: str = "error") -> npt.NDArray[np.uint8]:
    """The target beside the error of each placement in its own shape, with a legend, as (h, w, 3) sRGB bytes.

    Brightness rises evenly with the error; the brightest colour stands for the worst hundredth of the placements.
    Without a target there is only the map. The label says what the errors are.
    """
    size = Size(*plan.canvas).scaled(_LONG_SIDE / max(plan.canvas))
    error = plan.placements.error.astype(np.float64)
    top = float(np.quantile(error, _TOP)) if len(error) else 0.0
    panels = [Image.fromarray(target_pixels(plan, size))] if plan.target else []
    panels.append(_placements(plan, size, _colours(error / top if top > 0 else error)))

    width = _MARGIN + sum(panel.width + _MARGIN for panel in panels)
    page = Image.new("RGB", (max(width, 320), size.height + 2 * _MARGIN + _LEGEND), _PAPER)
    left = _MARGIN
    for panel in panels:
        page.paste(panel, (left, _MARGIN))
        left += panel.width + _MARGIN
    _legend(page, (left - _MARGIN - panels[-1].width, _MARGIN + size.height + 16), panels[-1].width, top, label)
    if len(panels) == 2:
        draw = ImageDraw.Draw(page)
        draw.text((_MARGIN, _MARGIN + size.height + 16), "target", fill=_INK, font=ImageFont.load_default(16))
    return np.asarray(page)


def _placements(plan: Plan, size: Size, colours: npt.NDArray[np.uint8]) -> Image.Image:
    scale = np.array(size) / np.array(plan.canvas) * _SUPERSAMPLING
    image = Image.new("RGB", (size.width * _SUPERSAMPLING, size.height * _SUPERSAMPLING), (0, 0, 0))
    draw = ImageDraw.Draw(image)
    for outline, colour in zip((_outlines(plan) * scale).clip(-_FARTHEST, _FARTHEST), colours.tolist(), strict=True):
        draw.polygon([(x, y) for x, y in np.floor(outline + 0.5).tolist()], fill=tuple(colour))
    return image.resize((size.width, size.height), Image.Resampling.BOX)


def _outlines(plan: Plan) -> npt.NDArray[np.float64]:
    """Corners (n, 4 or 6, 2) of each placement on the canvas."""
    if plan.outline == "hexagon":
        x0, y0, x1, y1 = bounds(plan.placements).T
        x, quarter = (x0 + x1) / 2, (y1 - y0) / 4
        corners = ((x, y0), (x1, y0 + quarter), (x1, y1 - quarter), (x, y1), (x0, y1 - quarter), (x0, y0 + quarter))
        return np.stack([np.stack(corner, axis=1) for corner in corners], axis=1)
    crop, (scale, rotation, dx, dy) = plan.placements.crop, plan.placements.transform.T
    x, y = crop[:, [0, 2, 2, 0]], crop[:, [1, 1, 3, 3]]
    cos, sin = (scale * np.cos(rotation))[:, None], (scale * np.sin(rotation))[:, None]
    return np.stack([cos * x - sin * y + dx[:, None], sin * x + cos * y + dy[:, None]], axis=2)


def _colours(share: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """Dark blue over purple and orange to pale yellow; lightness is linear in the share, 0..1."""
    t = share.clip(0, 1)
    hue = np.radians(270 + 190 * t)
    chroma = 0.02 + 0.62 * t * (1 - t) * (1 - 0.15 * t) + 0.05 * t
    lab = np.stack([0.14 + 0.82 * t, chroma * np.cos(hue), chroma * np.sin(hue)], axis=-1)
    for _ in range(12):  # colours outside sRGB lose chroma, never lightness
        linear = linear_from_oklab(lab)
        outside = ((linear < -1e-4) | (linear > 1 + 1e-4)).any(axis=-1)
        lab[outside, 1:] *= 0.92
    return srgb_from_linear(linear_from_oklab(lab))


def _legend(page: Image.Image, at: tuple[int, int], width: int, top: float, label: str) -> None:
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(16)
    left, y = at
    draw.text((left, y), label, fill=_INK, font=font)
    beside = math.ceil(font.getlength(label)) + 12
    left += beside
    bar = max(60, min(width - beside - 68, 300))
    ramp = _colours(np.broadcast_to(np.linspace(0, 1, bar), (18, bar)))
    page.paste(Image.fromarray(ramp), (left, y + 1))
    marks: list[tuple[float, str, Any]] = [(0, "0", "la"), (0.5, f"{top / 2:.2g}", "ma"), (1, f"{top:.2g}", "ra")]
    for share, text, anchor in marks:
        draw.text((left + share * bar, y + 24), text, fill=_INK, font=font, anchor=anchor)

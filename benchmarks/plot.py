"""Curves as a picture: points on a logarithmic x axis, drawn with Pillow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

PANEL, MARGIN = (900, 640), (110, 30, 70, 90)  # width, height; left, right, top, bottom
TEXT, FAINT, PAPER = "#222222", "#dddddd", "#ffffff"
FONT, SMALL = ImageFont.load_default(22), ImageFont.load_default(18)


class Series(NamedTuple):
    """Points joined by a line, each with a text beside it, which may be empty."""

    name: str
    colour: str
    points: Sequence[tuple[float, float]]
    labels: Sequence[str] = ()


class Panel(NamedTuple):
    """A pair of axes."""

    title: str
    x_label: str
    y_label: str
    series: Sequence[Series]


def plot(path: Path, panels: Sequence[Panel]) -> None:
    """Draw panels side by side; y begins at 0."""
    picture = Image.new("RGB", (PANEL[0] * len(panels), PANEL[1]), PAPER)
    for number, panel in enumerate(panels):
        one = Image.new("RGB", PANEL, PAPER)
        _draw(ImageDraw.Draw(one), panel)
        picture.paste(one, (PANEL[0] * number, 0))
    picture.save(path)


def _draw(pen: ImageDraw.ImageDraw, panel: Panel) -> None:
    left, top, right, bottom = MARGIN[0], MARGIN[2], PANEL[0] - MARGIN[1], PANEL[1] - MARGIN[3]
    xs = [x for series in panel.series for x, _ in series.points]
    highest = max(y for series in panel.series for _, y in series.points)
    low, high = math.log10(min(xs)) - 0.08, math.log10(max(xs)) + 0.12
    step = _step(highest * 1.1)
    most = math.ceil(highest * 1.05 / step) * step

    def at(x: float, y: float) -> tuple[float, float]:
        across = (math.log10(x) - low) / (high - low)
        return left + across * (right - left), bottom - y / most * (bottom - top)

    for k in range(round(most / step) + 1):
        y = at(min(xs), k * step)[1]
        pen.line([(left, y), (right, y)], FAINT)
        pen.text((left - 10, y), f"{k * step:g}", TEXT, SMALL, anchor="rm")
    for power in range(math.floor(low), math.ceil(high)):
        for digit in (1, 2, 5):
            x = at(digit * 10.0**power, 0)[0]
            if left <= x <= right:
                pen.line([(x, top), (x, bottom)], FAINT)
                pen.text((x, bottom + 10), f"{digit * 10**power:,}", TEXT, SMALL, anchor="mt")
    pen.rectangle([left, top, right, bottom], outline=TEXT)
    pen.text(((left + right) / 2, top - 14), panel.title, TEXT, FONT, anchor="mb")
    pen.text(((left + right) / 2, bottom + 45), panel.x_label, TEXT, FONT, anchor="mt")
    pen.text((10, top - 14), panel.y_label, TEXT, SMALL, anchor="lb")
    for row, series in enumerate(panel.series):
        points = [at(x, y) for x, y in sorted(series.points)]
        pen.line(points, series.colour, 3, joint="curve")
        for x, y in points:
            pen.ellipse([x - 5, y - 5, x + 5, y + 5], series.colour)
        for (x, y), label in zip((at(*point) for point in series.points), series.labels, strict=False):
            pen.text((x + 8, y + 6), label, series.colour, SMALL)
        y = bottom - 20 - 28 * (len(panel.series) - row - 1)
        pen.line([(left + 20, y), (left + 60, y)], series.colour, 3)
        pen.text((left + 70, y), series.name, TEXT, SMALL, anchor="lm")


def _step(most: float) -> float:
    power = 10.0 ** math.floor(math.log10(most / 5))
    return next(power * digit for digit in (1, 2, 5, 10) if most / (power * digit) <= 8)

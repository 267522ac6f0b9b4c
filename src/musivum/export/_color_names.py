"""Plain English names of colours."""

from __future__ import annotations

import math

_GREYS = ((0.17, "black"), (0.32, "very dark grey"), (0.50, "dark grey"), (0.72, "grey"), (0.90, "light grey"))
# Upper ends of hues in degrees of OKLab, where sRGB's red is 29, yellow 110, green 142, blue 264, magenta 328.
_HUES = (
    (14, "pink"),
    (42, "red"),
    (84, "orange"),
    (118, "yellow"),
    (165, "green"),
    (210, "turquoise"),
    (278, "blue"),
    (313, "purple"),
    (350, "magenta"),
    (360, "pink"),
)
_LEAST_CHROMA = 0.025
_DULL, _VIVID = 0.07, 0.17


def colour_name(oklab: tuple[float, float, float]) -> str:
    """A name such as "dark blue" or "pale green" for a colour in OKLab."""
    lightness, a, b = oklab
    chroma = math.hypot(a, b)
    if chroma < _LEAST_CHROMA or lightness < 0.12:
        return next((name for limit, name in _GREYS if lightness < limit), "white")
    hue = math.degrees(math.atan2(b, a)) % 360
    name = next(name for limit, name in _HUES if hue <= limit)
    if name in ("orange", "red") and lightness < 0.62 and chroma < 0.14:
        name = "brown"
    elif name == "yellow" and lightness < 0.65:
        name = "olive"
    elif name in ("orange", "yellow") and chroma < 0.08:
        name = "beige"
    elif name == "magenta" and lightness < 0.5:
        name = "purple"
    return " ".join([*_shades(name, lightness, chroma), name])


def _shades(name: str, lightness: float, chroma: float) -> list[str]:
    dark = 0.32 if name in ("brown", "olive") else 0.45
    if lightness < dark / 1.6:
        return ["very dark"]
    if lightness < dark:
        return ["dark"]
    if lightness > 0.80 and name not in ("yellow", "beige"):
        return ["pale" if chroma < 2 * _DULL else "light"]
    if name == "beige":
        return ["light"] if lightness > 0.85 else []
    if chroma < _DULL and name not in ("brown", "olive"):
        return ["greyish"]
    return ["vivid"] if chroma > _VIVID else []

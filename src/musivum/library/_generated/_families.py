"""Families by name."""

from __future__ import annotations

import os
from collections.abc import Callable

from musivum.errors import OptionError
from musivum.library._generated._dct import dct
from musivum.library._generated._family import Family
from musivum.library._generated._gabor import gabor, original
from musivum.library._generated._glyphs import glyphs
from musivum.library._generated._gradients import gradients
from musivum.library._generated._gratings import gratings
from musivum.library._generated._shapes import shapes
from musivum.library._generated._solid import colours, solid

FAMILIES: dict[str, Callable[[], Family]] = {
    "gabor": gabor,
    "gratings": gratings,
    "gradients": gradients,
    "dct": dct,
    "solid": solid,
    "shapes": shapes,
    "glyphs": glyphs,
}
PRESETS: dict[str, dict[str, Callable[[], Family]]] = {"gabor": {"original": original}, "solid": {"colours": colours}}


def family(
    name: str, preset: str | None = None, *, font: str | os.PathLike[str] | None = None, text: str | None = None
) -> Family:
    """The family of this name, or a preset of it; `font` and `text` are for glyphs.

    Raises
    ------
    OptionError
        If there is none, it has no such preset, or the font or text is of no use.
    """
    if name not in FAMILIES:
        raise OptionError(f'there is no family "{name}" to generate; choose from {", ".join(FAMILIES)}')
    if preset is not None:
        presets = PRESETS.get(name, {})
        if preset not in presets:
            there = f"its presets are {', '.join(presets)}" if presets else "leave the preset out"
            raise OptionError(f'there is no preset "{preset}" of {name}; {there}')
        return presets[preset]()
    return glyphs(font, text) if name == "glyphs" else FAMILIES[name]()

"""Colours as people write them."""

from __future__ import annotations

from musivum.errors import OptionError


def colour_bytes(text: str) -> tuple[int, int, int]:
    """Red, green and blue of ``#rgb``, ``#rrggbb`` or a colour's English name.

    Raises
    ------
    OptionError
        If it is none of these.
    """
    from PIL import ImageColor

    try:
        return ImageColor.getrgb(text)[:3]
    except ValueError:
        raise OptionError(f'"{text}" is not a colour: write #rrggbb, or a name such as white') from None

"""What an SVG can be told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SvgOptions:
    """Where an SVG has its photos.

    Parameters
    ----------
    linked
        Refer to the photos' files, in their own colours, in place of putting pictures of them into the SVG.
    """

    linked: bool = False

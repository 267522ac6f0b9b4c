"""Wishes for single photos of a collage, as a person writes them: hero, pins and favourites."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from musivum.api._names import PhotoNames
from musivum.errors import OptionError
from musivum.library import Library

if TYPE_CHECKING:
    from musivum.engines.arrange import Wishes

AUTO = "auto"
_PIN = re.compile(r"(.+)=\s*(\d{1,6})\s*,\s*(\d{1,6})\s*", re.DOTALL)
_FAVOURITE = re.compile(r"(.+?)(?:=\s*(\d{1,6}))?\s*", re.DOTALL)
_CELLS, _MOST = 2, 100


class Named(NamedTuple):
    """Wishes by names of photos.

    Attributes
    ----------
    hero
        A name, `AUTO`, or None.
    pins
        Names, and column and row from 1.
    favourites
        Names or patterns, and cells along a side.
    """

    hero: str | None
    pins: tuple[tuple[str, int, int], ...]
    favourites: tuple[tuple[str, int], ...]


def named_wishes(hero: str | None, pin: Sequence[str], favourite: Sequence[str]) -> Named:
    """Read ``photo.jpg=COLUMN,ROW``, and ``photo.jpg`` (2 x 2 cells) or ``photo.jpg=3``.

    Raises
    ------
    OptionError
        If one is written otherwise.
    """
    pins, favourites = [], []
    for text in pin:
        match = _PIN.fullmatch(text)
        if match is None or not int(match[2]) or not int(match[3]):
            raise OptionError(f'the pin "{text}" is not of the form photo.jpg=COLUMN,ROW, counted from 1')
        pins.append((match[1], int(match[2]), int(match[3])))
    for text in favourite:
        match = _FAVOURITE.fullmatch(text)
        cells = int(match[2] or _CELLS) if match else 0
        if match is None or not _CELLS <= cells <= _MOST:
            raise OptionError(
                f'the favourite "{text}" is not of the form photo.jpg or photo.jpg=3, with {_CELLS} to {_MOST} cells'
            )
        favourites.append((match[1], cells))
    return Named(hero, tuple(pins), tuple(favourites))


def find_wishes(named: Named, library: Library) -> Wishes:
    """Find the photos of wishes in a library.

    Raises
    ------
    OptionError
        If a name is of no photo, or of several where it must be of one, or a photo is pinned twice.
    """
    from musivum.engines.arrange import TYPICAL, Wishes

    if named == Named(None, (), ()):
        return Wishes()
    names = PhotoNames(library)
    spans: dict[int, int] = {}
    for name, cells in named.favourites:
        rows = names.called(name)
        if not rows:
            raise OptionError(f"no photo is called {name}: leave out that favourite, or give the end of a photo's path")
        spans |= dict.fromkeys(rows, cells)
    pins: dict[int, tuple[int, int]] = {}
    for name, column, row in named.pins:
        photo = names.only(name)
        if photo in pins:
            raise OptionError(f"{name} is pinned twice: give it one place")
        pins[photo] = row - 1, column - 1
    hero = TYPICAL if named.hero == AUTO else None if named.hero is None else names.only(named.hero)
    return Wishes(hero, pins, spans)

"""What a person wishes of a plan: photos that go, that come into a place, or that change places with an alternate."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from musivum.api._editing._cells import FORM, NamedCells, is_place
from musivum.api._names import PhotoNames
from musivum.errors import OptionError
from musivum.library import Library
from musivum.plan import Plan, offered

_RANK = re.compile(r"\s*(\d{1,4})\s*", re.ASCII)


class Asked(NamedTuple):
    """Wishes as they were written: bans, and for pins and swaps the place and what comes after the sign."""

    ban: tuple[str, ...]
    pin: tuple[tuple[str, str], ...]
    swap: tuple[tuple[str, str], ...]
    resolve: bool


class Wishes(NamedTuple):
    """Wishes for places, counted from 0, and tiles of a library.

    Attributes
    ----------
    banned
        Ids of tiles.
    pins
        For places the rows of the library that come there.
    swaps
        For places the columns of their alternates.
    resolve
        Whether the library may be searched.
    """

    banned: frozenset[str]
    pins: Mapping[int, int]
    swaps: Mapping[int, int]
    resolve: bool


def read_wishes(ban: Sequence[str], pin: Sequence[str], swap: Sequence[str], resolve: bool) -> Asked:
    """Take wishes apart.

    Raises
    ------
    OptionError
        If there is none, or one is not of its form.
    """
    if not (ban or pin or swap or resolve):
        raise OptionError("nothing is asked for: give --ban, --pin, --swap or --resolve")
    for name in ban:
        if not name.strip():
            raise OptionError("a ban is empty: give a photo's name, or leave it out")
    pins = tuple(_parts("pin", text, "CELL=PHOTO, such as 12,7=baby.jpg") for text in pin)
    swaps = tuple(_parts("swap", text, "PLACEMENT=ALTERNATE, such as 118=2 or 118=baby.jpg") for text in swap)
    return Asked(tuple(ban), pins, swaps, resolve)


def _parts(kind: str, text: str, form: str) -> tuple[str, str]:
    place, sign, wish = text.partition("=")
    if not sign or not is_place(place) or not wish.strip():
        raise OptionError(f'the {kind} "{text}" is not of the form {form}; the place is {FORM}')
    return place, wish


def find_wishes(asked: Asked, plan: Plan, library: Library, cells: NamedCells) -> Wishes:
    """Find the places and photos of wishes.

    Raises
    ------
    OptionError
        If a place, a photo or an alternate is not there, or wishes contradict each other.
    """
    names = PhotoNames(library)
    banned: set[str] = set()
    for name in asked.ban:
        rows = names.called(name)
        if not rows:
            raise OptionError(f"no photo is called {name}: leave out that ban, or give the end of a photo's path")
        banned |= {library.ids[row] for row in rows}
    taken: dict[int, str] = {}
    pins, swaps = {}, {}
    for kind, wishes in (("pin", asked.pin), ("swap", asked.swap)):
        for place_text, wish in wishes:
            text, place = f"{kind} {place_text}={wish}", cells.place(place_text)
            if place in taken:
                raise OptionError(f"{taken[place]} and {text} are for one place: keep one of them")
            taken[place] = text
            if kind == "pin":
                pins[place] = names.only(wish)
                photo = library.ids[pins[place]]
            else:
                swaps[place] = _alternate(plan, place, wish, names, library)
                photo = plan.tiles.ids[plan.alternates.tile[place, swaps[place]]]
            if photo in banned:
                raise OptionError(f"{text}: that photo is banned, too; leave out one of these wishes")
    return Wishes(frozenset(banned), pins, swaps, asked.resolve)


def _alternate(plan: Plan, place: int, wish: str, names: PhotoNames, library: Library) -> int:
    """The column of the alternate that a rank, from 1, or a photo's name means."""
    columns = np.flatnonzero(offered(plan)[place])
    near = plan.alternates.tile[place]
    others = f"{len(columns)} other photo{'s' * (len(columns) != 1)}" if len(columns) else "no other photo"
    known = f"placement {place + 1} has {others} among its alternates"
    rank = _RANK.fullmatch(wish)
    if rank is not None:
        if not 1 <= int(rank[1]) <= len(columns):
            raise OptionError(f"swap {place + 1}={wish}: {known}; pin a photo there to have another")
        return int(columns[int(rank[1]) - 1])
    photos = {library.ids[row] for row in names.called(wish)}
    found = [int(column) for column in columns if plan.tiles.ids[near[column]] in photos]
    if not photos:
        raise OptionError(f"no photo is called {wish}: give its name, or the end of its path")
    if len(found) != 1:
        which = "none of these is" if not found else "several of these are"
        raise OptionError(
            f"swap {place + 1}={wish}: {known}, and {which} called so; pin the photo there, or give a rank"
        )
    return found[0]

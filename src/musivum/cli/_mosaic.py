"""What the commands of all engines ask and tell alike."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from musivum import api
from musivum.cli._index import skipped_words
from musivum.cli._text import count
from musivum.export import lies_freely, placed_sides
from musivum.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is written, and of which photos.

    Parameters
    ----------
    output
        File to write: .jpg, .png, .tif, .dzi, .html, .psd, .pdf, .mp4 or any other that musivum render writes.
    plan
        Plan to write (.mosaic), to draw the mosaic again with musivum render or to ask about it with musivum report.
    library
        Library of photos.
    photos
        Folder of photos, in place of a library; may be repeated. It is indexed into your cache first.
    importance
        Grey picture, stretched over the target: where it is bright, photos must match best.
    weight
        Text file of favourites and bans: lines such as "2 holiday/*" or "ban IMG_1.jpg".
    about
        Example picture (or a text, with open_clip); may be repeated. Only photos that are most like one are used.
    keep
        How many of them: a share of the library if below 1, else a number; a quarter by default.
    quality
        1 to 100, for JPEG and WebP.
    """

    output: Annotated[Path | None, Parameter(alias="-o")] = None
    plan: Annotated[Path | None, Parameter(alias="-p")] = None
    library: Annotated[Path | None, Parameter(alias="-l")] = None
    photos: Annotated[tuple[Path, ...], Parameter(negative=(), show_default=False, json_list=False)] = ()
    importance: Path | None = None
    weight: Path | None = None
    about: Annotated[tuple[str, ...], Parameter(negative=(), show_default=False, json_list=False)] = ()
    keep: float | None = None
    quality: int = 92

    @property
    def parameters(self) -> dict[str, Any]:
        """As the verbs take them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def built_in(self) -> bool:
        """Whether no photos were named, so that the mosaic is made of the built-in pictures."""
        return self.library is None and not self.photos


ASKED = Asked()


def outcome(mosaic: api.Mosaic) -> dict[str, Any]:
    """What JSON says of a mosaic."""
    pieces = "placements" if lies_freely(mosaic.plan) else "cells"
    return {
        "picture": mosaic.picture,
        "plan": mosaic.plan_path,
        "library": mosaic.library,
        "photos": mosaic.tiles,
        pieces: len(mosaic.plan.placements),
        "photos_used": photos_used(mosaic),
        "indexed": mosaic.indexed,
        "recipe": mosaic.plan.recipe,
        "statistics": mosaic.plan.statistics,
    }


def words(mosaic: api.Mosaic) -> Iterator[str]:
    """What a person is told of a mosaic: its files, what it consists of, and what could not be had."""
    if mosaic.indexed is not None:
        yield from skipped_words(mosaic.indexed, mosaic.library)
    yield from file_words(
        mosaic, f"{_pieces(mosaic.plan)}, {photos_used(mosaic):,} different photos of {mosaic.tiles:,}"
    )
    for relaxed in mosaic.plan.statistics.get("relaxed", ()):
        yield f"relaxed: {relaxed}"
    if clashes := mosaic.plan.statistics.get("clashes"):
        yield f"{count(clashes, 'cell')} nearer to another use of their photo than the spacing"


def file_words(mosaic: api.Mosaic, contents: str) -> Iterator[str]:
    """What a person is told of the files that were written, and of their contents."""
    if mosaic.picture is not None:
        yield f"{mosaic.picture.path}: {mosaic.picture.size.width} x {mosaic.picture.size.height} pixels, {contents}"
        yield from drawn_words(mosaic.picture)
    if mosaic.plan_path is not None:
        yield f"{mosaic.plan_path}: the plan" + (f", {contents}" if mosaic.picture is None else "")


def photos_used(mosaic: api.Mosaic) -> int:
    """How many different photos are on it."""
    return len(set(mosaic.plan.placements.tile.tolist()))


def built_in_words(command: str, target: Path) -> str:
    """What a person is told who named no photos."""
    return f"made of the built-in pictures; with your own: musivum {command} {target} --photos FOLDER -o mosaic.jpg"


def _pieces(plan: Plan) -> str:
    if not lies_freely(plan):
        return count(len(plan.placements), "cell")
    sides = placed_sides(plan)
    told = count(len(sides), "placement")
    if len(sides):
        told += f" of {sides.min():,.0f} to {sides.max():,.0f} pixels across"
    if levels := plan.statistics["levels"]:
        told += f" on {math.floor(100 * levels[-1]['coverage'])}% of the picture"
    return told


def drawn_words(picture: api.Picture) -> Iterator[str]:
    """What a person should know of how a picture was drawn; nothing when all is well."""
    yield from picture.remarks
    if picture.drawn is None:
        return
    if picture.drawn.missing:
        missing = count(picture.drawn.missing, "placement")
        yield f"{missing} drawn from thumbnails, because their photos are gone or changed"
    elif picture.drawn.upsampled:
        yield f"{count(picture.drawn.upsampled, 'placement')} drawn larger than the photo is: they will look soft"

"""``musivum grid``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from musivum import api
from musivum.cli._index import skipped_words
from musivum.cli._talk import TALK, Talk
from musivum.cli._text import count
from musivum.engines.grid import GridOptions

app = App(
    name="grid",
    help_epilogue="""The photos come from a library (musivum index), from folders (--photos), or,
with neither, from the built-in library of generated pictures.

Examples:
  musivum grid face.jpg --photos ~/Pictures -o mosaic.jpg
  musivum grid face.jpg --library photos -o mosaic.jpg --plan mosaic.mosaic
  musivum grid face.jpg --library photos -o large.png --tiles 10000 --width 90cm
  musivum grid face.jpg -l photos -o bricks.jpg --offset brick --aspect 3:2
  musivum grid face.jpg --library photos -o honest.jpg --tint 0 --copies 1
  musivum grid face.jpg -l photos -o beaches.jpg --about beach.jpg --keep 0.3
  musivum grid face.jpg --library patterns -o drawn.jpg --colour fit""",
    help_format="plaintext",
)


@app.default
def grid(
    target: Path,
    /,
    *,
    output: Annotated[Path | None, Parameter(alias="-o")] = None,
    plan: Annotated[Path | None, Parameter(alias="-p")] = None,
    library: Annotated[Path | None, Parameter(alias="-l")] = None,
    photos: Annotated[tuple[Path, ...], Parameter(negative=(), show_default=False, json_list=False)] = (),
    importance: Path | None = None,
    weight: Path | None = None,
    about: Annotated[tuple[str, ...], Parameter(negative=(), show_default=False, json_list=False)] = (),
    keep: float | None = None,
    quality: int = 92,
    size: Annotated[api.OutputSize, Parameter(name="*", group="Size of the picture")] = api.OutputSize(),  # noqa: B008
    options: Annotated[GridOptions, Parameter(name="*", group="The mosaic")] = GridOptions(),  # noqa: B008
    talk: Annotated[Talk, Parameter(name="*")] = TALK,
) -> None:
    """Make a photographic mosaic.

    Parameters
    ----------
    target
        The picture to resemble.
    output
        Picture to write: .jpg, .png, .webp or .tif.
    plan
        Plan to write (.mosaic), to draw the mosaic again with musivum render or to ask about it with musivum report.
    library
        Library of photos.
    photos
        Folder of photos, in place of a library; may be repeated. It is indexed into your cache first.
    importance
        Grey picture, stretched over the target: where it is bright, the best photos go.
    weight
        Text file of favourites and bans: lines such as "2 holiday/*" or "ban IMG_1.jpg".
    about
        Example picture (or a text, with open_clip); may be repeated. Only photos that are most like one are used.
    keep
        How many of them: a share of the library if below 1, else a number; a quarter by default.
    quality
        1 to 100, for JPEG and WebP.
    """
    with talk.progress() as progress:
        mosaic = api.grid(
            target,
            output,
            plan=plan,
            library=library,
            photos=photos,
            options=options,
            size=size,
            importance=importance,
            weight=weight,
            about=about,
            keep=keep,
            quality=quality,
            progress=progress,
        )
    talk.answer(outcome(mosaic), words(mosaic, target, built_in=library is None and not photos))


def outcome(mosaic: api.Mosaic) -> dict[str, Any]:
    """What JSON says of a mosaic."""
    return {
        "picture": mosaic.picture,
        "plan": mosaic.plan_path,
        "library": mosaic.library,
        "photos": mosaic.tiles,
        "cells": len(mosaic.plan.placements),
        "photos_used": photos_used(mosaic),
        "indexed": mosaic.indexed,
        "recipe": mosaic.plan.recipe,
        "statistics": mosaic.plan.statistics,
    }


def photos_used(mosaic: api.Mosaic) -> int:
    """Different photos in a mosaic."""
    return len(set(mosaic.plan.placements.tile.tolist()))


def words(mosaic: api.Mosaic, target: Path, *, built_in: bool) -> Iterator[str]:
    """What a person is told of a mosaic."""
    if mosaic.indexed is not None:
        yield from skipped_words(mosaic.indexed, mosaic.library)
    cells = count(len(mosaic.plan.placements), "cell")
    contents = f"{cells}, {photos_used(mosaic):,} different photos of {mosaic.tiles:,}"
    if mosaic.picture is not None:
        yield f"{mosaic.picture.path}: {mosaic.picture.size.width} x {mosaic.picture.size.height} pixels, {contents}"
        yield from drawn_words(mosaic.picture)
    if mosaic.plan_path is not None:
        yield f"{mosaic.plan_path}: the plan" + (f", {contents}" if mosaic.picture is None else "")
    for relaxed in mosaic.plan.statistics.get("relaxed", ()):
        yield f"relaxed: {relaxed}"
    if clashes := mosaic.plan.statistics.get("clashes"):
        yield f"{count(clashes, 'cell')} nearer to another use of their photo than the spacing"
    if built_in:
        yield f"made of the built-in pictures; with your own: musivum grid {target} --photos FOLDER -o mosaic.jpg"


def drawn_words(picture: api.Picture) -> Iterator[str]:
    """What a person should know of how a picture was drawn; nothing when all is well."""
    if picture.drawn.missing:
        yield f"{count(picture.drawn.missing, 'cell')} drawn from thumbnails, because their photos are gone or changed"
    elif picture.drawn.upsampled:
        yield f"{count(picture.drawn.upsampled, 'cell')} drawn larger than the photo is: they will look soft"

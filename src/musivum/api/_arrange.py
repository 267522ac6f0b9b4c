"""The verb of the arrange engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from musivum.api._captions import caption_texts, captions_path, read_wish
from musivum.api._library import AnyPath
from musivum.api._material import gather
from musivum.api._mosaic import Mosaic, write_mosaic
from musivum.api._request import Request
from musivum.api._shape import read_shape, shape_path
from musivum.api._size import OutputSize
from musivum.api._wishes import AUTO, find_wishes, named_wishes
from musivum.export import check_export, exporter_of
from musivum.geometry import Size
from musivum.progress import Progress, silent

if TYPE_CHECKING:
    from musivum.engines.arrange import ArrangeOptions, Paper


def arrange(
    photos: Sequence[AnyPath] = (),
    output: AnyPath | None = None,
    *,
    plan: AnyPath | None = None,
    library: AnyPath | None = None,
    options: ArrangeOptions | None = None,
    size: OutputSize | None = None,
    shape: AnyPath | None = None,
    hero: str | None = None,
    pin: Sequence[str] = (),
    favourite: Sequence[str] = (),
    ban: Sequence[str] = (),
    captions: AnyPath | None = None,
    font: AnyPath | None = None,
    about: Sequence[str] = (),
    keep: float | None = None,
    quality: int = 92,
    progress: Progress = silent,
) -> Mosaic:
    """Make a collage: every photo once, laid out so that neighbours look alike.

    Photos are named by the end of their paths, as `PhotoNames` tells.

    Parameters
    ----------
    photos
        Folders, files or patterns, which are indexed into the user's cache first.
    output, plan, about, keep, quality
        As `grid` takes them.
    library
        In place of photos; the built-in library when neither is given.
    options
        Of the engine.
    size
        Of the picture. One side comes out as long as asked; with a width and a height the picture has just these, and
        the collage lies in its middle.
    shape
        A key of `SHAPES`, ``letter:`` and a text, or a picture whose opaque part, or if all is opaque its subject, is
        filled. Names go before files of that name.
    hero
        Photo for the middle, larger than others; ``auto`` for the one that is most like all others.
    pin
        Photos and their cells, ``photo.jpg=COLUMN,ROW``, counted from 1 at the upper left.
    favourite
        Photos of 2 x 2 cells, ``photo.jpg``, or more, ``photo.jpg=3``; patterns may match many.
    ban
        Photos that are left out; patterns may match many.
    captions
        ``names`` for the names of the files, or a CSV file of photos and captions; see `read_captions`.
    font
        Font file of the captions; by default one that has their letters.

    Raises
    ------
    UnreadableImage, LibraryError, OptionError
        If photos, options or wishes do not do.
    """
    from musivum.engines.arrange import ArrangeOptions, plan_arrange

    options, size = options or ArrangeOptions(), size or OutputSize()
    request = Request(
        output=output,
        plan=plan,
        library=library,
        photos=photos,
        size=size,
        about=about,
        keep=keep,
        quality=quality,
        ban=ban,
    )
    table, outline = captions_path(captions), shape_path(shape)
    request.check({"file of captions": table, "picture of the shape": outline, "font": font})
    paper = _paper(size)
    if request.picture_path is not None:
        channels = 4 if options.ground == "transparent" else 3
        check_export(request.picture_path, _least(paper), quality=quality, dpi=size.dpi, channels=channels)
    wish, mask, named = read_wish(captions, font), read_shape(shape), named_wishes(hero, pin, favourite)
    material = gather(request, workers=options.workers, progress=progress)
    tiles = material.used
    wishes = find_wishes(named, tiles)
    texts = None if wish is None else caption_texts(wish, material.library, tiles)
    made = plan_arrange(
        tiles,
        options,
        paper=paper,
        wishes=wishes,
        mask=mask,
        captions=None if texts is None else texts.texts,
        font="" if texts is None else texts.font,
        progress=progress,
    )
    wished: dict[str, object] = {
        "shape": shape if outline is None else outline.name,
        "hero": made.statistics["hero"],
        "pins": {tiles.sources[photo]: [column + 1, row + 1] for photo, (row, column) in wishes.pins.items()},
        "favourites": {tiles.sources[photo]: cells for photo, cells in wishes.spans.items()},
        "ban": list(ban),
        "captions": captions if table is None else table.name,
    }
    made = replace(made, recipe=made.recipe | {name: wish for name, wish in wished.items() if wish})
    scale = 1.0
    if request.picture_path is not None and not size.asked:
        scale = size.fit(made.canvas, exporter_of(request.picture_path).side)
    mosaic = write_mosaic(made, request, material, scale=scale, workers=options.workers, progress=progress)
    remarks = () if texts is None else texts.remarks
    if hero == AUTO:
        remarks = (f"in the middle: {made.statistics['hero']}, which is most like all others", *remarks)
    return mosaic._replace(remarks=remarks)


def _paper(size: OutputSize) -> Paper:
    from musivum.engines.arrange import Paper

    return Paper(*size.limits, exact=size.width is not None and size.height is not None, dpi=size.dpi)


def _least(paper: Paper) -> Size:
    """A size that the picture will have at least."""
    if paper.exact:
        return Size(paper.width or 1, paper.height or 1)
    return Size(max(paper.width or 1, paper.height or 1), 1)

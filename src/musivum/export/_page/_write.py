"""A plan to a page: what goes into it, and into which files."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from musivum.atomic import check_folder, check_place, replacing, replacing_folder, writing
from musivum.errors import UnreadableImage
from musivum.export._look import Look, Picture
from musivum.export._names import legible
from musivum.export._page._album import SIDES, add_photos, album_of
from musivum.export._page._document import as_text, document
from musivum.export._page._options import PageOptions
from musivum.export._page._photos import jpeg_of
from musivum.export._page._places import places_of
from musivum.export._page._pyramid import add_pyramid
from musivum.export._page._spool import Spool
from musivum.geometry import Size
from musivum.library import Library
from musivum.plan import Plan
from musivum.progress import Progress
from musivum.raster import decode

_ONE_FILE = 16 * 10**6  # bytes; common mail services take no more than 20 to 25 million, encoded once again
_TARGET_SIDE = 2048


def check_page(
    path: Path, size: Size, *, channels: int, options: PageOptions | None = None, quality: int, dpi: float | None
) -> None:
    """Raise OptionError unless a page can be written there."""
    check_place(path)
    if (options or PageOptions()).embed is not True:
        check_folder(_folder(path))


def write_page(
    plan: Plan,
    library: Library,
    path: Path,
    look: Look,
    *,
    options: PageOptions | None = None,
    quality: int,
    dpi: float | None,
    progress: Progress,
) -> Picture:
    """Write a page that shows the mosaic down to its photos; it opens from disk and asks nothing of a network.

    The mosaic is drawn once, as zoom tiles. Nearer than these are sharp, the page draws the photos themselves in their
    places: that is as sharp as they are, and costs one picture for each photo however often it is there. The photos
    carry no metadata; they are read from the originals or, where these are gone, from the library's thumbnails.
    """
    options = options or PageOptions()
    drawing = look.drawing(plan, library)
    album = album_of(plan, options.photos)
    with writing(path), Spool(path.parent) as spool:
        pyramid = add_pyramid(spool, drawing, path.parent, quality=quality, workers=look.workers, progress=progress)
        names = pyramid.names
        data: dict[str, Any] = {
            "title": legible(options.title or path.stem),
            "folder": None,
            "picture": pyramid.about,
            "places": places_of(plan, look, album.numbers, pictures=options.photos),
            "target": None,
        }
        if options.photos and plan.target and (target := _target(plan, quality)):
            names.append("target.jpg")
            data["target"] = spool.add(target)
        fitting = album.fitting_side(options.photo_side, _ONE_FILE - spool.embedded_bytes - len(as_text(data)))
        embed = fitting is not None if options.embed is None else options.embed
        side = options.photo_side or fitting or (SIDES[-1] if embed else SIDES[0])
        data["photos"] = add_photos(
            spool, album, library, side, quality=quality, workers=look.workers, progress=progress
        )
        names += [f"photos/{k}.jpg" for k in range(len(spool) - len(names))]
        if embed:
            _put_page(path, data, spool)
        else:
            _put_folder(path, names, spool)
            name = os.fsencode(_folder(path).name)
            beside = {"folder": quote(name), "folderName": name.decode("utf-8", "replace")}
            _put_page(path, data | beside, None)
    remarks = []
    if not embed:
        remarks.append(f"its pictures lie in {_folder(path)}: keep that folder beside the page")
    elif _folder(path).is_dir():
        remarks.append(f"the folder {_folder(path)} belongs to an earlier page; this one does not need it")
    return Picture(path, drawing.size, drawing.drawn, tuple(remarks))


def _folder(path: Path) -> Path:
    """Not the `_files` of deep zooms, so that the two can lie side by side."""
    return path.with_name(f"{path.stem}_page")


def _target(plan: Plan, quality: int) -> bytes | None:
    try:
        return jpeg_of(decode(plan.target, long_side=_TARGET_SIDE).pixels, quality)
    except UnreadableImage:
        return None


def _put_folder(path: Path, names: list[str], spool: Spool) -> None:
    with replacing_folder(_folder(path), path) as folder:
        for name, picture in zip(names, spool, strict=True):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(picture)


def _put_page(path: Path, data: dict[str, Any], embedded: Iterable[bytes] | None) -> None:
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(document(data, embedded))

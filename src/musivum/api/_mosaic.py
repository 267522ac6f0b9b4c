"""From a request to a mosaic: read, let an engine plan, write; the same for every engine."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from musivum import __version__
from musivum.api._library import AnyPath, user_path
from musivum.api._live import live_scale
from musivum.api._material import Material, gather
from musivum.api._picture import read_picture
from musivum.api._request import Request
from musivum.export import Look, Picture, check_export, export, exporter_of
from musivum.geometry import Size
from musivum.library import IndexReport, Library
from musivum.plan import Plan, save_plan
from musivum.progress import Progress
from musivum.raster import check_picture

TARGET_SIDE = 2048
"""Short side at which targets are decoded if an engine has no use for more, and importance pictures always are."""


class Mosaic(NamedTuple):
    """A mosaic that was made.

    Attributes
    ----------
    plan
        The plan, also where it was not kept.
    plan_path, picture
        The files that were written, None where none was asked for.
    library, tiles
        The library's folder and how many photos it offered.
    indexed
        What was found in the folders of photos, where they were given in place of a library.
    remarks
        What the person should know of how their wishes were understood.
    """

    plan: Plan
    plan_path: Path | None
    picture: Picture | None
    library: Path
    tiles: int
    indexed: IndexReport | None
    remarks: tuple[str, ...] = ()


class Engine(Protocol):
    """An engine with its options: from a target (h, w, 3) of sRGB bytes and a library to a plan."""

    def __call__(
        self,
        target: npt.NDArray[np.uint8],
        library: Library,
        *,
        canvas: Size,
        importance: npt.NDArray[np.uint8] | None,
        weights: npt.NDArray[np.float64] | None,
        progress: Progress,
    ) -> Plan: ...


def make_mosaic(
    request: Request,
    target: AnyPath,
    engine: Engine,
    *,
    importance: AnyPath | None,
    short_side: int,
    channels: int = 3,
    workers: int | None,
    progress: Progress,
) -> Mosaic:
    """Carry out a request for a mosaic that resembles a target; its faults are found before the engine begins.

    Parameters
    ----------
    target, importance
        Pictures.
    short_side
        Pixels of the target that the engine has a use for.
    channels
        4 where the mosaic will be transparent between the photos, else 3.

    Raises
    ------
    UnreadableImage, LibraryError, OptionError
        If the target, the library or the request does not do.
    """
    request.check({"target": target, "importance picture": importance})
    decoded = read_picture(target, "target", short_side=short_side)
    size, picture_path = request.size, request.picture_path
    canvas = size.of(decoded.size)
    scale = 1.0
    if picture_path is not None:
        scale = size.fit(canvas, exporter_of(picture_path).side)
        check_export(picture_path, canvas.scaled(scale), quality=request.quality, dpi=size.dpi, channels=channels)
    if request.live_path is not None:
        check_picture(request.live_path, canvas.scaled(live_scale(canvas)), channels=channels)
    mask = None
    if importance is not None:
        mask = read_picture(importance, "importance", short_side=TARGET_SIDE).pixels
    photos = gather(request, workers=workers, progress=progress)
    made = engine(
        decoded.pixels, photos.used, canvas=canvas, importance=mask, weights=photos.weights, progress=progress
    )
    made = replace(made, recipe=made.recipe | {"target": _target_origin(user_path(target))})
    return write_mosaic(made, request, photos, scale=scale, workers=workers, progress=progress)


def write_mosaic(
    made: Plan, request: Request, photos: Material, *, scale: float, workers: int | None, progress: Progress
) -> Mosaic:
    """Write the files that a request asks for, the picture at `scale` pixels a pixel of the canvas."""
    made = replace(made, recipe=made.recipe | _origin(request, photos))
    if request.plan_path is not None:
        save_plan(made, request.plan_path)
    picture = None
    if request.picture_path is not None:
        picture = export(
            made,
            photos.library,
            request.picture_path,
            Look(scale=scale, workers=workers),
            dpi=request.size.dpi,
            quality=request.quality,
            progress=progress,
        )
    return Mosaic(made, request.plan_path, picture, photos.library.path, len(photos.used), photos.indexed)


def _origin(request: Request, photos: Material) -> dict[str, object]:
    """What the engine cannot know: where its photos came from."""
    library = photos.library
    origin: dict[str, object] = {
        "musivum": __version__,
        "library": {"path": os.fspath(library.path), "digest": library.digest},
    }
    if request.about:
        origin["about"] = {"examples": [os.path.basename(example) for example in request.about], "keep": photos.keep}
    return origin


def _target_origin(target: Path) -> dict[str, str]:
    with target.open("rb") as file:
        digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
    return {"name": os.fspath(target.name), "digest": digest}

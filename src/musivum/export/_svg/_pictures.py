"""Pictures of crops, upright and in the colours that the mosaic gives them, drawn together and cut apart."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.errors import OptionError
from musivum.export._look import Look
from musivum.geometry import Size
from musivum.library import Library
from musivum.plan import Alternates, Captions, Placements, Plan, bounds
from musivum.progress import Progress
from musivum.threads import in_order, thread_count

if TYPE_CHECKING:
    from musivum.render import Drawing

Pixels = npt.NDArray[np.uint8]

_WIDTHS = (4096, 2**14, 2**16, 2**18)  # of the sheet on which crops are drawn
_HIGHEST = 9_000_000
_TINT = ("multiply", "mean", "gain", "shift", "follow")


class Crops(NamedTuple):
    """Distinct pictures of photos.

    Attributes
    ----------
    of_place
        (n,) which picture each placement shows.
    first
        (m,) the first placement that shows each.
    shown
        (m,) how many show it.
    size
        (m, 2) its width and height in pixels, enough for the largest of them and never more than the photo has.
    """

    of_place: npt.NDArray[np.int64]
    first: npt.NDArray[np.int64]
    shown: npt.NDArray[np.int64]
    size: npt.NDArray[np.int64]


def crops_of(plan: Plan, look: Look) -> Crops:
    """Which pictures are needed; placements that show the same part of a photo in the same colours share one."""
    photos = plan.placements
    columns: list[npt.NDArray[Any]] = [photos.tile[:, None], photos.crop]
    if (plan.tint if look.tint is None else look.tint) > 0:
        columns += [getattr(photos, name) for name in _TINT]
        columns.append(_upright_slope(photos).reshape(len(photos), 6))
    key = np.concatenate(columns, axis=1, dtype=np.float64)
    _, first, of_place, count = np.unique(key, axis=0, return_index=True, return_inverse=True, return_counts=True)
    of_place = of_place.reshape(-1)
    scale = np.zeros(len(first))
    np.maximum.at(scale, of_place, photos.transform[:, 0] * look.scale)
    side = photos.crop[first, 2:] - photos.crop[first, :2]
    scale = np.maximum(np.minimum(scale, 1), 1 / side.min(axis=1, initial=np.inf))
    width = np.ceil(side[:, 0] * scale - 1e-6)
    height = np.floor(side[:, 1] * (width / side[:, 0]) + 0.5)
    return Crops(of_place, first, count, np.stack([width, height], axis=1).astype(np.int64))


def _upright_slope(photos: Placements) -> npt.NDArray[np.float32]:
    """The slope (n, 2, 3) of the tint over the crop as the photo has it, neither turned nor mirrored."""
    box = bounds(photos)
    cos, sin = (photos.transform[:, 0] * turned(photos.transform[:, 1]) for turned in (np.cos, np.sin))
    flip = np.where(photos.mirror, -1.0, 1.0)
    side = photos.crop[:, 2:] - photos.crop[:, :2]
    down = photos.slope / (box[:, 2:] - box[:, :2])[:, :, None]
    turn = np.stack([np.stack([flip * cos, flip * sin], axis=1), np.stack([-sin, cos], axis=1)], axis=1)
    return (turn @ down * side[:, :, None]).astype(np.float32)


class Sheet(NamedTuple):
    """Crops beside and below each other: where each begins (m, 2), and the rows at which shelves end."""

    size: Size
    corner: npt.NDArray[np.int64]
    shelves: list[tuple[int, int]]
    """Row below each shelf, and how many crops stand on it and the shelves above."""


def laid_out(size: npt.NDArray[np.int64]) -> Sheet:
    """Put crops (m, 2) onto shelves, one after the other.

    Raises
    ------
    OptionError
        If they are too many and too large for any sheet.
    """
    for width in _WIDTHS:
        sheet = _on_shelves(size, max(width, int(size[:, 0].max())))
        if sheet.size.height <= _HIGHEST:
            return sheet
    raise OptionError("the photos have too many pixels for an SVG: draw it smaller, or with --linked")


def _on_shelves(size: npt.NDArray[np.int64], width: int) -> Sheet:
    corner, shelves = np.empty_like(size), []
    x = top = bottom = 0
    for k, (w, h) in enumerate(size.tolist()):
        if x + w > width:
            shelves.append((bottom, k))
            x, top = 0, bottom
        corner[k] = x, top
        x, bottom = x + w, max(bottom, top + h)
    shelves.append((bottom, len(size)))
    return Sheet(Size(width, bottom), corner, shelves)


def drawing_of(
    plan: Plan, library: Library, look: Look, places: npt.NDArray[np.int64], sheet: Sheet, size: npt.NDArray[np.int64]
) -> Drawing:
    """The drawing of a sheet with the crops of some placements, in pictures of these sizes (m, 2)."""
    photos = plan.placements.select(places)
    scale = size[:, 0] / (photos.crop[:, 2] - photos.crop[:, 0])
    moved = sheet.corner - scale[:, None] * photos.crop[:, :2]
    n = len(places)
    upright = replace(
        photos,
        transform=np.concatenate([scale[:, None], np.zeros((n, 1)), moved], axis=1),
        mirror=np.zeros(n, np.bool_),
        opacity=np.ones(n, np.float32),
        feather=np.zeros(n, np.float32),
        slope=_upright_slope(photos),
    )
    flat = replace(
        plan,
        canvas=sheet.size,
        outline="box",
        corner=0.0,
        placements=upright,
        alternates=Alternates.none(n),
        captions=Captions.none(),
    )
    plain = replace(look, scale=1.0, overlay=0.0, gap=0.0, background=(0, 0, 0), feather=0.0, corner=0.0)
    return plain.drawing(flat, library)


def pictures(drawing: Drawing, sheet: Sheet, size: npt.NDArray[np.int64], progress: Progress) -> Iterator[Pixels]:
    """The crops (h, w, 3) of a sheet, in their order; memory holds a shelf."""
    strips, kept, top, first = drawing.strips(progress=progress), np.empty((0, sheet.size.width, 3), np.uint8), 0, 0
    for bottom, last in sheet.shelves:
        rows = [kept]
        while sum(map(len, rows)) < bottom - top:
            rows.append(next(strips))
        shelf = np.concatenate(rows)
        for (x, _), (w, h) in zip(sheet.corner[first:last].tolist(), size[first:last].tolist(), strict=True):
            yield shelf[:h, x : x + w]
        kept, top, first = shelf[bottom - top :], bottom, last
    for _ in strips:  # to the end of its progress
        pass


def addresses(crops: Iterator[Pixels], quality: int, workers: int | None) -> Iterator[str]:
    """Each picture as a data address: JPEG, or PNG at quality 100."""
    return in_order(partial(data_address, quality=quality), crops, thread_count(workers))


def data_address(pixels: Pixels, quality: int) -> str:
    """Pixels (h, w, 3) or (h, w) as the address of a JPEG, or of a PNG at quality 100."""
    from PIL import Image

    stream = io.BytesIO()
    kind = "png" if quality == 100 else "jpeg"
    options = {} if quality == 100 else {"quality": quality, "subsampling": 0 if quality >= 90 else 2}
    Image.fromarray(pixels).save(stream, kind, **options)
    return f"data:image/{kind};base64,{base64.b64encode(stream.getvalue()).decode('ascii')}"

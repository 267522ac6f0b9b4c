"""A film that goes from the whole mosaic to one photo, or back."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.errors import OptionError
from musivum.export._films._options import FilmOptions
from musivum.export._look import Look
from musivum.geometry import Box, Size
from musivum.library import Library
from musivum.plan import Plan, bounds

_PAUSES = (0.12, 0.2)  # shares of the time on the whole, on the photo
_AROUND = 1.3  # of the photo's sides, that is seen around it in the end
_LEAST_ZOOM = 1.5
_MOST = 64  # photos that are compared
_LARGE = 0.9  # share of the photos near the middle that are no candidates unless they are as large
_BORDER = 4  # pixels around a view for the resampling filter


class View(NamedTuple):
    """What a frame shows: its middle and width on the canvas."""

    x: float
    y: float
    width: float


def zoom(plan: Plan, library: Library, look: Look, options: FilmOptions) -> Iterator[npt.NDArray[np.uint8]]:
    """Frames from the whole mosaic down to one photo."""
    return _frames(plan, library, look, _views(plan, library, options))


def reveal(plan: Plan, library: Library, look: Look, options: FilmOptions) -> Iterator[npt.NDArray[np.uint8]]:
    """Frames from one photo back to the whole mosaic."""
    return _frames(plan, library, look, _views(plan, library, options)[::-1])


def _views(plan: Plan, library: Library, options: FilmOptions) -> list[View]:
    """A view for each frame: the widths form a geometric series, so the speed seems even, and start and end gently."""
    canvas = plan.canvas
    photo = _chosen(plan, library, options.toward)
    box = Box(*bounds(plan.placements)[photo].tolist())
    last = min(_AROUND * max(box.width, box.height * canvas.aspect), canvas.width / _LEAST_ZOOM)
    half_width, half_height = last / 2, last / canvas.aspect / 2
    x = min(max((box.x0 + box.x1) / 2, half_width), canvas.width - half_width)
    y = min(max((box.y0 + box.y1) / 2, half_height), canvas.height - half_height)
    views = []
    for time in np.linspace(0, 1, options.count).tolist():
        way = min(max((time - _PAUSES[0]) / (1 - sum(_PAUSES)), 0.0), 1.0)
        width = canvas.width * (last / canvas.width) ** (way**3 * (10 - 15 * way + 6 * way * way))
        share = (width - last) / (canvas.width - last)
        views.append(View(x + share * (canvas.width / 2 - x), y + share * (canvas.height / 2 - y), width))
    return views


def _chosen(plan: Plan, library: Library, toward: int | None) -> int:
    """Row of the placement that is zoomed on: of the largest near the middle that fit well, the one to look at."""
    from musivum.render import tile_rows

    n = len(plan.placements)
    if n == 0:
        raise OptionError("the plan has no photo to zoom on")
    if toward is not None:
        if not 1 <= toward <= n:
            raise OptionError(f"toward {toward}: the plan has placements 1 to {n}")
        return toward - 1
    box = bounds(plan.placements)
    off = np.abs((box[:, :2] + box[:, 2:]) / 2 / np.array(plan.canvas) - 0.5).max(axis=1)
    near = np.flatnonzero(off <= max(0.25, float(off.min())))
    side = (box[near, 2:] - box[near, :2]).min(axis=1)
    large = near[side >= np.quantile(side, _LARGE)]
    best = large[np.lexsort((off[large], plan.placements.error[large]))][: max(1, min(_MOST, len(large) // 2))]
    rows = tile_rows(plan, library)[plan.placements.tile[best]]
    contrast = [float(library.thumbs[row].std()) for row in rows.tolist()]
    return int(best[np.argmax(contrast)])


def _frames(plan: Plan, library: Library, look: Look, views: list[View]) -> Iterator[npt.NDArray[np.uint8]]:
    """Frames of views: each octave of zoom is drawn once, at the scale of its end, and frames are resampled from it.

    Drawn at a scale of its own each, cells would jump by a pixel from frame to frame.
    """
    size = plan.canvas.scaled(look.scale)
    octaves = [math.floor(math.log2(plan.canvas.width / view.width) + 1e-9) for view in views]
    first = 0
    while first < len(views):
        last = first
        while last < len(views) and octaves[last] == octaves[first]:
            last += 1
        yield from _octave(
            plan, library, replace(look, scale=look.scale * 2 ** (octaves[first] + 1)), views[first:last], size
        )
        first = last


def _octave(plan: Plan, library: Library, look: Look, views: list[View], size: Size) -> Iterator[npt.NDArray[np.uint8]]:
    from PIL import Image

    drawing = look.drawing(plan, library)
    scale = drawing.size.width / plan.canvas.width, drawing.size.height / plan.canvas.height
    boxes = np.array([_seen(view, size, scale) for view in views])
    low = np.maximum(np.floor(boxes[:, :2].min(axis=0)) - _BORDER, 0)
    high = np.minimum(np.ceil(boxes[:, 2:].max(axis=0)) + _BORDER, drawing.size)
    picture = Image.fromarray(drawing.region(Box(*low.tolist(), *high.tolist())))
    boxes = np.clip(boxes - np.tile(low, 2), 0, np.tile(picture.size, 2))
    kept: tuple[list[float], npt.NDArray[np.uint8]] | None = None
    for box in boxes.tolist():
        if kept is None or kept[0] != box:  # views that pause are all the same
            kept = box, np.asarray(picture.resize(size, Image.Resampling.LANCZOS, tuple(box)))
        yield kept[1]


def _seen(view: View, size: Size, scale: tuple[float, float]) -> tuple[float, float, float, float]:
    """What a view shows of a drawing at a scale, in pixels of it."""
    half = view.width / 2, view.width * size.height / size.width / 2
    return (
        (view.x - half[0]) * scale[0],
        (view.y - half[1]) * scale[1],
        (view.x + half[0]) * scale[0],
        (view.y + half[1]) * scale[1],
    )

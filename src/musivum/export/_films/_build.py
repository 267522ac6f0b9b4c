"""A film of a mosaic that grows photo by photo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from musivum.color import linear_from_srgb, srgb_from_linear
from musivum.export._films._options import FilmOptions
from musivum.export._free import lies_freely
from musivum.export._look import Look
from musivum.library import Library
from musivum.plan import Background, Plan, bounds

_BUILDING, _FADING = 0.75, 0.08  # shares of the time; the rest is a pause on the whole
_GROUND = (24, 24, 24)  # where the plan's own background is the target, which would give the picture away


def build(plan: Plan, library: Library, look: Look, options: FilmOptions) -> Iterator[npt.NDArray[np.uint8]]:
    """Frames in which the photos appear one after another, and in the end whatever else the picture has.

    Each photo is drawn once, by itself, and laid under those that are there already, so the order of appearance is that
    of placing, the uppermost first, where photos overlap. Overlay, captions and blended alternates come with the whole.
    """
    background = plan.background if look.background is None else look.background
    alone = replace(look, overlay=0.0, captions=False, alternates=0, background=_ground(background))
    drawing = alone.drawing(plan, library)
    appearing, fading = (max(1, round(share * options.count)) for share in (_BUILDING, _FADING))
    ground = linear_from_srgb(np.array(_ground(background), np.uint8))
    light = np.zeros((drawing.size.height, drawing.size.width, 3), np.float32)
    free = np.ones((*light.shape[:2], 1), np.float32)
    frame = np.empty(light.shape, np.uint8)
    frame[:] = srgb_from_linear(ground)
    order = order_of_appearance(plan)
    until = np.searchsorted(_moments(plan, order), np.linspace(0, 1, appearing), side="right")
    shown = 0
    for last in until.tolist():
        for photo in order[shown:last].tolist():
            layer = drawing.layer(photo)
            if layer is None:
                continue
            height, width = layer.pixels.shape[:2]
            part = np.s_[layer.y : layer.y + height, layer.x : layer.x + width]
            share = layer.pixels[..., 3:] * (plan.placements.opacity[photo] / 255) * free[part]
            light[part] += share * linear_from_srgb(layer.pixels[..., :3])
            free[part] -= share
            frame[part] = srgb_from_linear(light[part] + free[part] * ground)
        shown = last
        yield frame.copy()
    whole = look.drawing(plan, library).region()
    for step in range(1, options.count - appearing + 1):
        share = min(1.0, step / fading)
        yield np.rint(frame + share * (whole.astype(np.float32) - frame)).astype(np.uint8)


def order_of_appearance(plan: Plan) -> npt.NDArray[np.int64]:
    """Placements (n,): those on top first where they overlap, else the best first, else from the middle outwards."""
    photos = plan.placements
    if lies_freely(plan):
        return np.arange(len(photos))[::-1]
    if photos.error.any():
        return np.argsort(photos.error, kind="stable")
    box = bounds(photos)
    off = (box[:, :2] + box[:, 2:]) / 2 - np.array(plan.canvas) / 2
    return np.argsort((off**2).sum(axis=1), kind="stable")


def _moments(plan: Plan, order: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """When each placement appears, 0..1, in the order given: large ones take their time, small ones come in flocks."""
    box = bounds(plan.placements)[order]
    weight = (box[:, 2:] - box[:, :2]).prod(axis=1) ** 0.7
    gathered = np.cumsum(weight)
    return np.asarray(gathered / gathered[-1:])


def _ground(background: Background) -> tuple[int, int, int]:
    return _GROUND if isinstance(background, str) else background

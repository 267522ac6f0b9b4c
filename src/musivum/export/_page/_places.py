"""The placements of a plan as the page reads them: columns of numbers in base 64."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.color import linear_from_oklab, srgb_from_linear
from musivum.export._look import Look
from musivum.export._page._captions import captions_of
from musivum.plan import Captions, Plan, rectangles

_TYPES = {"uint8": "u8", "uint16": "u16", "uint32": "u32", "float32": "f32"}
_WHOLE = 65535  # crops are told in shares of the photo
_ENCODING = 2.2  # of sRGB, nearly


def places_of(plan: Plan, look: Look, photo: npt.NDArray[np.int64], *, pictures: bool) -> dict[str, Any]:
    """Everything that the page knows of the placements, drawn with this look; `photo` (t,) numbers the plan's tiles.

    Without pictures, nothing is told that only serves to show them.
    """
    gap, corner, tint, overlay, grey, background = (
        getattr(plan if getattr(look, name) is None else look, name)
        for name in ("gap", "corner", "tint", "overlay", "grey", "background")
    )
    placements, near = plan.placements, plan.alternates
    n, kept = len(placements), near.tile.shape[1] if pictures else 0
    middle, across, down = rectangles(placements.crop, placements.transform)
    shares = placements.crop / np.tile(plan.tiles.sizes[placements.tile], 2)
    soft = placements.feather if look.feather is None else np.full(n, look.feather)
    there, alike = near.tile[:, :kept] >= 0, near.error[:, :kept]
    columns = {
        "photo": _whole(photo[placements.tile]),
        "x": middle.real.astype(np.float32),
        "y": middle.imag.astype(np.float32),
        "across": (np.abs(across) / 2).astype(np.float32),
        "down": (np.abs(down) / 2).astype(np.float32),
        "turn": np.remainder(placements.transform[:, 1], 2 * np.pi).astype(np.float32),
        "mirror": placements.mirror.astype(np.uint8),
        "error": placements.error.astype(np.float32),
        "opacity": placements.opacity.astype(np.float32),
        "feather": np.zeros(n, np.float32) if plan.outline == "hexagon" else soft.astype(np.float32),
        "crop": np.rint((shares if pictures else 0 * shares) * _WHOLE).astype(np.uint16),
        "tint": _tints(plan, tint if pictures else 0),
    }
    return {
        "canvas": list(plan.canvas),
        "outline": plan.outline,
        "gap": gap,
        "corner": corner,
        "count": n,
        "columns": {name: column(values) for name, values in columns.items()},
        "alternates": {
            "kept": kept,
            "photo": column(_whole(np.where(there, photo[near.tile[:, :kept]] + 1, 0))),
            "error": column(np.where(there, alike, 0).astype(np.float32)),
        },
        "captions": captions_of(plan.captions if look.captions and pictures else Captions.none(), grey=grey),
        "grey": grey,
        "overlay": overlay,
        "background": background,
        "blended": look.alternates > 0,
    }


def column(values: npt.NDArray[Any]) -> dict[str, Any]:
    """Numbers for the page, little-endian; a finite number that is the same everywhere is told once."""
    kind = _TYPES[values.dtype.name]
    if values.size == 0 or (np.isfinite(values.flat[0]) and (values == values.flat[0]).all()):
        return {"type": kind, "value": values.flat[0].item() if values.size else 0}
    data = np.ascontiguousarray(values, values.dtype.newbyteorder("<")).tobytes()
    return {"type": kind, "data": base64.b64encode(data).decode()}


def _whole(numbers: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    return numbers.astype(np.uint16 if numbers.max(initial=0) <= np.iinfo(np.uint16).max else np.uint32)


def _tints(plan: Plan, strength: float) -> npt.NDArray[np.uint8]:
    """What multiplies (as its complement) and what screens photos (n, 6) so that their mean colours become the tinted.

    Both work on sRGB bytes: ``p c / 255`` where it is to be darker, ``255 - (255 - p) (255 - c) / 255`` where lighter.
    """
    placements = plan.placements
    if strength == 0 or not (placements.shift.any() or (placements.multiply != 1).any()):
        return np.zeros((len(placements), 6), np.uint8)
    before = srgb_from_linear(linear_from_oklab(placements.mean)).astype(np.float64)
    moved = placements.mean + np.float32(strength) * placements.shift
    after = srgb_from_linear(np.clip(linear_from_oklab(moved), 0, 1)).astype(np.float64)
    darker = np.where(after < before, after / np.maximum(before, 1), 1)
    lighter = np.where(after > before, (after - before) / np.maximum(255 - before, 1), 0)
    factor = np.clip(1 + strength * (placements.multiply.astype(np.float64) - 1), 0, 1) ** (1 / _ENCODING)
    shown: npt.NDArray[np.float64] = np.concatenate([1 - darker * factor, lighter], axis=1)
    return np.rint(255 * shown).astype(np.uint8)

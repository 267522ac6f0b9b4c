"""The placements as data: a table (CSV), or all that a plan knows (JSON)."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from musivum.atomic import check_place, replacing, writing
from musivum.export._look import Look, Picture
from musivum.export._names import writable
from musivum.export._table import placements_csv
from musivum.geometry import Size
from musivum.library import Library
from musivum.plan import Captions, Placements, Plan, bounds, instead, rectangles
from musivum.progress import Progress

_BLOCK = 4096
_SETTINGS = ("tint", "overlay", "gap", "background", "corner", "grey")
_TEXT = json.JSONEncoder(allow_nan=False).encode


def check_data(path: Path, size: Size, *, channels: int, options: None = None, quality: int, dpi: float | None) -> None:
    """Raise OptionError unless a file can be put there."""
    check_place(path)


def write_csv(
    plan: Plan,
    library: Library,
    path: Path,
    look: Look,
    *,
    options: None = None,
    quality: int,
    dpi: float | None,
    progress: Progress,
) -> Picture:
    """Write `placements_csv` in output pixels; bytes of names that are no text stay as they are."""
    _write(path, placements_csv(_as_asked(plan, library, look), look.scale), len(plan.placements), progress)
    blended = ("a table tells of the chosen photos only: .json tells of alternates too",) if look.alternates else ()
    return Picture(path, plan.canvas.scaled(look.scale), None, blended)


def write_json(
    plan: Plan,
    library: Library,
    path: Path,
    look: Look,
    *,
    options: None = None,
    quality: int,
    dpi: float | None,
    progress: Progress,
) -> Picture:
    """Write one object in ASCII, its lengths in output pixels, angles in degrees clockwise, an item a line."""
    _write(path, _json(_as_asked(plan, library, look), look, dpi), len(plan.placements), progress)
    return Picture(path, plan.canvas.scaled(look.scale), None)


def _write(path: Path, pieces: Iterator[str], placements: int, progress: Progress) -> None:
    progress("writing", 0, placements + 1)
    with (
        writing(path),
        replacing(path) as temporary,
        temporary.open("w", encoding="utf-8", errors="surrogateescape", newline="") as f,
    ):
        for piece in pieces:
            f.write(writable(piece))
        progress("writing", placements + 1, placements + 1)


def _as_asked(plan: Plan, library: Library, look: Look) -> Plan:
    """The plan with the values of the look for its own; OptionError where they do not do."""
    if replace(look, scale=1.0, workers=None) == Look():
        return plan
    look.drawing(plan.select(np.arange(0)), library)  # checks them
    changes = {name: value for name in _SETTINGS if (value := getattr(look, name)) is not None}
    if look.feather is not None:
        feather = np.full(len(plan.placements), look.feather, np.float32)
        changes["placements"] = replace(plan.placements, feather=feather)
    return replace(plan, captions=plan.captions if look.captions else Captions.none(), **changes)


def _json(plan: Plan, look: Look, dpi: float | None) -> Iterator[str]:
    size, scale, tiles = plan.canvas.scaled(look.scale), look.scale, plan.tiles
    head = {
        "width": size.width,
        "height": size.height,
        "dpi": dpi,
        "scale": scale,
        "canvas": list(plan.canvas),
        "engine": plan.recipe.get("engine"),
        "recipe": plan.recipe,
        "statistics": plan.statistics,
        "outline": plan.outline,
        "background": plan.background,
        "gap": plan.gap * scale,
        "corner": plan.corner,
        "tint": plan.tint,
        "overlay": plan.overlay,
        "grey": plan.grey,
        "blended": look.alternates,
    }
    yield "".join(f'{"{" if name == "width" else ""}"{name}": {_TEXT(value)},\n' for name, value in head.items())
    copies = np.bincount(plan.placements.tile, minlength=len(tiles)).tolist()
    photos = (
        {"tile": id_, "file": source, "width": size[0], "height": size[1], "copies": count}
        for id_, source, size, count in zip(tiles.ids, tiles.sources, tiles.sizes.tolist(), copies, strict=True)
    )
    yield from _list("photos", photos)
    yield ",\n"
    captions = plan.captions
    written = (
        {"text": text, "box": box} for text, box in zip(captions.text, _rounded(captions.box, scale), strict=True)
    )
    yield from _list("captions", written)
    yield ",\n"
    yield from _list("placements", _placements(plan, scale))
    yield "}\n"


def _list(name: str, items: Iterator[dict[str, Any]]) -> Iterator[str]:
    yield f'"{name}": ['
    for i, item in enumerate(items):
        yield f"{',' if i else ''}\n {_TEXT(item)}"
    yield "\n]"


def _placements(plan: Plan, scale: float) -> Iterator[dict[str, Any]]:
    for first in range(0, len(plan.placements), _BLOCK):
        places = np.arange(first, min(first + _BLOCK, len(plan.placements)))
        chosen = _records(plan.placements.select(places), scale)
        others: list[list[dict[str, Any]]] = [[] for _ in places]
        which, column = np.nonzero(plan.alternates.tile[places] >= 0)
        there = instead(plan.placements, plan.alternates, places[which], column)
        errors = plan.alternates.error[places[which], column].tolist()
        for place, record, error in zip(which.tolist(), _records(there, scale), errors, strict=True):
            kept = {name: record[name] for name in ("photo", "crop", "turned", "mirrored")}
            others[place].append(kept | {"error": _short(error)})
        boxes = _rounded(bounds(plan.placements.select(places)), scale)
        for number, record, box, near in zip((places + 1).tolist(), chosen, boxes, others, strict=True):
            yield {"placement": number, **record, "box": box, "alternates": near}


def _records(photos: Placements, scale: float) -> list[dict[str, Any]]:
    lies = rectangles(photos.crop, photos.transform)
    columns = zip(
        photos.tile.tolist(),
        _rounded(photos.crop, 1.0),
        _rounded(np.stack([lies.middle.real, lies.middle.imag], axis=1), scale),
        _rounded(np.abs(np.stack([lies.across, lies.down], axis=1)), scale),
        np.round(np.degrees(photos.transform[:, 1]) % 360, 6).tolist(),
        photos.mirror.tolist(),
        map(_short, photos.opacity.tolist()),
        map(_short, photos.feather.tolist()),
        map(_short, photos.error.tolist()),
        strict=True,
    )
    names = ("photo", "crop", "centre", "size", "turned", "mirrored", "opacity", "feather", "error")
    return [dict(zip(names, values, strict=True)) for values in columns]


def _rounded(values: Any, scale: float) -> Any:
    return np.round(values * scale, 4).tolist()


def _short(value: float) -> float | None:
    return float(f"{value:.7g}") if math.isfinite(value) else None

"""plan.json: everything in a plan that is no column, and what its older versions mean."""

from __future__ import annotations

import json
import math
from typing import Any

from musivum.errors import PlanError
from musivum.plan._plan import Plan

VERSION = 4
"""The version that is written; all up to it are read."""

PLACED = 3
"""The version from which alternates know where they lie."""

_FORMAT = "musivum plan"
_MAX_ALTERNATES = 256
_NUMBER = (int, float)
_KINDS: dict[str, type | tuple[type, ...]] = {
    "outline": str,
    "tint": _NUMBER,
    "overlay": _NUMBER,
    "gap": _NUMBER,
    "grey": bool,
    "corner": _NUMBER,
    "placements": int,
    "alternates": int,
    "ids": list,
    "sources": list,
    "canvas": list,
    "background": (list, str),
    "captions": dict,
    "recipe": dict,
    "statistics": dict,
}
_CAPTION_KINDS: dict[str, type | tuple[type, ...]] = {"text": list, "size": _NUMBER, "colour": list, "font": str}
_NO_CAPTIONS = {"text": [], "size": 1, "colour": [0, 0, 0], "font": ""}
_SINCE: dict[int, dict[str, Any]] = {  # what plans of earlier versions mean
    3: {"grey": False},
    4: {"corner": 0, "captions": _NO_CAPTIONS},
}


def header_bytes(plan: Plan) -> bytes:
    """The text of plan.json.

    Raises
    ------
    PlanError
        If recipe or statistics are not JSON.
    """
    captions = plan.captions
    header = {
        "format": _FORMAT,
        "version": VERSION,
        "canvas": [int(side) for side in plan.canvas],
        "background": plan.background if isinstance(plan.background, str) else [int(byte) for byte in plan.background],
        "grey": bool(plan.grey),
        "outline": plan.outline,
        "tint": float(plan.tint),
        "overlay": float(plan.overlay),
        "gap": float(plan.gap),
        "corner": float(plan.corner),
        "captions": {
            "text": list(captions.text),
            "size": float(captions.size),
            "colour": [int(byte) for byte in captions.colour],
            "font": captions.font,
        },
        "placements": len(plan.placements),
        "alternates": plan.alternates.tile.shape[1],
        "ids": list(plan.tiles.ids),
        "sources": list(plan.tiles.sources),
        "recipe": plan.recipe,
        "statistics": plan.statistics,
    }
    try:
        return json.dumps(header, allow_nan=False, sort_keys=True, indent=1).encode("ascii")
    except (TypeError, ValueError, RecursionError) as fault:
        raise PlanError(f"the plan's recipe or statistics cannot be written as JSON: {fault}") from fault


def read_header(text: bytes) -> dict[str, Any]:
    """What plan.json says, every entry of the right kind; those that came after its version mean what it meant.

    Raises
    ------
    PlanError
        If it is no JSON, of another version, or lacks an entry.
    """
    try:
        header = json.loads(text.decode("utf-8"), parse_constant=_finite, parse_float=_finite, parse_int=_integer)
    except (ValueError, OverflowError, RecursionError) as fault:
        raise PlanError("plan.json is no JSON, or holds a number beyond all measure") from fault
    if not isinstance(header, dict) or header.get("format") != _FORMAT:
        raise PlanError("plan.json does not describe a musivum plan")
    version = header.get("version")
    if type(version) is not int or not 1 <= version <= VERSION:
        raise PlanError(f"it has format version {version!r} and this musivum reads 1 to {VERSION}; make the plan again")
    for since, meant in _SINCE.items():
        header |= meant if version < since else {}
    _check_kinds(header, _KINDS)
    _check_kinds(header["captions"], _CAPTION_KINDS)
    if version < PLACED and isinstance(header["background"], str):
        raise PlanError("plan.json has no valid 'background'")
    for name, numbers, length in (
        ("canvas", header["canvas"], 2),
        ("background", header["background"], 3),
        ("colour", header["captions"]["colour"], 3),
    ):
        if isinstance(numbers, list) and (len(numbers) != length or not all(type(each) is int for each in numbers)):
            raise PlanError(f"plan.json has no valid {name!r}")
    if not all(isinstance(each, str) for each in (*header["ids"], *header["sources"], *header["captions"]["text"])):
        raise PlanError("plan.json has no valid 'ids', 'sources' and captions")
    if header["placements"] < 0 or not 0 <= header["alternates"] <= _MAX_ALTERNATES:
        raise PlanError("plan.json has no valid numbers of placements and alternates")
    return header


def _check_kinds(entries: dict[str, Any], kinds: dict[str, type | tuple[type, ...]]) -> None:
    for name, kind in kinds.items():
        entry = entries.get(name)
        if not isinstance(entry, kind) or (isinstance(entry, bool) and kind is not bool):
            raise PlanError(f"plan.json has no valid {name!r}")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _integer(text: str) -> int:
    _finite(text)
    return int(text)

"""What is told of a collage."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from musivum import api
from musivum.cli._index import doubled_words, skipped_words
from musivum.cli._mosaic import file_words, photos_used
from musivum.cli._text import count

_SHOWN = 5


def collage_outcome(collage: api.Mosaic) -> dict[str, Any]:
    """What JSON says of a collage."""
    return {
        "picture": collage.picture,
        "plan": collage.plan_path,
        "library": collage.library,
        "photos": collage.tiles,
        "places": len(collage.plan.placements),
        "photos_used": photos_used(collage),
        "indexed": collage.indexed,
        "recipe": collage.plan.recipe,
        "statistics": collage.plan.statistics,
        "remarks": collage.remarks,
    }


def collage_words(collage: api.Mosaic) -> Iterator[str]:
    """What a person is told of a collage: its files, who is on it and who is not, and what could not be had."""
    told = collage.plan.statistics
    if collage.indexed is not None:
        yield from doubled_words(collage.indexed)
        yield from skipped_words(collage.indexed, collage.library)
    yield from file_words(collage, f"{count(photos_used(collage), 'photo')} in {_lines(collage)}")
    if left_out := told["left_out"]:
        yield f"left out, for want of a place: {_names(left_out)}"
    if repeats := told["repeats"]:
        yield f"{count(repeats, 'place')} filled by repeats"
    for relaxed in told["relaxed"]:
        yield f"relaxed: {relaxed}"
    yield from collage.remarks


def _lines(collage: api.Mosaic) -> str:
    told, places = collage.plan.statistics, len(collage.plan.placements)
    rows, columns = told["rows"], told["columns"]
    full = "" if rows * columns == places else "up to "
    return f"{count(rows, 'row')} of {full}{columns:,}"


def _names(sources: list[str]) -> str:
    shown = [os.path.basename(source) for source in sources[:_SHOWN]]
    more = len(sources) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")

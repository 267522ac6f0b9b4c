"""Which mosaics a comparison makes, and the command line of each."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from itertools import product
from typing import TYPE_CHECKING, Any

from musivum.api._library import AnyPath
from musivum.errors import OptionError

if TYPE_CHECKING:
    from musivum.engines.grid import GridOptions

USUAL: tuple[dict[str, Any], ...] = (
    {"features": "grid8"},
    {"features": "grid8", "compress": "8"},
    {"features": "grid8", "metric": "cosine"},
    {"features": "grid4"},
    {"features": "grid8*1 + gabor*0.3"},
    {"features": "gradient"},
    {"features": "gabor"},
    {"features": "gfd"},
    {"features": "hsv"},
    {"features": "cnn"},
    {"features": "grid8*1 + cnn*0.3"},
)
"""What is compared unless a person says; what needs an extra that is not installed is left out."""

_MOST = 48


def variants_of(
    base: GridOptions,
    features: Sequence[str],
    metric: Sequence[str],
    compress: Sequence[str],
    colour: Sequence[str],
) -> list[GridOptions]:
    """Options of every combination of the values given, or of the usual selection where there are only colours.

    Raises
    ------
    OptionError
        If a value does not do, or the combinations are more than 48.
    """
    lists = {"features": features, "metric": metric, "compress": compress}
    listed = {name: values for name, values in lists.items() if values}
    made = []
    for start in [replace(base, colour=one) for one in colour] or [base]:
        if listed:
            combinations: list[dict[str, Any]] = [
                dict(zip(listed, values, strict=True)) for values in product(*listed.values())
            ]
            made += [replace(start, **chosen) for chosen in combinations]
        else:
            made += list(_usual(start))
    made = list(dict.fromkeys(made))
    if len(made) > _MOST:
        raise OptionError(f"that makes {len(made)} mosaics: give fewer values, for at most {_MOST}")
    return made


def _usual(base: GridOptions) -> Iterator[GridOptions]:
    for chosen in USUAL:
        try:
            yield replace(base, **chosen)
        except OptionError:  # an extra is not installed
            continue


def command_line(target: AnyPath, library: AnyPath | None, options: GridOptions) -> str:
    """Write the line that makes a mosaic with these options."""
    words = ["musivum", "grid", os.fspath(target)]
    if library is not None:
        words += ["--library", os.fspath(library)]
    for field in fields(options):
        value = getattr(options, field.name)
        if value != field.default and field.name != "workers":
            words += [f"--{field.name.replace('_', '-')}", str(value)]
    return shlex.join([*words, "-o", "mosaic.jpg"])

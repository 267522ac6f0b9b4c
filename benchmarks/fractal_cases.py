"""What the benchmarks of fractal mosaics share: their command line, their library, their targets on 2048 pixels."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from measured import DATA, machine, musivum

from musivum.geometry import Size

LONG_SIDE = 2048


class Cases(NamedTuple):
    """Real photos, real targets, and what was asked for on the command line."""

    library: Path
    targets: list[Path]
    asked: argparse.Namespace

    @property
    def options(self) -> dict[str, Any]:
        """What the command line sets of the engine's options."""
        return {name: json.loads(value) for name, _, value in (pair.partition("=") for pair in self.asked.set)}


def parser(text: str | None) -> argparse.ArgumentParser:
    """The options that all these benchmarks have; scripts add theirs."""
    made = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--library", type=Path, help="an indexed library; by default the shared photos are indexed")
    made.add_argument("--targets", nargs="+", default=[""], help="parts of the targets' names; by default all")
    made.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="options of the engine, as JSON")
    return made


@contextmanager
def cases(options: argparse.ArgumentParser) -> Iterator[Cases | None]:
    """The cases that the command line asks for; None, saying so, where there are no photos."""
    asked = options.parse_args()
    targets = [
        path for path in sorted((DATA / "targets").glob("*")) if any(part in path.name for part in asked.targets)
    ]
    if not targets or not (asked.library or DATA.exists()):
        print(f"skipped: no such targets or no photos at {DATA}")
        yield None
        return
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        library = asked.library or Path(folder, "library")
        if asked.library is None:
            musivum("index", str(DATA / "photos"), "--library", str(library), "--quiet")
        yield Cases(library, targets, asked)


def planned(target: Path, library: Any, **options: Any) -> Any:
    """The plan of a target whose longer side has 2048 pixels."""
    from musivum.engines.fractal import FractalOptions, plan_fractal
    from musivum.raster import decode

    decoded = decode(target)
    canvas = Size(*decoded.size).scaled(LONG_SIDE / max(decoded.size))
    return plan_fractal(decoded.pixels, library, FractalOptions(**options), canvas=canvas)

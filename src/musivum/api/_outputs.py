"""What is about to be written must not be what is read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from musivum.atomic import check_place
from musivum.errors import OptionError
from musivum.export import EXPORTERS
from musivum.library import Library, files


def check_plan_path(path: Path) -> None:
    """Raise OptionError unless a plan can be written there: call it before the work, not after."""
    if path.suffix.lower() in EXPORTERS:
        raise OptionError(f"cannot write the plan {path}: that is a picture's name; end it in .mosaic")
    check_place(path)


def check_apart(outputs: Sequence[Path], inputs: Mapping[str, Path | None]) -> None:
    """Raise OptionError if an output is an input, given by its role, or another output."""
    for i, output in enumerate(outputs):
        if any(_same(output, other) for other in outputs[:i]):
            raise OptionError(f"cannot write {output} twice: give every output a name of its own")
        for role, read in inputs.items():
            if read is not None and _same(output, read):
                raise OptionError(f"cannot write {output}: that is the {role}; give another name")


def check_spares(outputs: Iterable[Path], library: Library) -> None:
    """Raise OptionError if an output is one of a library's photos, or of the files it consists of."""
    existing = [output for output in outputs if output.exists()]
    if not existing:
        return
    records = files(library.path)
    for output in existing:
        name, size = output.name.casefold(), output.stat().st_size
        # Photos are many, and asking the disk about each would take long.
        likely = [
            record.path for record in records if record.size == size or os.path.basename(record.path).casefold() == name
        ]
        if any(_same(output, Path(path)) for path in likely):
            raise OptionError(
                f"cannot write {output}: that is a photo of the library {library.path}; give another name"
            )
        if any(_same(output, own) for own in library.path.iterdir()):
            raise OptionError(f"cannot write {output}: the library {library.path} needs it; give another name")


def _same(one: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except (OSError, ValueError):  # one of them is not there yet
        return os.path.normcase(os.path.realpath(one)) == os.path.normcase(os.path.realpath(other))

"""``musivum library calibrate``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from musivum import api
from musivum.cli._talk import TALK, Talk
from musivum.cli._text import count

if TYPE_CHECKING:
    from musivum.engines.fractal import Calibration

app = App(
    name="calibrate",
    help_epilogue="""Examples:
  musivum library calibrate photos
  musivum library calibrate photos --windows 4000 --json""",
    help_format="plaintext",
)


@app.default
def calibrate(
    library: Path | None = None,
    /,
    *,
    windows: int = 400,
    seed: int = 0,
    workers: int | None = None,
    talk: Annotated[Talk, Parameter(name="*")] = TALK,
) -> None:
    """Learn what the filters of --retrieval match-pdf are worth for a library.

    Parameters
    ----------
    library
        The library's folder; the built-in one by default.
    windows
        How many pieces of photos to compare with other photos.
    seed
        Another number, other pieces.
    workers
        Threads; by default one a processor.
    """
    with talk.progress() as progress:
        found = api.library_calibrate(library, windows=windows, seed=seed, workers=workers, progress=progress)
    talk.answer(found, _words(found), asked=True)


def _words(found: Calibration) -> Iterator[str]:
    yield f"{found.library}: compared {count(found.windows, 'piece')} of photos with {count(found.photos, 'photo')}"
    yield "share of the photos that match a piece found among the best"
    width = max(map(len, found.recall))
    yield " ".join([" " * width, *(f"{share:>7.0%}" for share in found.shares), "  weight"])
    for name, recall in found.recall.items():
        weight = f"{found.densities[name].weight:8.2f}" if name in found.densities else ""
        yield " ".join([f"{name:{width}}", *(f"{part:>7.1%}" for part in recall), weight]).rstrip()

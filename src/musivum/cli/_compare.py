"""``musivum compare``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from musivum import api
from musivum.cli._talk import TALK, Talk
from musivum.cli._text import count

app = App(
    name="compare",
    help_epilogue="""Options of what is compared may be repeated: every combination is made. With
none of --features, --metric and --compress, a selection of them is shown.

Examples:
  musivum compare face.jpg --library photos -o sheet.png
  musivum compare face.jpg -l photos -o sheet.png --features grid8 --features gabor --metric l2 --metric cosine
  musivum compare face.jpg -l photos -o ranks.png --compress 8 --compress 32 --compress 128 --compress none
  musivum compare face.jpg -l patterns -o sheet.png --colour fit --colour gain""",
    help_format="plaintext",
)

_Several = Annotated[tuple[str, ...], Parameter(negative=(), show_default=False, json_list=False)]


@app.default
def compare(
    target: Path,
    /,
    *,
    output: Annotated[Path, Parameter(alias="-o")],
    library: Annotated[Path | None, Parameter(alias="-l")] = None,
    features: _Several = (),
    metric: _Several = (),
    compress: _Several = (),
    colour: _Several = (),
    tiles: int = 1200,
    width: int = 420,
    workers: int | None = None,
    talk: Annotated[Talk, Parameter(name="*")] = TALK,
) -> None:
    """Show one target under several settings, with their scores, on one sheet.

    Parameters
    ----------
    target
        The picture to resemble.
    output
        Picture of the sheet: .png, .jpg, .webp or .tif.
    library
        Library of photos; by default the built-in one.
    features
        Extractors and weights, as for musivum grid; may be repeated.
    metric
        l2, cosine, dot or absdot; may be repeated.
    compress
        Numbers kept of each vector, a share of their energy, or none; may be repeated.
    colour
        What is done to a photo's colours; may be repeated.
    tiles
        About how many cells each mosaic has.
    width
        Width of each mosaic in pixels.
    workers
        Threads; by default as many as there are processors.
    """
    with talk.progress() as progress:
        told = api.compare(
            target,
            output,
            library=library,
            features=features,
            metric=metric,
            compress=compress,
            colour=colour,
            tiles=tiles,
            width=width,
            workers=workers,
            progress=progress,
        )
    talk.answer(told, _words(told))


def _words(told: api.Comparison) -> Iterator[str]:
    mosaics = count(len(told.variants), "mosaic")
    yield f"{told.sheet}: {told.size.width} x {told.size.height} pixels, {mosaics} of {count(told.cells, 'cell')}"
    rows = [("features", "metric", "numbers", "colour", "error", "SSIM", "seconds")]
    for one in told.variants:
        numbers = f"{one.dimensions:,}/{one.whole:,}"
        figures = (f"{one.score.ciede2000:.1f}", f"{one.score.ssim:.2f}", f"{one.seconds:.1f}")
        rows.append((one.features, one.metric, numbers, one.colour, *figures))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        left = [f"{text:<{width}}" for text, width in zip(row[:4], widths[:4], strict=True)]
        right = [f"{text:>{width}}" for text, width in zip(row[4:], widths[4:], strict=True)]
        yield "  ".join([*left, *right])
    nearest = min(told.variants, key=lambda one: one.score.ciede2000)
    likest = max(told.variants, key=lambda one: one.score.ssim)
    yield f"least error: {nearest.command}"
    if likest is not nearest:
        yield f"most alike: {likest.command}"

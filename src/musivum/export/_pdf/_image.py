"""Pixels as the images of a PDF.

References
----------
.. [1] ISO 32000-1:2008 (PDF 1.7): 7.4.4.4 predictors, 7.4.8 DCT, 8.9.5 image dictionaries, 11.6.5.3 soft masks.
"""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from musivum.export._pdf._file import PdfFile
from musivum.geometry import Box, Size
from musivum.raster import deflated_rows, write_jpeg

if TYPE_CHECKING:
    from musivum.render import Drawing

Strips = Iterable[npt.NDArray[np.uint8]]

LONGEST = 65_500
"""Pixels of an image's longer side, which JPEG and many readers can hold."""

_COPIED = 2**20
_MIRRORED = 256  # rows beyond the picture that are drawn at a time


def put_image(
    pdf: PdfFile,
    strips: Strips,
    size: Size,
    *,
    channels: int,
    colours: int,
    quality: int,
    folder: Path,
    workers: int,
) -> int:
    """Write strips (h, w, 3 or 4) as an image: JPEG, or without loss at quality 100 and where it is transparent.

    Parameters
    ----------
    colours
        Number of the ICC profile.
    folder
        Where temporary files may be.
    """
    about = (
        f"/Type /XObject /Subtype /Image /Width {size.width} /Height {size.height} /BitsPerComponent 8 "
        f"/ColorSpace [/ICCBased {colours} 0 R]"
    )
    flate = f"/Filter /FlateDecode /DecodeParms << /Predictor 15 /Colors 3 /Columns {size.width} >>"
    if channels == 3 and quality < 100:
        write = partial(write_jpeg, strips=strips, size=size, folder=folder, workers=workers, quality=quality)
        return pdf.stream(f"{about} /Filter /DCTDecode", write)
    if channels == 3:
        return pdf.stream(f"{about} {flate}", partial(_write_rows, strips=strips, size=size, workers=workers))
    mask = pdf.reserve()
    with tempfile.TemporaryFile(dir=folder) as aside:
        rows = _set_opacity_aside(strips, aside)
        write = partial(_write_rows, strips=rows, size=size, workers=workers)
        number = pdf.stream(f"{about} {flate} /SMask {mask} 0 R", write)
        grey = about.replace(f"[/ICCBased {colours} 0 R]", "/DeviceGray")
        aside.seek(0)
        pdf.stream(f"{grey} /Filter /FlateDecode", partial(_copy, aside), mask)
    return number


def _write_rows(file: IO[bytes], strips: Strips, size: Size, workers: int) -> None:
    for piece in deflated_rows(strips, size, 3, workers):
        file.write(piece)


def _set_opacity_aside(strips: Strips, aside: IO[bytes]) -> Iterator[npt.NDArray[np.uint8]]:
    """The colours of strips (h, w, 4), while their opacity goes into a file."""
    deflate = zlib.compressobj(6)
    for strip in strips:
        aside.write(deflate.compress(strip[..., 3].tobytes()))
        yield np.ascontiguousarray(strip[..., :3])
    aside.write(deflate.flush())


def _copy(aside: IO[bytes], file: IO[bytes]) -> None:
    while piece := aside.read(_COPIED):
        file.write(piece)


def mirrored_strips(drawing: Drawing, region: Box) -> Iterator[npt.NDArray[np.uint8]]:
    """The rows of a region that may go beyond the picture, which is mirrored at its edges there, as often as it takes.

    What is above and below the picture is drawn a few rows at a time.
    """
    width, height = drawing.size
    x0, y0, x1, y1 = map(int, region)
    columns = np.arange(x0, x1) % (2 * width)
    columns = np.minimum(columns, 2 * width - 1 - columns)
    left, right = int(columns.min()), int(columns.max()) + 1
    straight = right - left == x1 - x0 and x0 == left
    top = y0
    while top < y1:
        turns, first = divmod(top, height)
        bottom = min(y1, (turns + 1) * height)
        if turns == 0:
            strips = drawing.strips(Box(left, first, right, bottom))
        else:
            bottom = min(bottom, top + _MIRRORED)
            last = first + bottom - top
            rows = (height - last, height - first) if turns % 2 else (first, last)
            strips = iter([drawing.region(Box(left, rows[0], right, rows[1]))[:: -1 if turns % 2 else 1]])
        for strip in strips:
            yield np.ascontiguousarray(strip) if straight else strip.take(columns - left, axis=1)
        top = bottom

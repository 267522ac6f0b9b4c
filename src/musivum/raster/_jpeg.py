"""JPEG, band by band: each is encoded on its own, and restart markers join them into one scan.

A restart marker makes the decoder forget the DC coefficients before it and begin at a new byte, which is how an encoder
begins. So bands of whole rows of MCUs that were encoded apart, with the same tables, are one picture.

References
----------
.. [1] ITU-T T.81 (1992) | ISO/IEC 10918-1, B.2: DRI, RST and the order of markers.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.geometry import Size
from musivum.raster._bands import bands, rows_of
from musivum.threads import in_order

_MOST_MCUS = 65535  # between two restart markers
_FRAMES = (0xC0, 0xC1)
_SCAN, _END = 0xDA, b"\xff\xd9"


class _Parts(NamedTuple):
    """A JPEG file in parts: where its frame header and scan header begin, and where the data after them."""

    frame: int
    scan: int
    data: int


def jpeg_options(quality: int) -> dict[str, Any]:
    """What Pillow is told of a quality 1..100: from 90 on chroma is not subsampled, else by two in both directions."""
    return {"quality": quality, "subsampling": 0 if quality >= 90 else 2}


def write_jpeg(
    file: IO[bytes],
    strips: Iterable[npt.NDArray[np.uint8]],
    size: Size,
    folder: Path,
    workers: int,
    *,
    quality: int,
    **options: Any,
) -> None:
    """Write strips (h_i, width, 3) as one JPEG whose pixels are those of Pillow's encoding in one go.

    Parameters
    ----------
    folder
        Where temporary files may be: Pillow lets other threads work only while it writes into a file.
    options
        For Pillow: resolution, profile.
    """
    told = jpeg_options(quality)
    mcu = 16 if told["subsampling"] else 8
    mcus = -(-size.width // mcu)
    rows = min(rows_of(size, 3, mcu), _MOST_MCUS // mcus * mcu)
    encode = partial(_encoded, folder=folder, **told, **options)
    for i, encoded in enumerate(in_order(encode, bands(strips, size, 3, rows), workers)):
        parts = _parts(encoded)
        if i == 0:
            file.write(_header(encoded, parts, size.height, mcus * (rows // mcu)))
        else:
            file.write(bytes((0xFF, 0xD0 + (i - 1) % 8)))
        file.write(memoryview(encoded)[parts.data : -len(_END)])
    file.write(_END)


def _encoded(band: npt.NDArray[np.uint8], *, folder: Path, **options: Any) -> bytes:
    from PIL import Image

    with tempfile.TemporaryFile(dir=folder) as file:
        Image.fromarray(band).save(file, "JPEG", progressive=False, **options)
        file.seek(0)
        return file.read()


def _parts(encoded: bytes) -> _Parts:
    at, frame = 2, 0
    while True:
        kind, length = encoded[at + 1], int.from_bytes(encoded[at + 2 : at + 4], "big")
        if kind in _FRAMES:
            frame = at
        if kind == _SCAN:
            if not frame:
                raise OSError("the encoder of JPEG made no baseline file")
            return _Parts(frame, at, at + 2 + length)
        at += 2 + length


def _header(encoded: bytes, parts: _Parts, height: int, interval: int) -> bytes:
    """The header of a band for the whole: of this height, with a restart marker every so many MCUs."""
    lines = parts.frame + 5
    restart = b"\xff\xdd\x00\x04" + interval.to_bytes(2, "big")
    return b"".join(
        (
            encoded[:lines],
            height.to_bytes(2, "big"),
            encoded[lines + 2 : parts.scan],
            restart,
            encoded[parts.scan : parts.data],
        )
    )

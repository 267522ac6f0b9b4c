"""One file to everything the library keeps of it. Runs in the pool's threads and touches nothing shared."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Container
from dataclasses import dataclass
from typing import IO

import numpy as np
import numpy.typing as npt

from musivum.errors import UnreadableImage
from musivum.geometry import Size
from musivum.library._hash import grey_of
from musivum.library._swatch import swatch_of
from musivum.raster import Limits, decode

SHORT_SIDE, LONG_SIDE = 128, 1024
_IN_MEMORY = 8 * 2**20


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A tile before it has a row: thumbnail uint8, swatch uint16, 32 x 32 grey for the hash."""

    id: str
    size: Size
    thumb: npt.NDArray[np.uint8]
    swatch: npt.NDArray[np.uint16]
    grey: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Ingested:
    """What became of one file: a picture, a reason, or neither where the digest is known already.

    `lasting` is False where the fault may lie outside the file (permissions, a failing disk), so that the next run
    tries again.
    """

    digest: str | None = None
    format: str | None = None
    picture: Picture | None = None
    reason: str | None = None
    lasting: bool = True


def tile_id(size: Size, thumb: npt.NDArray[np.uint8]) -> str:
    """32 hex digits that name a picture on every machine: BLAKE2b of its full size and its thumbnail's pixels."""
    digest = hashlib.blake2b(np.array([*size, *thumb.shape[:2]], "<i8").tobytes(), digest_size=16)
    digest.update(thumb.tobytes())
    return digest.hexdigest()


def picture_of(pixels: npt.NDArray[np.uint8], size: Size) -> Picture:
    """Picture of a thumbnail whose original has `size`."""
    swatch = swatch_of(pixels)
    return Picture(tile_id(size, pixels), size, pixels, swatch, grey_of(swatch))


def ingest(path: str, known: Container[str], limits: Limits) -> Ingested:
    """Digest the file at `path` and, unless a file with that digest is `known`, decode it."""
    try:
        with open(path, "rb", buffering=0) as raw:
            length = raw.seek(0, io.SEEK_END)
            if length > limits.bytes:
                return Ingested(reason=f"the file has {length:,} bytes, above the limit of {limits.bytes:,}")
            raw.seek(0)
            if length <= _IN_MEMORY:
                data = raw.read()
                return _decode(io.BytesIO(data), hashlib.blake2b(data, digest_size=16).hexdigest(), known, limits)
            with io.BufferedReader(raw) as file:
                digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
                return _decode(file, digest, known, limits)
    except OSError as fault:
        return Ingested(reason=(fault.strerror or str(fault)).lower(), lasting=False)


def _decode(file: IO[bytes], digest: str, known: Container[str], limits: Limits) -> Ingested:
    if digest in known:
        return Ingested(digest)
    try:
        decoded = decode(file, short_side=SHORT_SIDE, long_side=LONG_SIDE, limits=limits)
    except UnreadableImage as fault:
        return Ingested(digest, reason=str(fault))
    return Ingested(digest, decoded.format, picture_of(decoded.pixels, decoded.size))

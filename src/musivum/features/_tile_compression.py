"""The compression of a library's kept vectors, kept beside them and extended when tiles are added."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from musivum.atomic import replacing
from musivum.features._compression import Compression, compress, extend
from musivum.features._extractor import Extractor
from musivum.library import KeptVectors, Library, read_vectors, vector_places

_RANK = 256
_FIRST = 16_384  # rows that a decomposition is made of; further ones extend it
_DAMAGE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)


def tile_compression(library: Library, extractor: Extractor, vectors: npt.NDArray[np.float32]) -> Compression | None:
    """Compress the vectors that are kept with a library to 256 dimensions, about zero.

    It is kept beside them. Tiles that have been added since extend it (see `extend`), at a cost that grows with their
    number only; once tiles were pruned it is made afresh. So its last digits depend on the order in which tiles came to
    the library.

    Parameters
    ----------
    vectors
        (n, d) what `tile_vectors` returned. They are decomposed where the library keeps none, because it may not be
        written; never those of other libraries, which the user's cache may hold beside them.

    Returns
    -------
    The compression, or None where vectors are no longer than that.
    """
    if extractor.dimensions <= _RANK:
        return None
    place, _ = vector_places(library.path, extractor.kind, extractor.dimensions)
    kept = read_vectors(place, extractor.dimensions)
    if len(kept.ids) < len(vectors):
        return _of_rows(vectors)
    return _up_to_date(place.with_name(place.name + ".svd"), kept)


def _of_rows(vectors: npt.NDArray[np.float32]) -> Compression:
    first = compress(np.asarray(vectors[:_FIRST]), rank=_RANK, centred=False)
    return extend(first, vectors[_FIRST:], rank=_RANK)


def _up_to_date(path: Path, kept: KeptVectors) -> Compression:
    known = _load(path, kept)
    if known is None:
        found = _of_rows(kept.vectors)
    else:
        found = extend(known, kept.vectors[known.rows :], rank=_RANK)
    if found is not known:
        try:
            with replacing(path) as temporary, temporary.open("wb") as file:
                np.savez(
                    file,
                    basis=found.basis,
                    strengths=found.strengths,
                    numbers=np.array([found.rows, found.total]),
                    digest=np.frombuffer(_digest(kept, found.rows), np.uint8),
                )
        except OSError:
            pass  # a library that may only be read; then it is made each time
    return found


def _load(path: Path, kept: KeptVectors) -> Compression | None:
    """The compression that a file holds, if it was made from the first of these rows."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            basis, strengths, (rows, total), digest = (
                file[name] for name in ("basis", "strengths", "numbers", "digest")
            )
        d = kept.vectors.shape[1]
        if not 1 <= rows <= len(kept.ids) or digest.tobytes() != _digest(kept, int(rows)):
            return None
        if basis.dtype != np.float32 or strengths.dtype != np.float64 or basis.shape != (d, len(strengths)):
            return None
    except _DAMAGE:
        return None
    return Compression(np.zeros(d, np.float32), basis, strengths, int(rows), float(total))


def _digest(kept: KeptVectors, rows: int) -> bytes:
    return hashlib.blake2b(kept.ids[:rows].tobytes(), digest_size=16).digest()

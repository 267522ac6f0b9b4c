"""PNG, band by band, as fast as threads can deflate.

Every row is filtered by Paeth's predictor, which hardly any other filter beats on photos, and what is left is nearly
noise with runs of zeros: matching only runs (the strategy RLE) then gives files as small as searching for repeats does,
in a third of the time. Where few pictures are shown again and again, repeats are searched for.

References
----------
.. [1] Portable Network Graphics (PNG) Specification, third edition, W3C, 2025: chunks, 9 filtering, 10 compression.
.. [2] RFC 1950 and RFC 1951: zlib streams, deflate blocks; the Adler-32 of two parts from those of each.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from functools import partial
from typing import IO, NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.geometry import Size
from musivum.raster._bands import bands, rows_of
from musivum.threads import in_order

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOURS, _COLOURS_AND_OPACITY = 2, 6
_PAETH = 4
_RAW_DEFLATE = -15
_RUNS = (1, zlib.DEFLATED, _RAW_DEFLATE, 8, zlib.Z_RLE)
_REPEATS = (3, zlib.DEFLATED, _RAW_DEFLATE, 8, zlib.Z_DEFAULT_STRATEGY)
_SAMPLE_BYTES, _MUCH = 128 * 2**10, 0.9
_ZLIB_HEADER, _LAST_BLOCK = b"\x78\x01", b"\x03\x00"
_ADLER = 65521
_BLOCK_BYTES = 128 * 2**10  # that filtering works on, such that it stays in the cache
_METRE = 0.0254


class _Deflated(NamedTuple):
    data: bytes
    adler: int
    length: int
    """Of what was deflated, in bytes."""


def write_png(
    file: IO[bytes],
    strips: Iterable[npt.NDArray[np.uint8]],
    size: Size,
    channels: int,
    workers: int,
    *,
    icc_profile: bytes,
    dpi: tuple[float, float] | None = None,
) -> None:
    """Write strips (h_i, width, 3 or 4) as one PNG with 8 bits a channel."""
    kind = _COLOURS if channels == 3 else _COLOURS_AND_OPACITY
    file.write(_SIGNATURE)
    _chunk(file, b"IHDR", struct.pack(">IIBBBBB", *size, 8, kind, 0, 0, 0))
    _chunk(file, b"iCCP", b"ICC Profile\0\0" + zlib.compress(icc_profile))
    if dpi is not None:
        _chunk(file, b"pHYs", struct.pack(">IIB", *(round(each / _METRE) for each in dpi), 1))
    for piece in deflated_rows(strips, size, channels, workers):
        _chunk(file, b"IDAT", piece)
    _chunk(file, b"IEND", b"")


def deflated_rows(strips: Iterable[npt.NDArray[np.uint8]], size: Size, channels: int, workers: int) -> Iterator[bytes]:
    """The rows of strips (h_i, width, channels), filtered as in a PNG [1], in pieces of one zlib stream."""
    adler, start = 1, _ZLIB_HEADER
    pairs = _with_row_above(bands(strips, size, channels, rows_of(size, channels)))
    for part in in_order(partial(_deflated, channels=channels), pairs, workers):
        yield start + part.data
        adler, start = _adler_of_both(adler, part), b""
    yield _LAST_BLOCK + adler.to_bytes(4, "big")


def _chunk(file: IO[bytes], kind: bytes, data: bytes) -> None:
    file.write(len(data).to_bytes(4, "big") + kind)
    file.write(data)
    file.write(zlib.crc32(data, zlib.crc32(kind)).to_bytes(4, "big"))


def _with_row_above(
    parts: Iterable[npt.NDArray[np.uint8]],
) -> Iterator[tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]]:
    above = None
    for part in parts:
        rows = part.reshape(len(part), -1)
        yield (np.zeros_like(rows[0]) if above is None else above), rows
        above = rows[-1]


def _deflated(rows: tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]], *, channels: int) -> _Deflated:
    """Rows (h, n) of bytes under the row (n,) above them, filtered and deflated up to a whole byte."""
    filtered = paeth(*rows, channels)
    deflate = zlib.compressobj(*_way(filtered))
    data = deflate.compress(filtered.data) + deflate.flush(zlib.Z_SYNC_FLUSH)
    return _Deflated(data, zlib.adler32(filtered.data), filtered.size)


def _way(filtered: npt.NDArray[np.uint8]) -> tuple[int, int, int, int, int]:
    """How to deflate a band, by trial on some of it: by runs alone, unless repeats make it much smaller."""
    middle = len(filtered) // 2
    some = filtered[middle : middle + -(-_SAMPLE_BYTES // filtered.shape[1])].tobytes()
    sizes = []
    for way in (_RUNS, _REPEATS):
        deflate = zlib.compressobj(*way)
        sizes.append(len(deflate.compress(some) + deflate.flush()))
    return _REPEATS if sizes[1] < _MUCH * sizes[0] else _RUNS


def _adler_of_both(first: int, second: _Deflated) -> int:
    low = ((first & 0xFFFF) + (second.adler & 0xFFFF) - 1) % _ADLER
    high = ((first >> 16) + (second.adler >> 16) + second.length * ((first & 0xFFFF) - 1)) % _ADLER
    return high << 16 | low


def paeth(above: npt.NDArray[np.uint8], rows: npt.NDArray[np.uint8], channels: int) -> npt.NDArray[np.uint8]:
    """Rows (h, n) of bytes as (h, 1 + n): the number of the filter, and what Paeth's predictor leaves [1].

    The predictor chooses of a (left), b (above) and c (above left) the nearest to a + b - c, whose distances from them
    are |b - c|, |a - c| and |(b - c) + (a - c)|. The last is at least both others where the two differences have one
    sign, and the difference of the others where not: so all of it can be done in bytes.
    """
    height, width = rows.shape
    out = np.empty((height, 1 + width), np.uint8)
    out[:, 0] = _PAETH
    block = max(1, min(height, _BLOCK_BYTES // width))
    padded = np.zeros((block + 1, channels + width), np.uint8)
    padded[block, channels:] = above
    for top in range(0, height, block):
        k = min(block, height - top)
        padded[0] = padded[block]
        padded[1 : k + 1, channels:] = rows[top : top + k]
        a, b, c = padded[1 : k + 1, :-channels], padded[:k, channels:], padded[:k, :-channels]
        to_a, to_b = _apart(b, c), _apart(a, c)
        to_c = _apart(to_a, to_b)
        to_c |= -((b > c) == (a > c)).view(np.uint8)
        nearest = _chosen(to_b <= to_c, b, c)
        nearest = _chosen(to_a <= np.minimum(to_b, to_c, out=to_c), a, nearest)
        np.subtract(padded[1 : k + 1, channels:], nearest, out=out[top : top + k, 1:])
    return out


def _apart(x: npt.NDArray[np.uint8], y: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    apart = np.maximum(x, y)
    apart -= np.minimum(x, y)
    return apart


def _chosen(first: npt.NDArray[np.bool_], x: npt.NDArray[np.uint8], y: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """`x` where `first`, else `y`; by bits, four times as fast as `numpy.where`."""
    mask = -first.view(np.uint8)
    mask &= x ^ y
    mask ^= y
    return mask

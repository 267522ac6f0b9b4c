"""Photoshop documents with layers: PSD, and PSB, its variant for large ones.

Adobe Photoshop File Formats Specification, November 2019. Numbers are big-endian; PSB has some of them twice as wide.
"""

from __future__ import annotations

import shutil
import struct
import tempfile
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import IO

import numpy as np

from musivum.atomic import check_place, replacing, writing
from musivum.errors import OptionError
from musivum.export._layered._entry import Entry, LayerOptions, Pixels
from musivum.export._layered._layers import MOST_LAYERS, stack_of
from musivum.export._look import Look, Picture
from musivum.geometry import Size
from musivum.library import Library
from musivum.plan import Plan
from musivum.progress import Progress
from musivum.raster import srgb_profile

_LONGEST_SIDE = {".psd": 30_000, ".psb": 300_000}
_LARGEST_PSD = 2**31 - 1  # bytes
_MOST_RECORDS = 10_000  # layers that may be asked for: a group has two records more, and 2^15 - 1 is the end
_IN_MEMORY = 32 * 2**20  # bytes of a layer; more are kept in a file
_BLOCK = 4 * 2**20  # bytes that are packed at a time
_RESOLUTION, _ICC_PROFILE = 1005, 1039
_TRANSPARENCY = -1
_RAW, _PACKED = b"\0\0", b"\0\1"
_HIDDEN = 0x02
_GROUP, _GROUP_END = 2, 3  # kinds of section dividers: a closed folder, and what bounds it below
_END_NAME = "</Layer group>"


def check_psd(
    path: Path, size: Size, *, channels: int, options: LayerOptions | None = None, quality: int, dpi: float | None
) -> None:
    """Raise OptionError unless a document of this size can be written so."""
    suffix = path.suffix.lower()
    longest = _LONGEST_SIDE[suffix]
    if max(size) > longest:
        instead = "write a .psb" if max(size) <= _LONGEST_SIDE[".psb"] else "draw it smaller"
        raise OptionError(
            f"cannot write {path}: {suffix} holds at most {longest:,} pixels a side and the picture has "
            f"{size.width:,} x {size.height:,}; {instead}"
        )
    if suffix == ".psd":
        _check_bytes(path, channels * size.width * size.height)
    if options is not None and options.most_layers is not None and options.most_layers > _MOST_RECORDS:
        raise OptionError(
            f"cannot write {path}: most-layers is {options.most_layers:,} and {suffix} takes {_MOST_RECORDS:,} with "
            "their groups; ask for fewer, or write a folder of layers"
        )
    check_place(path)


def write_psd(
    plan: Plan,
    library: Library,
    path: Path,
    look: Look,
    *,
    options: LayerOptions | None = None,
    quality: int,
    dpi: float | None,
    progress: Progress,
) -> Picture:
    """Write a plan as a layered document; layers wait in a file without a name until all are drawn."""
    wide, folder = path.suffix.lower() == ".psb", path.parent
    options = options or LayerOptions()
    stack = stack_of(plan, library, look, options, most=MOST_LAYERS, folder=folder, progress=progress)
    size, channels = stack.drawing.size, stack.drawing.channels
    if not wide:
        _check_bytes(path, stack.colour_bytes)
    with (
        writing(path),
        replacing(path) as temporary,
        temporary.open("wb+") as file,
        tempfile.TemporaryFile(dir=folder) as spool,
        tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=str(folder)) as planes,
    ):
        file.write(b"8BPS" + struct.pack(">H6xHIIHH", 1 + wide, channels, size.height, size.width, 8, 3))
        file.write(bytes(4))
        _write_sized(file, _resources(dpi), wide=False)
        records = list(_records(stack.entries, planes, spool, wide))
        _write_layers(file, records, spool, wide, transparent=channels == 4)
        strips = stack.drawing.strips(progress=progress)
        _spread(_over_white(strips) if channels == 4 else strips, size, channels, planes)
        _write_planes(file, planes, 0, channels * size.height, size.width, wide)
        if not wide:
            _check_bytes(path, file.tell())
    return Picture(path, size, stack.drawing.drawn, stack.remarks)


def _check_bytes(path: Path, count: int) -> None:
    if count > _LARGEST_PSD:
        raise OptionError(
            f"cannot write {path}: it would have {count / 1e9:.1f} GB and .psd holds at most 2; write a .psb, or draw "
            "it smaller"
        )


def _resources(dpi: float | None) -> bytes:
    found = [(_ICC_PROFILE, srgb_profile())]
    if dpi is not None:
        fixed = min(round(dpi * 65536), 2**32 - 1)  # pixels per inch, shown as such, for sides in inches
        found.insert(0, (_RESOLUTION, struct.pack(">IHHIHH", fixed, 1, 1, fixed, 1, 1)))
    return b"".join(
        b"8BIM" + struct.pack(">HHI", kind, 0, len(data)) + data + bytes(len(data) % 2) for kind, data in found
    )


def _write_sized(file: IO[bytes], data: bytes, *, wide: bool) -> None:
    file.write(len(data).to_bytes(8 if wide else 4, "big") + data)


def _write_layers(file: IO[bytes], records: list[bytes], spool: IO[bytes], wide: bool, *, transparent: bool) -> None:
    """The section of layers and masks: all records, then the pixels of all layers."""
    bytes_of_length = 8 if wide else 4
    length = 2 + sum(map(len, records)) + spool.tell()
    length += -length % 4
    file.write((bytes_of_length + length + 4).to_bytes(bytes_of_length, "big"))
    file.write(length.to_bytes(bytes_of_length, "big"))
    begun = file.tell()
    file.write(struct.pack(">h", -len(records) if transparent else len(records)))  # negative: the whole has an alpha
    file.writelines(records)
    spool.seek(0)
    shutil.copyfileobj(spool, file, _BLOCK)
    file.write(bytes(begun + length - file.tell()))
    file.write(bytes(4))  # no global mask


def _records(entries: Iterator[Entry], planes: IO[bytes], spool: IO[bytes], wide: bool) -> Iterator[bytes]:
    """Records of layers and groups, the undermost first, whose pixels go to the end of the spool."""
    for group, some in groupby(entries, key=attrgetter("group")):
        if group:
            yield _divider(_END_NAME, _GROUP_END, spool, wide)
        for entry in some:
            size = Size(entry.width, entry.height)
            _spread(_with_opacity(entry.strips), size, 4, planes)
            lengths = [
                _write_planes(spool, planes, k * size.height, size.height, size.width, wide) for k in (3, 0, 1, 2)
            ]
            box = (entry.y, entry.x, entry.y + size.height, entry.x + size.width)
            yield _record(
                entry.name, box, lengths, round(255 * entry.opacity), 0 if entry.visible else _HIDDEN, b"", wide
            )
        if group:
            yield _divider(group, _GROUP, spool, wide)


def _divider(name: str, kind: int, spool: IO[bytes], wide: bool) -> bytes:
    spool.write(4 * _RAW)
    return _record(
        name,
        (0, 0, 0, 0),
        4 * [len(_RAW)],
        255,
        0,
        _block(b"lsct", struct.pack(">I4s4s", kind, b"8BIM", b"norm")),
        wide,
    )


def _record(
    name: str, box: tuple[int, int, int, int], lengths: list[int], opacity: int, flags: int, more: bytes, wide: bool
) -> bytes:
    channels = zip((_TRANSPARENCY, 0, 1, 2), lengths, strict=True)
    told = name.encode("utf-16-be")
    short = name.replace(" · ", ", ").encode("ascii", "replace")[:255]
    pascal = bytes([len(short)]) + short
    extra = bytes(8)  # no mask, no ranges of blending
    extra += pascal + bytes(-len(pascal) % 4)
    extra += _block(b"luni", struct.pack(">I", len(told) // 2) + told) + more
    return b"".join(
        (
            struct.pack(">4iH", *box, len(lengths)),
            *(struct.pack(">hQ" if wide else ">hI", *channel) for channel in channels),
            b"8BIMnorm" + struct.pack(">BBBxI", opacity, 0, flags, len(extra)),
            extra,
        )
    )


def _block(key: bytes, data: bytes) -> bytes:
    data += bytes(-len(data) % 4)
    return b"8BIM" + key + struct.pack(">I", len(data)) + data


def _with_opacity(strips: Iterable[Pixels]) -> Iterator[Pixels]:
    for strip in strips:
        yield strip if strip.shape[2] == 4 else np.pad(strip, ((0, 0), (0, 0), (0, 1)), constant_values=255)


def _over_white(strips: Iterable[Pixels]) -> Iterator[Pixels]:
    """The whole picture as Photoshop keeps it beside its opacity: as it looks on white."""
    for strip in strips:
        share = strip[..., 3:].astype(np.uint32)
        colours = (strip[..., :3] * share + 255 * (255 - share) + 127) // 255
        yield np.concatenate([colours.astype(np.uint8), strip[..., 3:]], axis=2)


def _spread(strips: Iterable[Pixels], size: Size, channels: int, planes: IO[bytes]) -> None:
    """Write strips into a file as whole channels, one after the other."""
    y = 0
    for strip in strips:
        for k in range(channels):
            planes.seek((k * size.height + y) * size.width)
            planes.write(np.ascontiguousarray(strip[..., k]).data)
        y += len(strip)


def _write_planes(out: IO[bytes], planes: IO[bytes], first: int, rows: int, width: int, wide: bool) -> int:
    """Append rows of a file of channels, packed if that is shorter; the bytes written."""
    from musivum.export._layered._packbits import packed

    begun = out.tell()
    counts = np.zeros(rows, ">u4" if wide else ">u2")
    out.write(_PACKED + counts.tobytes())
    planes.seek(first * width)
    some = max(1, _BLOCK // width)
    for row in range(0, rows, some):
        block = np.frombuffer(planes.read(min(some, rows - row) * width), np.uint8).reshape(-1, width)
        data, counts[row : row + some] = packed(block)
        out.write(data.data)
    if out.tell() - begun < len(_RAW) + rows * width:
        end = out.tell()
        out.seek(begun + len(_PACKED))
        out.write(counts.tobytes())
        out.seek(end)
    else:
        out.seek(begun)
        out.truncate()
        out.write(_RAW)
        planes.seek(first * width)
        for row in range(0, rows, some):
            out.write(planes.read(min(some, rows - row) * width))
    return out.tell() - begun

"""The plan file: a ZIP archive of plan.json, one .npy a column, and the target's JPEG.

The same plan gives the same bytes; nothing in a file is executed; no column is unpacked before its declared size has
been compared with the number of placements.
"""

from __future__ import annotations

import io
import math
import struct
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.atomic import replacing
from musivum.errors import PlanError
from musivum.geometry import Size
from musivum.plan._alternates import ALTERNATE_COLUMNS, Alternates
from musivum.plan._captions import CAPTION_COLUMNS, Captions
from musivum.plan._columns import Column
from musivum.plan._header import PLACED, header_bytes, read_header
from musivum.plan._placements import PLACEMENT_COLUMNS, Placements, TileTable
from musivum.plan._plan import Plan

_ADDED = {  # columns that came with a version, and what the older plans mean
    2: {"placements/multiply": 1.0, "placements/follow": 0.0},
    4: {"captions/box": 0.0},
}
_MAX_BYTES = 2 * 2**30  # unpacked, all members together: about 4 million placements with four alternates each
_MAX_MEMBER = 256 * 2**20  # plan.json and the target; a million photos are listed in less
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, MemoryError),
    *(ValueError, OverflowError, IndexError),  # zipfile lets these through from names and extra fields
)
_SIZES = Column(np.int32, (2,))


def save_plan(plan: Plan, path: str | Path) -> None:
    """Write a plan file in one step: readers see the old file or the whole new one.

    Raises
    ------
    PlanError
        If the folder cannot be written, or recipe or statistics are not JSON.
    """
    path = Path(path)
    members = {"plan.json": header_bytes(plan)}
    if max(len(members["plan.json"]), len(plan.target)) > _MAX_MEMBER:
        raise PlanError(f"the plan's list of tiles or its target takes more than {_MAX_MEMBER >> 20} MiB")
    members["tiles/sizes.npy"] = _npy_bytes(plan.tiles.sizes)
    for name in PLACEMENT_COLUMNS:
        members[f"placements/{name}.npy"] = _npy_bytes(getattr(plan.placements, name))
    for name in ALTERNATE_COLUMNS:
        members[f"alternates/{name}.npy"] = _npy_bytes(getattr(plan.alternates, name))
    for name in CAPTION_COLUMNS:
        members[f"captions/{name}.npy"] = _npy_bytes(getattr(plan.captions, name))
    members["target.jpg"] = plan.target

    try:
        with replacing(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
            for name, content in members.items():
                info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                info.compress_type = zipfile.ZIP_STORED if name == "target.jpg" else zipfile.ZIP_DEFLATED
                info.create_system, info.external_attr = 3, 0o644 << 16
                archive.writestr(info, content, compresslevel=4)
    except OSError as fault:
        raise PlanError(f"cannot write the plan {path}: {fault.strerror or fault}") from fault


def load_plan(path: str | Path) -> Plan:
    """Read a plan file.

    Raises
    ------
    PlanError
        If the file is missing, damaged, of another version, or contradicts itself.
    """
    path = Path(path)
    try:
        with zipfile.ZipFile(path) as archive:
            if any(info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for info in archive.infolist()):
                raise PlanError("it is packed in a way that plans are not")
            if sum(info.file_size for info in archive.infolist()) > _MAX_BYTES:
                raise PlanError(f"would unpack to more than {_MAX_BYTES >> 30} GiB")
            return _read(archive)
    except FileNotFoundError as fault:
        raise PlanError(f"there is no plan {path}") from fault
    except PlanError as fault:
        raise PlanError(f"cannot read the plan {path}: {fault}") from fault
    except _DAMAGE as fault:
        raise PlanError(f"cannot read the plan {path}: the file is damaged or no plan ({fault})") from fault
    except OSError as fault:
        raise PlanError(f"cannot read the plan {path}: {fault.strerror or fault}") from fault


def _read(archive: zipfile.ZipFile) -> Plan:
    header = read_header(_member(archive, "plan.json"))
    n, alternates, ids = header["placements"], header["alternates"], tuple(header["ids"])
    newer = {
        name: value for version, added in _ADDED.items() if version > header["version"] for name, value in added.items()
    }

    def column(room: str, name: str, kind: Column, rows: int) -> npt.NDArray[Any]:
        shape = (rows, *(alternates if side is None else side for side in kind.shape))
        if f"{room}/{name}" in newer:
            return np.full(shape, newer[f"{room}/{name}"], kind.dtype)
        return _column(archive, f"{room}/{name}.npy", np.dtype(kind.dtype), shape)

    tiles = TileTable(ids, tuple(header["sources"]), column("tiles", "sizes", _SIZES, len(ids)))
    placements = Placements(**{name: column("placements", name, c, n) for name, c in PLACEMENT_COLUMNS.items()})
    background, placed = header["background"], header["version"] >= PLACED
    known = ALTERNATE_COLUMNS if placed else ("tile", "error")
    columns = {name: column("alternates", name, ALTERNATE_COLUMNS[name], n) for name in known}
    captions = header["captions"]
    return Plan(
        canvas=Size(*header["canvas"]),
        background=background if isinstance(background, str) else (background[0], background[1], background[2]),
        outline=header["outline"],
        tint=float(header["tint"]),
        overlay=float(header["overlay"]),
        gap=float(header["gap"]),
        tiles=tiles,
        placements=placements,
        alternates=Alternates(**columns)
        if placed
        else Alternates.centred(**columns, placements=placements, tiles=tiles),
        target=_member(archive, "target.jpg"),
        recipe=header["recipe"],
        statistics=header["statistics"],
        grey=header["grey"],
        corner=float(header["corner"]),
        captions=Captions(
            text=tuple(captions["text"]),
            size=float(captions["size"]),
            colour=(captions["colour"][0], captions["colour"][1], captions["colour"][2]),
            font=captions["font"],
            **{name: column("captions", name, c, len(captions["text"])) for name, c in CAPTION_COLUMNS.items()},
        ),
    )


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        size = archive.getinfo(name).file_size
    except KeyError as fault:
        raise PlanError(f"{name} is missing") from fault
    if size > _MAX_MEMBER:
        raise PlanError(f"{name} would unpack to more than {_MAX_MEMBER >> 20} MiB")
    with archive.open(name) as stream:
        return stream.read(size + 1)  # a bound, as the size may be a lie


def _column(archive: zipfile.ZipFile, name: str, dtype: np.dtype[Any], shape: tuple[int, ...]) -> npt.NDArray[Any]:
    try:
        size = archive.getinfo(name).file_size
        with archive.open(name) as stream:
            if np.lib.format.read_magic(stream) != (1, 0):
                raise ValueError
            found, fortran, kind = np.lib.format.read_array_header_1_0(stream)
            expected = math.prod(shape) * dtype.itemsize
            if found != shape or kind != dtype.newbyteorder("<") or fortran or size - stream.tell() != expected:
                raise ValueError
            content = stream.read(expected + 1)
        if len(content) != expected:
            raise ValueError
    except KeyError as fault:
        raise PlanError(f"{name} is missing") from fault
    except (ValueError, TypeError, SyntaxError, tokenize.TokenError, RecursionError, MemoryError) as fault:
        raise PlanError(f"{name} is not a column of {shape} {dtype}") from fault
    if dtype == np.bool_:  # any other byte than 0 and 1 would be neither true nor false
        return np.not_equal(np.frombuffer(content, np.uint8), 0).reshape(shape)
    return np.frombuffer(content, kind).reshape(shape)


def _npy_bytes(values: npt.NDArray[Any]) -> bytes:
    stream = io.BytesIO()
    little = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
    np.lib.format.write_array(stream, little, version=(1, 0), allow_pickle=False)
    return stream.getvalue()

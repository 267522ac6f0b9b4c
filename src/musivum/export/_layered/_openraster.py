"""OpenRaster (.ora): layers as PNG files in a zip archive, which Krita, GIMP and MyPaint open.

OpenRaster Specification 0.0.5, freedesktop.org: the mimetype comes first, what is in front comes first in stack.xml.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import IO, Any
from xml.etree import ElementTree as ET

import numpy as np

from musivum.atomic import check_place, replacing, writing
from musivum.export._layered._entry import Entry, LayerOptions, Pixels
from musivum.export._layered._layers import MOST_LAYERS, stack_of
from musivum.export._layered._png import write_layer
from musivum.export._look import Look, Picture
from musivum.geometry import Size
from musivum.library import Library
from musivum.plan import Plan
from musivum.progress import Progress
from musivum.raster import srgb_profile, write_png
from musivum.threads import thread_count

_VERSION = "0.0.5"
_THUMBNAIL = 256  # pixels of the longer side, at most
_UNIX_FILE = 0o100644 << 16


def check_ora(
    path: Path, size: Size, *, channels: int, options: LayerOptions | None = None, quality: int, dpi: float | None
) -> None:
    """Raise OptionError unless an archive can be written there; it holds pictures of any size."""
    check_place(path)


def write_ora(
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
    """Write a plan as an archive of layers."""
    stack = stack_of(
        plan, library, look, options or LayerOptions(), most=MOST_LAYERS, folder=path.parent, progress=progress
    )
    size, channels, workers = stack.drawing.size, stack.drawing.channels, thread_count(look.workers)
    with writing(path), replacing(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        with _member(archive, "mimetype") as file:
            file.write(b"image/openraster")
        image = ET.Element("image", version=_VERSION, w=str(size.width), h=str(size.height))
        if dpi is not None:
            image.attrib |= dict.fromkeys(("xres", "yres"), str(max(1, round(dpi))))
        image.append(_put_layers(archive, stack.entries, workers))
        with _member(archive, "stack.xml") as file:
            ET.indent(image)
            file.write(ET.tostring(image, "utf-8", xml_declaration=True))
        step, small = -(-max(size) // _THUMBNAIL), list[Pixels]()
        strips = _reducing(stack.drawing.strips(progress=progress), step, small)
        about: dict[str, Any] = {"icc_profile": srgb_profile(), "dpi": None if dpi is None else (dpi, dpi)}
        with _member(archive, "mergedimage.png") as file:
            write_png(file, strips, size, channels, workers, **about)
        thumbnail = np.concatenate(small)
        with _member(archive, "Thumbnails/thumbnail.png") as file:
            write_png(file, [thumbnail], Size(*thumbnail.shape[1::-1]), channels, 1, **about)
    return Picture(path, size, stack.drawing.drawn, stack.remarks)


def _put_layers(archive: zipfile.ZipFile, entries: Iterable[Entry], workers: int) -> ET.Element:
    """The stack, after its layers were put into the archive."""
    whole = ET.Element("stack")
    count = 0
    for group, some in groupby(entries, key=attrgetter("group")):
        stack = whole
        if group:
            stack = ET.Element("stack", name=group)
            whole.insert(0, stack)
        for entry in some:
            name = f"data/{count:05d}.png"
            count += 1
            with _member(archive, name) as file:
                write_layer(file, entry, workers)
            attributes = {
                "name": entry.name,
                "src": name,
                "x": str(entry.x),
                "y": str(entry.y),
                "opacity": f"{entry.opacity:.6g}",
                "visibility": "visible" if entry.visible else "hidden",
                "composite-op": "svg:src-over",
            }
            stack.insert(0, ET.Element("layer", attributes))
    return whole


def _member(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    info = zipfile.ZipInfo(name)  # dated 1980, not by the clock: equal pictures are equal files
    info.create_system, info.external_attr = 3, _UNIX_FILE
    return archive.open(info, "w", force_zip64=True)


def _reducing(strips: Iterable[Pixels], step: int, out: list[Pixels]) -> Iterator[Pixels]:
    """Hand strips through; `out` gets the means of squares of `step` pixels."""
    kept = None
    for strip in strips:
        yield strip
        kept = strip if kept is None else np.concatenate([kept, strip])
        whole = len(kept) // step * step
        if whole:
            out.append(_means(kept[:whole], step))
            kept = kept[whole:]
    if kept is not None and len(kept):
        out.append(_means(kept, step))


def _means(rows: Pixels, step: int) -> Pixels:
    sums = np.pad(rows.astype(np.float32), ((0, 0), (0, 0), (0, 1)), constant_values=1)
    transparent = rows.shape[2] == 4
    if transparent:
        sums[..., :3] *= sums[..., 3:4]
    for axis in (0, 1):
        sums = np.add.reduceat(sums, np.arange(0, sums.shape[axis], step), axis)
    if transparent:
        sums[..., :3] *= sums[..., 4:] / np.maximum(sums[..., 3:4], 1)
    means: Pixels = np.rint(sums[..., :-1] / sums[..., -1:]).astype(np.uint8)
    return means

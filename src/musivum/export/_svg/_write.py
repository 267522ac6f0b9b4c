"""A plan as an SVG.

References
----------
.. [1] Scalable Vector Graphics (SVG) 1.1 (second edition), W3C, 2011: 7 coordinates, 14 clipping and
   masking, 15 filter effects.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from musivum.atomic import check_place, replacing, writing
from musivum.color import LUMINANCE, linear_from_srgb, srgb_from_linear
from musivum.errors import OptionError
from musivum.export._layered import groups_of
from musivum.export._look import Look, Picture
from musivum.export._svg._captions import captions
from musivum.export._svg._options import SvgOptions
from musivum.export._svg._photos import Photos
from musivum.export._svg._pictures import data_address
from musivum.export._svg._text import STRETCHED, escaped, numeral, placed
from musivum.geometry import Size
from musivum.library import Library
from musivum.plan import Background, Plan
from musivum.progress import Progress

if TYPE_CHECKING:
    from musivum.render import Drawn

_DPI = 300.0
_SMALL = 2048  # pixels of the longer side of the target, which plans keep small, and of what is under seams
_MOST_GROUPS = 200


def check_svg(
    path: Path, size: Size, *, channels: int, options: SvgOptions | None = None, quality: int, dpi: float | None
) -> None:
    """Raise OptionError unless a file can be put there."""
    check_place(path)


def write_svg(
    plan: Plan,
    library: Library,
    path: Path,
    look: Look,
    *,
    options: SvgOptions | None = None,
    quality: int,
    dpi: float | None,
    progress: Progress,
) -> Picture:
    """Write every photo as an image with a matrix, an outline and a soft edge; `dpi` is 300 if None.

    Raises
    ------
    OptionError
        If alternates are to be blended, which SVG does otherwise.
    """
    if look.alternates:
        raise OptionError("an SVG shows the chosen photos only: leave --alternates out, or write a picture")
    look.drawing(plan.select(np.arange(0)), library)  # its faults are found before the work
    size = plan.canvas.scaled(look.scale)
    writer = _Writer(plan, library, path, look, options or SvgOptions(), quality, progress)
    with writing(path), replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        file.writelines(writer.document(25.4 * look.scale / (dpi or _DPI)))
    return Picture(path, size, writer.drawn, tuple(writer.remarks()))


class _Writer:
    """What goes into one document, piece by piece; lengths are pixels of the canvas."""

    def __init__(
        self,
        plan: Plan,
        library: Library,
        path: Path,
        look: Look,
        options: SvgOptions,
        quality: int,
        progress: Progress,
    ) -> None:
        self._plan, self._library, self._path, self._look = plan, library, path, look
        self._quality = quality
        self._groups = [(name, np.sort(rows)) for name, rows in groups_of(plan, look.scale, _MOST_GROUPS).groups]
        order = np.concatenate([np.zeros(0, np.int64), *(rows for _, rows in self._groups)])
        self._photos = Photos(
            plan, library, look, order, linked=options.linked, folder=path.parent, quality=quality, progress=progress
        )
        self._grey = plan.grey if look.grey is None else look.grey

    def document(self, millimetre: float) -> Iterator[str]:
        """The whole, with so many millimetres to a pixel of the canvas."""
        plan, look = self._plan, self._look
        width, height = plan.canvas
        yield (
            '<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" '
            'xmlns:xlink="http://www.w3.org/1999/xlink" '
            'xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" '
            f'width="{numeral(width * millimetre)}mm" height="{numeral(height * millimetre)}mm" '
            f'viewBox="0 0 {width} {height}">\n<title>{escaped(self._path.stem)}</title>\n<defs>\n'
            f'<clipPath id="canvas"><rect width="{width}" height="{height}"/></clipPath>\n'
        )
        yield from self._photos.definitions()
        yield '</defs>\n<g clip-path="url(#canvas)">\n'
        yield from self._behind("background", plan.background if look.background is None else look.background)
        yield from self._under_seams()
        yield '<g filter="url(#grey)">\n' if self._grey and self._photos.links else "<g>\n"
        photos = self._photos.elements()
        for number, (name, rows) in enumerate(self._groups, 1):
            yield f'<g id="group{number}" inkscape:groupmode="layer" inkscape:label="{escaped(name)}">\n'
            yield from islice(photos, len(rows))
            yield "</g>\n"
        yield "</g>\n"
        for _ in photos:  # to the end of its progress
            pass
        overlay = plan.overlay if look.overlay is None else look.overlay
        if overlay > 0:
            yield from self._behind("overlay", "target", overlay)
        if look.captions:
            yield from captions(plan.captions, look.scale, self._colour(plan.captions.colour))
        yield "</g>\n</svg>\n"

    @property
    def drawn(self) -> Drawn | None:
        """What embedded photos were drawn from, when all is written."""
        return self._photos.drawn

    def remarks(self) -> Iterator[str]:
        """What the person should know."""
        photos, tint = self._photos, self._plan.tint if self._look.tint is None else self._look.tint
        if photos.fileless:
            yield f"{photos.fileless:,} of the photos have no file to link, such as built-in ones, and are embedded"
        if photos.links and tint > 0:
            yield "linked photos keep their own colours: the tint is only in embedded ones"
        if photos.gone:
            yield f"{photos.gone:,} of the linked photos are not where they were"
        if photos.unknown:
            yield f"{photos.unknown:,} of the linked photos are of kinds that browsers do not show, such as TIFF"

    def _under_seams(self) -> Iterator[str]:
        """The mosaic once more under cells that touch: programs let through what is behind where two edges meet."""
        look = self._look
        if not self._photos.shapes.closed or not len(self._plan.placements) or look.channels(self._plan) == 4:
            return
        small = replace(look, tint=0.0 if self._photos.links else look.tint, overlay=0.0, captions=False)
        yield self._picture("seams", self._plan, small)

    def _behind(self, name: str, background: Background, opacity: float = 1.0) -> Iterator[str]:
        """A colour, or the target, over the whole canvas."""
        if background == "target":
            look = replace(self._look, background="target", overlay=0.0, captions=False)
            yield self._picture(name, self._plan.select(np.arange(0)), look, opacity)
        elif not isinstance(background, str):
            width, height = self._plan.canvas
            yield f'<rect id="{name}" width="{width}" height="{height}" fill="{self._colour(background)}"/>\n'

    def _picture(self, name: str, plan: Plan, look: Look, opacity: float = 1.0) -> str:
        """A small drawing over the whole canvas."""
        small = replace(look, scale=min(look.scale, _SMALL / max(plan.canvas)))
        href = data_address(small.drawing(plan, self._library).region(), self._quality)
        return (
            f'<image id="{name}" {placed((0, 0, *plan.canvas))} opacity="{numeral(opacity)}" {STRETCHED} '
            f'xlink:href="{href}"/>\n'
        )

    def _colour(self, colour: tuple[int, ...]) -> str:
        rgb = np.array(colour, np.uint8)
        if self._grey:
            light = linear_from_srgb(rgb) @ LUMINANCE
            rgb = srgb_from_linear(np.full(3, light, np.float32))
        return "#" + bytes(rgb.tolist()).hex()

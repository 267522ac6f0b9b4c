"""A plan as an SVG.

References
----------
.. [1] Scalable Vector Graphics (SVG) 1.1 (second edition), W3C, 2011: 7 coordinates, 14 clipping and
   masking, 15 filter effects.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from musivum.atomic import check_place, replacing
from musivum.color import LUMINANCE, linear_from_srgb, srgb_from_linear
from musivum.errors import OptionError
from musivum.export._levels import levels_of
from musivum.export._look import Look, Picture
from musivum.export._svg._options import SvgOptions
from musivum.export._svg._pictures import addresses, crops_of, data_address, drawing_of, laid_out, pictures
from musivum.export._svg._shapes import Shapes, Soft, soft_edge
from musivum.export._svg._text import address, escaped, numeral, numerals, placed
from musivum.geometry import Size
from musivum.library import Library
from musivum.plan import Background, Plan
from musivum.progress import Progress

if TYPE_CHECKING:
    from musivum.render import Drawn

Integers = npt.NDArray[np.int64]

_DPI = 300.0
_SMALL = 2048  # pixels of the longer side of the target, which plans keep small, and of what is under seams
_MOST_GROUPS = 200
_BLOCK = 1024
_ENOUGH = 1.001
_STRETCHED, _UNIT = 'preserveAspectRatio="none"', 'width="1" height="1"'
_GREY = (
    '<filter id="grey" filterUnits="userSpaceOnUse" x="0" y="0" width="{}" height="{}" '
    'color-interpolation-filters="linearRGB">'
    f'<feColorMatrix values="{" ".join([f"{numerals(*LUMINANCE)} 0 0"] * 3)} 0 0 0 1 0"/></filter>\n'
)
_SHOWN = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".bmp")


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
    try:
        with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
            file.writelines(writer.document(25.4 * look.scale / (dpi or _DPI)))
    except OSError as fault:
        raise OptionError(f"cannot write {path}: {fault.strerror or fault}") from fault
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
        self._linked, self._quality, self._progress = options.linked, quality, progress
        self._shapes = Shapes(plan, look)
        self._grey = plan.grey if look.grey is None else look.grey
        self._gone = self._unknown = 0
        self._softs: dict[Soft, int] = {}
        self.drawn: Drawn | None = None

    def document(self, millimetre: float) -> Iterator[str]:
        """The whole, with so many millimetres to a pixel of the canvas."""
        plan, look = self._plan, self._look
        width, height = plan.canvas
        levels = [(name, np.sort(rows)) for name, rows in levels_of(plan, look.scale, _MOST_GROUPS).levels]
        yield (
            '<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" '
            'xmlns:xlink="http://www.w3.org/1999/xlink" '
            'xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" '
            f'width="{numeral(width * millimetre)}mm" height="{numeral(height * millimetre)}mm" '
            f'viewBox="0 0 {width} {height}">\n<title>{escaped(self._path.stem)}</title>\n<defs>\n'
            f'<clipPath id="canvas"><rect width="{width}" height="{height}"/></clipPath>\n'
        )
        yield from self._soft_edges()
        order = np.concatenate([np.zeros(0, np.int64), *(rows for _, rows in levels)])
        photos = self._linked_photos(order) if self._linked else self._embedded_photos(order)
        yield from _until_none(photos)
        yield '</defs>\n<g clip-path="url(#canvas)">\n'
        yield from self._behind("background", plan.background if look.background is None else look.background)
        yield from self._under_seams()
        yield "<g>\n" if not (self._linked and self._grey) else '<g filter="url(#grey)">\n'
        for number, (name, rows) in enumerate(levels, 1):
            yield f'<g id="level{number}" inkscape:groupmode="layer" inkscape:label="{escaped(name)}">\n'
            for _ in rows:
                yield next(photos) or ""
            yield "</g>\n"
        yield "</g>\n"
        for _ in photos:  # to the end of its progress
            pass
        overlay = plan.overlay if look.overlay is None else look.overlay
        if overlay > 0:
            yield from self._behind("overlay", "target", overlay)
        yield from self._captions()
        yield "</g>\n</svg>\n"

    def remarks(self) -> Iterator[str]:
        """What the person should know."""
        plan, look = self._plan, self._look
        if not self._linked:
            return
        if (plan.tint if look.tint is None else look.tint) > 0:
            yield "linked photos keep their own colours: the tint is only in embedded ones"
        if self._gone:
            yield f"{self._gone:,} of the linked photos are not where they were"
        if self._unknown:
            yield f"{self._unknown:,} of the linked photos are of kinds that browsers do not show, such as TIFF"

    def _soft_edges(self) -> Iterator[str]:
        for k in range(len(self._plan.placements)):
            soft = self._shapes.soft(k)
            if soft is not None and soft not in self._softs:
                number = self._softs[soft] = len(self._softs)
                href = data_address(soft_edge(soft), 100)
                yield f'<image id="soft{number}" {_UNIT} {_STRETCHED} xlink:href="{href}"/>\n'

    def _embedded_photos(self, order: Integers) -> Iterator[str | None]:
        """Definitions of pictures that are shown several times, None, and the photos."""
        plan, crops = self._plan, crops_of(self._plan, self._look)
        often, once = np.flatnonzero(crops.shown > 1), crops.of_place[order][crops.shown[crops.of_place[order]] == 1]
        wanted = np.concatenate([often, once])
        hrefs: Iterator[str] = iter(())
        drawing = None
        if len(wanted):
            size = crops.size[wanted]
            sheet = laid_out(size)
            drawing = drawing_of(plan, self._library, self._look, crops.first[wanted], sheet, size)
            hrefs = addresses(pictures(drawing, sheet, size, self._progress), self._quality, self._look.workers)
        for crop in often.tolist():
            box = plan.placements.crop[crops.first[crop]]
            yield f'<image id="photo{crop}" {placed(box)} {_STRETCHED} xlink:href="{next(hrefs)}"/>\n'
        yield None
        for k in order.tolist():
            crop = int(crops.of_place[k])
            if crops.shown[crop] > 1:
                yield self._photo(k, "use", f'xlink:href="#photo{crop}"')
            else:
                about = f'{placed(plan.placements.crop[k])} {_STRETCHED} xlink:href="{next(hrefs)}"'
                yield self._photo(k, "image", about)
        for _ in hrefs:
            pass
        if drawing is None:
            self._progress("drawing", 1, 1)
        else:
            large = plan.placements.transform[:, 0] * self._look.scale > _ENOUGH
            self.drawn = replace(drawing.drawn, upsampled=int(np.count_nonzero(large)))

    def _linked_photos(self, order: Integers) -> Iterator[str | None]:
        """None, and the photos."""
        from musivum.render import tile_rows

        plan, folder = self._plan, self._path.parent
        if self._grey:
            yield _GREY.format(*plan.canvas)
        files = [self._library.sources[row] for row in tile_rows(plan, self._library)]
        used = sorted(set(plan.placements.tile.tolist()))
        self._gone = sum(not os.path.exists(files[tile]) for tile in used)
        self._unknown = sum(not files[tile].lower().endswith(_SHOWN) for tile in used)
        yield None
        for done, k in enumerate(order.tolist(), 1):
            tile = int(plan.placements.tile[k])
            whole = (0, 0, *plan.tiles.sizes[tile].tolist())
            yield self._photo(k, "image", f'{placed(whole)} {_STRETCHED} xlink:href="{address(files[tile], folder)}"')
            if done % _BLOCK == 0:
                self._progress("writing", done, len(order) + 1)
        self._progress("writing", len(order) + 1, len(order) + 1)

    def _photo(self, k: int, element: str, about: str) -> str:
        shapes, photos = self._shapes, self._plan.placements
        defined, cut = "", ""
        clip, soft = shapes.clip(k, self._linked), shapes.soft(k)
        if clip is not None:
            defined, cut = f'<clipPath id="cut{k + 1}">{clip}</clipPath>', f' clip-path="url(#cut{k + 1})"'
        if soft is not None:
            x0, y0, x1, y1 = shapes.visible(k)
            defined += (
                f'<mask id="edge{k + 1}" maskUnits="userSpaceOnUse" {placed((x0, y0, x1, y1))}>'
                f'<use xlink:href="#soft{self._softs[soft]}" '
                f'transform="matrix({numerals(x1 - x0, 0, 0, y1 - y0, x0, y0)})"/></mask>'
            )
            cut += f' mask="url(#edge{k + 1})"'
        if photos.opacity[k] < 1:
            cut += f' opacity="{numeral(float(photos.opacity[k]))}"'
        name = escaped(os.path.basename(self._plan.tiles.sources[photos.tile[k]]))
        matrix = numerals(*shapes.matrices[k])
        return (
            f'{defined}<{element} id="placement{k + 1}" transform="matrix({matrix})"{cut} {about}>'
            f"<title>{name}</title></{element}>\n"
        )

    def _under_seams(self) -> Iterator[str]:
        """The mosaic once more under cells that touch: programs let through what is behind where two edges meet."""
        look = self._look
        if not self._shapes.closed or not len(self._plan.placements) or look.channels(self._plan) == 4:
            return
        small = replace(look, tint=0.0 if self._linked else look.tint, overlay=0.0, captions=False)
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
            f'<image id="{name}" {placed((0, 0, *plan.canvas))} opacity="{numeral(opacity)}" {_STRETCHED} '
            f'xlink:href="{href}"/>\n'
        )

    def _captions(self) -> Iterator[str]:
        from musivum.render import Lettering

        captions, scale = self._plan.captions, self._look.scale
        if not self._look.captions or not len(captions):
            return
        lettering = Lettering(captions, scale)
        lines = list(lettering.written())
        if not lines:
            return
        yield (
            '<g id="captions" inkscape:groupmode="layer" inkscape:label="captions" text-anchor="middle" '
            f'font-family="{escaped(_quoted(lettering.family))}, sans-serif" font-size="{numeral(captions.size)}" '
            f'fill="{self._colour(captions.colour)}">\n'
        )
        for line in lines:
            yield (
                f'<text x="{numeral(line.x / scale)}" y="{numeral((line.y + lettering.drop) / scale)}" '
                f'textLength="{numeral(line.length / scale)}" lengthAdjust="spacingAndGlyphs" xml:space="preserve">'
                f"{escaped(line.text)}</text>\n"
            )
        yield "</g>\n"

    def _colour(self, colour: tuple[int, ...]) -> str:
        rgb = np.array(colour, np.uint8)
        if self._grey:
            light = linear_from_srgb(rgb) @ LUMINANCE
            rgb = srgb_from_linear(np.full(3, light, np.float32))
        return "#" + bytes(rgb.tolist()).hex()


def _until_none(pieces: Iterator[str | None]) -> Iterator[str]:
    while (piece := next(pieces)) is not None:
        yield piece


def _quoted(family: str) -> str:
    return "'" + family.replace("\\", "").replace("'", "") + "'"

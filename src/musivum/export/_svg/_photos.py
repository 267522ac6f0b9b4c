"""The photos as elements of an SVG: embedded or linked, with their matrices, outlines and soft edges."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from musivum.color import LUMINANCE
from musivum.export._look import Look
from musivum.export._svg._pictures import addresses, crops_of, data_address, drawing_of, laid_out, pictures
from musivum.export._svg._shapes import Shapes, Soft, soft_edge
from musivum.export._svg._text import STRETCHED, address, escaped, numeral, numerals, placed
from musivum.library import Library
from musivum.plan import Plan
from musivum.progress import Progress

if TYPE_CHECKING:
    from musivum.render import Drawing, Drawn

Integers = npt.NDArray[np.int64]

_BLOCK = 1024
_ENOUGH = 1.001  # drawing a photo larger than this counts as larger than its resolution
_UNIT = 'width="1" height="1"'
_SHOWN = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".bmp")
_NO_FILE = ("builtin:", "generated:")  # see Library.sources
_GREY = (
    '<filter id="grey" filterUnits="userSpaceOnUse" x="0" y="0" width="{}" height="{}" '
    'color-interpolation-filters="linearRGB">'
    f'<feColorMatrix values="{" ".join([f"{numerals(*LUMINANCE)} 0 0"] * 3)} 0 0 0 1 0"/></filter>\n'
)


class Photos:
    """Elements of a plan's photos, drawn as a look says, piece by piece: definitions first, then photos.

    Parameters
    ----------
    order
        (n,) placements, the undermost first.
    linked
        Whether to link photos that are files; built-in and generated pictures have none and are embedded.
    folder
        Where the SVG is going to lie.

    Attributes
    ----------
    shapes
        What each shows of itself.
    gone, unknown, fileless
        How many of the photos that were to be linked are not there, browsers cannot show, or are no files.
    """

    def __init__(
        self,
        plan: Plan,
        library: Library,
        look: Look,
        order: Integers,
        *,
        linked: bool,
        folder: Path,
        quality: int,
        progress: Progress,
    ) -> None:
        self._plan, self._library, self._look, self._order = plan, library, look, order
        self._quality, self._progress = quality, progress
        self._softs: dict[Soft, int] = {}
        self._hrefs: Iterator[str] = iter(())
        self._drawing: Drawing | None = None
        self._crops = crops_of(plan, look)
        self._shown = np.zeros(0, np.int64)
        self._links: dict[int, str] = {}
        self.gone = self.unknown = self.fileless = 0
        if linked:
            self._link(folder)
        self._linked = np.isin(plan.placements.tile, np.array([*self._links], np.int64))
        self.shapes = Shapes(plan, look)

    def _link(self, folder: Path) -> None:
        from musivum.render import tile_rows

        rows = tile_rows(self._plan, self._library)
        for tile in np.unique(self._plan.placements.tile).tolist():
            file = self._library.sources[rows[tile]]
            if file.startswith(_NO_FILE):
                self.fileless += 1
                continue
            self._links[tile] = address(file, folder)
            if not os.path.exists(file):
                self.gone += 1
            elif not file.lower().endswith(_SHOWN):
                self.unknown += 1

    @property
    def links(self) -> int:
        """How many photos are linked."""
        return len(self._links)

    @property
    def drawn(self) -> Drawn | None:
        """What placements of embedded ones were drawn from, once they are written; None without any."""
        if self._drawing is None:
            return None
        large = (self._plan.placements.transform[:, 0] * self._look.scale > _ENOUGH) & ~self._linked
        return replace(self._drawing.drawn_for(self._shown), upsampled=int(np.count_nonzero(large)))

    def definitions(self) -> Iterator[str]:
        """All soft edges that there are, what makes linked photos grey, and pictures that are shown several times."""
        plan, crops = self._plan, self._crops
        for k in range(len(plan.placements)):
            soft = self.shapes.soft(k)
            if soft is not None and soft not in self._softs:
                number = self._softs[soft] = len(self._softs)
                href = data_address(soft_edge(soft), 100)
                yield f'<image id="soft{number}" {_UNIT} {STRETCHED} xlink:href="{href}"/>\n'
        if self._links:
            yield _GREY.format(*plan.canvas)
        embedded = ~self._linked[crops.first]
        often, in_order = np.flatnonzero(embedded & (crops.shown > 1)), crops.of_place[self._order]
        wanted = np.concatenate([often, in_order[(embedded & (crops.shown == 1))[in_order]]])
        if len(wanted):
            size = crops.size[wanted]
            sheet = laid_out(size)
            self._shown = crops.shown[wanted]
            self._drawing = drawing_of(plan, self._library, self._look, crops.first[wanted], sheet, size)
            found = pictures(self._drawing, sheet, size, self._progress)
            self._hrefs = addresses(found, self._quality, self._look.workers)
        for crop in often.tolist():
            box = plan.placements.crop[crops.first[crop]]
            yield f'<image id="photo{crop}" {placed(box)} {STRETCHED} xlink:href="{next(self._hrefs)}"/>\n'

    def elements(self) -> Iterator[str]:
        """The photos in their order, after the definitions."""
        plan, crops, count = self._plan, self._crops, len(self._order)
        for done, k in enumerate(self._order.tolist(), 1):
            tile, crop = int(plan.placements.tile[k]), int(crops.of_place[k])
            if self._linked[k]:
                whole = (0, 0, *plan.tiles.sizes[tile].tolist())
                about = f'{placed(whole)} {STRETCHED} xlink:href="{self._links[tile]}"'
                yield self._photo(k, "image", about, whole=True)
            elif crops.shown[crop] > 1:
                yield self._photo(k, "use", f'xlink:href="#photo{crop}"')
            else:
                about = f'{placed(plan.placements.crop[k])} {STRETCHED} xlink:href="{next(self._hrefs)}"'
                yield self._photo(k, "image", about)
            if self._drawing is None and done % _BLOCK == 0:
                self._progress("writing", done, count + 1)
        for _ in self._hrefs:  # to the end of its progress
            pass
        if self._drawing is None:
            self._progress("writing", count + 1, count + 1)

    def _photo(self, k: int, element: str, about: str, *, whole: bool = False) -> str:
        shapes, photos = self.shapes, self._plan.placements
        defined, cut = "", ""
        clip, soft = shapes.clip(k, whole), shapes.soft(k)
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

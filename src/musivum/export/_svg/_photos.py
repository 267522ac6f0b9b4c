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
    from musivum.render import Drawn

Integers = npt.NDArray[np.int64]

_BLOCK = 1024
_ENOUGH = 1.001  # drawing a photo larger than this counts as larger than its resolution
_UNIT = 'width="1" height="1"'
_SHOWN = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".bmp")
_GREY = (
    '<filter id="grey" filterUnits="userSpaceOnUse" x="0" y="0" width="{}" height="{}" '
    'color-interpolation-filters="linearRGB">'
    f'<feColorMatrix values="{" ".join([f"{numerals(*LUMINANCE)} 0 0"] * 3)} 0 0 0 1 0"/></filter>\n'
)


class Photos:
    """Elements of a plan's photos, drawn as a look says, piece by piece.

    Attributes
    ----------
    shapes
        What each shows of itself.
    drawn
        What embedded ones were drawn from, once they are written.
    gone, unknown
        How many of the linked ones are not there, and how many browsers cannot show.
    """

    def __init__(
        self, plan: Plan, library: Library, look: Look, *, folder: Path, quality: int, progress: Progress
    ) -> None:
        self._plan, self._library, self._look = plan, library, look
        self._folder, self._quality, self._progress = folder, quality, progress
        self._softs: dict[Soft, int] = {}
        self.shapes = Shapes(plan, look)
        self.drawn: Drawn | None = None
        self.gone = self.unknown = 0

    def soft_edges(self) -> Iterator[str]:
        """Definitions of all soft edges that there are."""
        for k in range(len(self._plan.placements)):
            soft = self.shapes.soft(k)
            if soft is not None and soft not in self._softs:
                number = self._softs[soft] = len(self._softs)
                href = data_address(soft_edge(soft), 100)
                yield f'<image id="soft{number}" {_UNIT} {STRETCHED} xlink:href="{href}"/>\n'

    def embedded(self, order: Integers) -> Iterator[str | None]:
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
            yield f'<image id="photo{crop}" {placed(box)} {STRETCHED} xlink:href="{next(hrefs)}"/>\n'
        yield None
        for k in order.tolist():
            crop = int(crops.of_place[k])
            if crops.shown[crop] > 1:
                yield self._photo(k, "use", f'xlink:href="#photo{crop}"')
            else:
                about = f'{placed(plan.placements.crop[k])} {STRETCHED} xlink:href="{next(hrefs)}"'
                yield self._photo(k, "image", about)
        for _ in hrefs:
            pass
        if drawing is None:
            self._progress("drawing", 1, 1)
        else:
            large = plan.placements.transform[:, 0] * self._look.scale > _ENOUGH
            self.drawn = replace(drawing.drawn, upsampled=int(np.count_nonzero(large)))

    def linked(self, order: Integers) -> Iterator[str | None]:
        """What a grey drawing needs, None, and the photos."""
        from musivum.render import tile_rows

        plan = self._plan
        yield _GREY.format(*plan.canvas)
        files = [self._library.sources[row] for row in tile_rows(plan, self._library)]
        used = sorted(set(plan.placements.tile.tolist()))
        self.gone = sum(not os.path.exists(files[tile]) for tile in used)
        self.unknown = sum(not files[tile].lower().endswith(_SHOWN) for tile in used)
        links = {tile: address(files[tile], self._folder) for tile in used}
        yield None
        for done, k in enumerate(order.tolist(), 1):
            tile = int(plan.placements.tile[k])
            about = f'{placed((0, 0, *plan.tiles.sizes[tile].tolist()))} {STRETCHED} xlink:href="{links[tile]}"'
            yield self._photo(k, "image", about, whole=True)
            if done % _BLOCK == 0:
                self._progress("writing", done, len(order) + 1)
        self._progress("writing", len(order) + 1, len(order) + 1)

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

"""A plan as layers, the undermost first, each drawn when its turn comes."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.errors import OptionError
from musivum.export._extent import areas, around, inside
from musivum.export._layered._entry import Entry, LayerOptions, Pixels
from musivum.export._layered._groups import Group, groups_of
from musivum.export._layered._names import layer_name
from musivum.export._layered._seams import without_seams
from musivum.export._look import Look
from musivum.geometry import Box
from musivum.library import Library
from musivum.plan import Background, Plan, instead
from musivum.progress import Progress
from musivum.threads import in_order, thread_count

if TYPE_CHECKING:
    from musivum.render import Drawing, Drawn, Layer

MOST_LAYERS = 2000
"""Of photos, where a file has all layers and nothing else is asked for."""

_NOTHING = np.zeros(0, np.int64)
_ALIKE = 1 - 2**-24  # opacity that no byte tells from 1, but hexagons that do not fill up what they touch
_LARGE = 4 * 2**20  # pixels of a photo that is drawn in strips, so that memory holds a part of it


class Stack(NamedTuple):
    """Layers of a plan.

    Attributes
    ----------
    drawing
        The picture that they make together.
    entries
        The undermost first.
    parts
        What photos were drawn by so far, each of them by one of these.
    colour_bytes
        About how many bytes the colours of all layers and of the picture have.
    remarks
        What was left out or merged.
    """

    drawing: Drawing
    entries: Generator[Entry, None, None]
    parts: list[Drawing]
    colour_bytes: int
    remarks: tuple[str, ...]

    @property
    def drawn(self) -> Drawn:
        """What the photos of the entries so far were drawn from."""
        from musivum.render import Drawn

        drawn = [part.drawn for part in self.parts]
        return Drawn(*(sum(getattr(one, field.name) for one in drawn) for field in fields(Drawn)))


def stack_of(
    plan: Plan,
    library: Library,
    look: Look,
    options: LayerOptions,
    *,
    most: int | None,
    folder: Path,
    progress: Progress,
) -> Stack:
    """Take a plan apart into layers.

    Parameters
    ----------
    most
        How many layers of photos there may be, unless the options say so; None for any number.
    folder
        Where a temporary file without a name may lie, of 2 bytes a pixel, for hexagons that share their edges.

    Raises
    ------
    OptionError
        If photos are to be blended in one place, or more alternates hidden than the plan keeps.
    """
    if look.alternates:
        raise OptionError(
            f"alternates {look.alternates}: layers hold one photo each; to have the next-best photos as hidden layers, "
            f"give --hidden {look.alternates}"
        )
    drawing = look.drawing(plan, library)
    target, remarks = _target(plan, library, look)
    most = options.most_layers or most or sys.maxsize
    columns = _alternates(plan, options.hidden)
    alternates, count = int((columns >= 0).sum()), len(plan.placements)
    if count + alternates > most and alternates:
        columns = columns[:, :0]
        if count <= most:
            remarks.append(
                f"{alternates:,} next-best photos are left out: with them there are more layers than {most:,}"
            )
    groups, places = groups_of(plan, look.scale, most)
    layers = _Layers(plan, library, look, drawing, target, columns, groups, places, [drawing])
    if count > most:
        without = ", without the next-best photos" if alternates else ""
        remarks.append(f"{count:,} photos are more layers than {most:,}: merged by group into {len(groups):,}{without}")
        photos = layers.merged(progress)
    else:
        photos = layers.photos(progress)
    gap = plan.gap if look.gap is None else look.gap
    if plan.outline == "hexagon" and gap == 0 and bool((plan.placements.opacity == 1).all()):
        photos = without_seams(photos, drawing.size, folder)
    photos_of_place = 1 + (columns >= 0).sum(axis=1)
    whole = (2 if target else 1) * drawing.size.width * drawing.size.height
    colour_bytes = 3 * int((areas(plan, look.scale) * photos_of_place).sum() + whole)
    return Stack(drawing, layers.between(photos), layers.parts, colour_bytes, tuple(remarks))


class _Turn(NamedTuple):
    group: str
    placement: int
    rank: int


class _Layers(NamedTuple):
    plan: Plan
    library: Library
    look: Look
    drawing: Drawing
    target: Drawing | None
    columns: npt.NDArray[np.int64]
    groups: list[Group]
    places: list[str]
    parts: list[Drawing]

    def between(self, photos: Generator[Entry, None, None]) -> Generator[Entry, None, None]:
        """What lies under the photos, they, and what lies over them."""
        look, plan = self.look, self.plan
        background = plan.background if look.background is None else look.background
        if not isinstance(background, str):
            yield self._whole("background", "Background", self._alone(plan.select(_NOTHING), background))
        if self.target is not None:
            yield self._whole("target", "Target", self.target)._replace(visible=background == "target")
        with closing(photos):
            yield from photos
        overlay = plan.overlay if look.overlay is None else look.overlay
        if overlay > 0 and self.target is not None:
            yield self._whole("overlay", "Target over the photos", self.target)._replace(opacity=overlay)
        if look.captions and len(plan.captions):
            box = plan.captions.box * look.scale
            region = inside(np.append(box[:, :2].min(axis=0), box[:, 2:].max(axis=0)), self.drawing.size)
            if region is not None:
                strips = self._alone(plan.select(_NOTHING), captions=True).strips(region)
                yield _entry("captions", "Captions", region, strips)

    def photos(self, progress: Progress) -> Generator[Entry, None, None]:
        """A layer for each photo, with its alternates hidden above it."""
        plan, look = self.plan, self.look
        places = np.arange(len(plan.placements))
        plans = [plan] + [
            replace(plan, placements=instead(plan.placements, plan.alternates, places, column))
            for column in self.columns.T
        ]
        drawings = [self.drawing] + [look.drawing(other, self.library) for other in plans[1:]]
        turns = [
            _Turn(group.name, k, rank)
            for group in self.groups
            for k in group.rows.tolist()
            for rank in range(len(plans))
            if rank == 0 or self.columns[k, rank - 1] >= 0
        ]
        large = areas(plan, look.scale) > _LARGE

        def draw(turn: _Turn) -> tuple[_Turn, Layer | None]:
            return turn, None if large[turn.placement] else drawings[turn.rank].layer(turn.placement)

        progress("layers", 0, len(turns))
        for done, ((group, k, rank), layer) in enumerate(in_order(draw, turns, thread_count(look.workers)), 1):
            entry = self._large(plans[rank], k, rank) if large[k] else _drawn(layer)
            if entry is not None:
                source = plan.tiles.sources[plans[rank].placements.tile[k]]
                yield entry._replace(
                    kind="alternate" if rank else "photo",
                    name=layer_name(source, f"{self.places[k]}, alternate {rank}" if rank else self.places[k]),
                    group=group,
                    opacity=float(plan.placements.opacity[k]),
                    visible=rank == 0,
                    placement=k,
                    source=source,
                    rank=rank,
                )
            progress("layers", done, len(turns))

    def merged(self, progress: Progress) -> Generator[Entry, None, None]:
        """A layer for each group."""
        progress("layers", 0, len(self.groups))
        for done, group in enumerate(self.groups, 1):
            some = self.plan.select(group.rows)
            if some.outline == "hexagon":
                opacity = np.minimum(some.placements.opacity, np.float32(_ALIKE))
                some = replace(some, placements=replace(some.placements, opacity=opacity))
            region = around(some, self.look.scale, self.drawing.size)
            if region is not None:
                self.parts.append(self._alone(some))
                yield _entry("group", layer_name("", group.name), region, self.parts[-1].strips(region))
            progress("layers", done, len(self.groups))

    def _large(self, plan: Plan, k: int, rank: int) -> Entry | None:
        one = plan.select(np.array([k]))
        one = replace(one, placements=replace(one.placements, opacity=np.ones(1, np.float32)))
        region = around(one, self.look.scale, self.drawing.size)
        if region is None:
            return None
        drawing = self._alone(one)
        if rank == 0:
            self.parts.append(drawing)
        return _entry("photo", "", region, drawing.strips(region))

    def _alone(self, plan: Plan, background: Background = "transparent", *, captions: bool = False) -> Drawing:
        look = replace(self.look, background=background, overlay=0.0, captions=captions)
        return look.drawing(plan, self.library)

    def _whole(self, kind: str, name: str, drawing: Drawing) -> Entry:
        return _entry(kind, name, Box(0, 0, *self.drawing.size), drawing.strips())


def _target(plan: Plan, library: Library, look: Look) -> tuple[Drawing | None, list[str]]:
    """What draws the plan's target, and a remark where it cannot be drawn; where it must be, drawing the plan fails."""
    if not plan.target:
        return None, []
    alone = replace(look, background="target", overlay=0.0, captions=False)
    try:
        return alone.drawing(plan.select(_NOTHING), library), []
    except OptionError as fault:
        return None, [f"there is no layer of the target: {fault}"]


def _alternates(plan: Plan, hidden: int | None) -> npt.NDArray[np.int64]:
    """Columns (n, a) of the alternates that become layers, the best first; -1 where a place has no more."""
    near, kept = plan.alternates.tile, plan.alternates.tile.shape[1]
    if hidden is not None and hidden > kept:
        few = "none" if kept == 0 else f"{kept} at most"
        raise OptionError(f"hidden {hidden}: the plan keeps {few} for a place; make it again to have others")
    other = (near >= 0) & (near != plan.placements.tile[:, None])
    order = np.argsort(~other, axis=1, kind="stable")
    best = np.where(np.take_along_axis(other, order, axis=1), order, -1)
    return best[:, : 1 if hidden is None else hidden]


def _drawn(layer: Layer | None) -> Entry | None:
    if layer is None:
        return None
    height, width = layer.pixels.shape[:2]
    return Entry("photo", "", "", layer.x, layer.y, width, height, (layer.pixels,))


def _entry(kind: str, name: str, region: Box, strips: Iterable[Pixels]) -> Entry:
    x0, y0, x1, y1 = map(int, region)
    return Entry(kind, name, "", x0, y0, x1 - x0, y1 - y0, strips)

"""Drawing regions and strips of a plan."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.color import linear_from_srgb
from musivum.errors import OptionError, UnreadableImage
from musivum.geometry import Box
from musivum.library import Library
from musivum.plan import BACKGROUNDS, Background, Plan
from musivum.progress import Progress, silent
from musivum.raster import decode
from musivum.render._buffers import Image, read_only
from musivum.render._bytes import to_bytes
from musivum.render._cut import cut, pieces
from musivum.render._hidden import showing
from musivum.render._layers import layers_of
from musivum.render._layout import lay_out, target_job
from musivum.render._lettering import Lettering
from musivum.render._paint import paint, settle
from musivum.render._photos import Drawn, Photos, Some
from musivum.threads import thread_count


class Layer(NamedTuple):
    """One photo alone: pixels (h, w, 4), colours not multiplied by the fourth, the first of them at output (x, y)."""

    x: int
    y: int
    pixels: npt.NDArray[np.uint8]


class Drawing:
    """A plan, ready to be drawn in pieces that agree with the whole.

    Parameters
    ----------
    plan, library
        The mosaic and the library that holds its tiles.
    scale
        Output pixels per canvas pixel.
    tint, overlay, gap, background, feather, corner, grey
        In place of the plan's own; `feather` of that of every placement, `background` of what shows between them.
    alternates
        How many of the next-best photos of each place are blended with the chosen one, all to equal parts.
    captions
        Whether the plan's captions are drawn.
    workers
        Threads; the picture does not depend on it. By default one a processor.

    Raises
    ------
    OptionError
        If an option leaves its range.
    PlanError
        If the library lacks a tile of the plan, or the font of its captions cannot be read.
    """

    def __init__(
        self,
        plan: Plan,
        library: Library,
        *,
        scale: float = 1.0,
        tint: float | None = None,
        overlay: float | None = None,
        gap: float | None = None,
        background: Background | None = None,
        feather: float | None = None,
        corner: float | None = None,
        grey: bool | None = None,
        alternates: int = 0,
        captions: bool = True,
        workers: int | None = None,
    ) -> None:
        if not (scale > 0 and math.isfinite(scale)):
            raise OptionError(f"scale {scale} is not a positive number")
        tint = _share("tint", plan.tint if tint is None else tint)
        self._overlay = _share("overlay", plan.overlay if overlay is None else overlay)
        gap = plan.gap if gap is None else gap
        if not (gap >= 0 and math.isfinite(gap)):
            raise OptionError(f"gap {gap} is not a length in pixels of the canvas")
        self._plan = plan
        background = plan.background if background is None else background
        if isinstance(background, str) and background not in BACKGROUNDS:
            raise OptionError(f"background {background} is no colour and not one of {', '.join(BACKGROUNDS)}")
        self._behind = background == "target"
        self._transparent = background == "transparent"
        colour = np.array([(0, 0, 0) if isinstance(background, str) else background], np.uint8)
        self._background = linear_from_srgb(colour)[0]
        self._grey = plan.grey if grey is None else grey
        self._workers = thread_count(workers)
        layers = layers_of(plan, alternates, None if feather is None else _share("feather", feather))
        self._layout = lay_out(plan, scale, gap, _share("corner", plan.corner if corner is None else corner, 0.5))
        self._photos = Photos(plan, library, layers, self._layout, scale=scale, tint=tint)
        self._closed = gap == 0 and bool((plan.placements.opacity == 1).all())
        self._lettering = Lettering(plan.captions, scale) if captions and len(plan.captions) else None
        self._target = _target_image(plan) if self._overlay > 0 or self._behind else None
        self.size = self._layout.size
        self.channels = 4 if self._transparent else 3

    @property
    def drawn(self) -> Drawn:
        """Counts over everything drawn so far; a photo that is drawn in several pieces counts once."""
        return self._photos.drawn()

    def drawn_for(self, times: npt.NDArray[np.int64]) -> Drawn:
        """Counts as if each photo (k,) stood for so many, where what is drawn once is shown several times."""
        return self._photos.drawn(times)

    def region(self, region: Box | None = None, *, progress: Progress = silent) -> npt.NDArray[np.uint8]:
        """Pixels (h, w, 3) of a box of whole output pixels, by default of the whole picture.

        With a transparent background they are (h, w, 4), colours not multiplied by the fourth, the opacity.
        """
        x0, y0, x1, y1 = self._whole_pixels(region)
        out = np.empty((y1 - y0, x1 - x0, self.channels), np.uint8)
        row = 0
        for strip in self.strips(Box(x0, y0, x1, y1), progress=progress):
            out[row : row + len(strip)] = strip
            row += len(strip)
        return out

    def strips(self, region: Box | None = None, *, progress: Progress = silent) -> Iterator[npt.NDArray[np.uint8]]:
        """The rows of a region from top to bottom, a strip (k, w, 3 or 4) at a time.

        Strips have at most 16 MiB or 8 rows. Memory holds three of them, or where they are small, 2 MiB a worker.
        """
        x0, y0, x1, y1 = self._whole_pixels(region)
        size = cut(x1 - x0, y1 - y0, self.channels, self._workers)
        tops = deque(range(y0, y1, size.rows))
        total = len(tops)
        progress("drawing", 0, total)
        with (
            self._photos.visit(x0, y0, x1, y1, size.rows) as passed,
            ThreadPoolExecutor(self._workers, thread_name_prefix="musivum-draw") as pool,
        ):
            ahead: deque[tuple[npt.NDArray[np.uint8], list[Future[None]]]] = deque()
            try:
                for done in range(total):
                    while tops and (len(ahead) < 2 or sum(len(blocks) for _, blocks in ahead) < 2 * self._workers):
                        top = tops.popleft()
                        ahead.append(self._begin(pool, x0, top, x1, min(top + size.rows, y1), size.columns))
                    for block in ahead[0][1]:
                        block.result()
                    passed(done)
                    self._photos.let_go()
                    yield ahead.popleft()[0]
                    progress("drawing", done + 1, total)
            finally:
                for _, blocks in ahead:
                    for block in blocks:
                        block.cancel()

    def layer(self, photo: int) -> Layer | None:
        """One photo as if it lay alone on nothing, by its place in painting order; None if all of it lies outside.

        Its fourth channel holds its outline and soft edge, but not its opacity, which programs with layers keep beside
        the pixels. Each place must have one photo: ``alternates`` 0.
        """
        x0, y0, x1, y1 = self._layout.paint[photo].tolist()
        x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, self.size.width), min(y1, self.size.height)
        if x1 <= x0 or y1 <= y0:
            return None
        alone = self._photos.some(np.array([photo]))
        alone.jobs["opacity"] = 1
        pixels = np.empty((y1 - y0, x1 - x0, 4), np.uint8)
        size = cut(x1 - x0, y1 - y0, 4, 1)
        with self._photos.keep(alone.rows):
            for top in range(0, y1 - y0, size.rows):
                part = pixels[top : top + size.rows]
                for left, right in pieces(x1 - x0, size.columns):
                    strip = _bare(right - left, len(part))
                    self._paint_photos(strip, x0 + left, y0 + top, alone, closed=False)
                    to_bytes(strip, self._background, self._grey, part, left)
        self._photos.let_go()
        return Layer(x0, y0, pixels)

    def _whole_pixels(self, region: Box | None) -> tuple[int, int, int, int]:
        box = Box(0, 0, *self.size) if region is None else region
        x0, y0, x1, y1 = map(int, box)
        if (x0, y0, x1, y1) != tuple(box) or not (0 <= x0 < x1 <= self.size.width and 0 <= y0 < y1 <= self.size.height):
            raise OptionError(
                f"region {tuple(box)} is no box of whole pixels inside {self.size.width} x {self.size.height}"
            )
        return x0, y0, x1, y1

    def _begin(
        self, pool: ThreadPoolExecutor, x0: int, y0: int, x1: int, y1: int, columns: int
    ) -> tuple[npt.NDArray[np.uint8], list[Future[None]]]:
        """A band that is going to be drawn, and what is doing so."""
        out = np.empty((y1 - y0, x1 - x0, self.channels), np.uint8)
        photos = self._photos.inside(x0, y0, x1, y1)
        return out, [
            pool.submit(self._block, photos, x0 + left, y0, x0 + right, y1, out, left)
            for left, right in pieces(x1 - x0, columns)
        ]

    def _block(self, photos: Some, x0: int, y0: int, x1: int, y1: int, out: npt.NDArray[np.uint8], left: int) -> None:
        """Draw a block into the columns of `out` from `left` on; `photos` may be more than it shows."""
        strip = _bare(x1 - x0, y1 - y0)
        if self._lettering is not None:
            self._lettering.write(strip, x0, y0)
        if self._target is not None and self._overlay > 0:
            self._paint_target(strip, x0, y0, self._overlay)
        paint_box = photos.jobs["paint"]
        photos = photos.only((paint_box[:, 0] < x1) & (paint_box[:, 2] > x0))
        if self._plan.outline != "hexagon":
            photos = photos.only(showing(photos.jobs, x0, y0, x1, y1))
        self._paint_photos(strip, x0, y0, photos, closed=self._closed)
        if self._target is not None and self._behind:
            self._paint_target(strip, x0, y0, 1.0)
        to_bytes(strip, self._background, self._grey, out, left)

    def _paint_photos(self, strip: npt.NDArray[np.float32], x0: int, y0: int, photos: Some, *, closed: bool) -> None:
        """Paint photos, topmost first, under what the strip holds; if `closed`, hexagons cover what they touch."""
        hexagons = self._plan.outline == "hexagon"
        sums = np.zeros_like(strip) if hexagons else strip
        for data, first, last, states in self._photos.batches(photos):
            drawn = np.zeros(last - first, np.bool_)
            paint(sums, x0, y0, data, photos.jobs[first:last], drawn)
            self._photos.mark(photos.rows[first:last][drawn], states[drawn])
        if hexagons:
            settle(strip, sums, closed)

    def _paint_target(self, strip: npt.NDArray[np.float32], x0: int, y0: int, strength: float) -> None:
        assert self._target is not None
        paint(strip, x0, y0, self._target.data, target_job(self.size, self._target, strength), np.zeros(1, np.bool_))


def draw(
    plan: Plan, library: Library, *, region: Box | None = None, progress: Progress = silent, **look: Any
) -> npt.NDArray[np.uint8]:
    """Pixels (h, w, 3 or 4) of a region of a plan; `look` are the keyword arguments of `Drawing`."""
    return Drawing(plan, library, **look).region(region, progress=progress)


def _bare(columns: int, rows: int) -> npt.NDArray[np.float32]:
    """A strip on which nothing is painted yet."""
    strip = np.zeros((4, rows, columns), np.float32)
    strip[3] = 1
    return strip


def _share(name: str, value: float, most: float = 1) -> float:
    if not 0 <= value <= most:
        raise OptionError(f"{name} {value} leaves 0..{most}")
    return float(value)


def _target_image(plan: Plan) -> Image:
    try:
        pixels = decode(plan.target).pixels
    except UnreadableImage as fault:
        raise OptionError(f"the plan holds no target to show ({fault}); make the plan again") from fault
    return Image(read_only(pixels.reshape(-1)), 0, pixels.shape[1], pixels.shape[0])

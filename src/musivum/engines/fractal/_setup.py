"""What stays the same while a mosaic is made."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musivum.engines.fractal._board import Board
from musivum.engines.fractal._levels import Level
from musivum.engines.fractal._options import FractalOptions
from musivum.engines.fractal._places import Places
from musivum.engines.fractal._retrieval import RETRIEVALS, Shortlist
from musivum.engines.fractal._shapes import square_shapes, whole_shapes
from musivum.engines.fractal._tiles import TileDictionary, describe_tiles
from musivum.engines.fractal._windows import SIDE, Floats, Plane, Scene
from musivum.features import linear_samples
from musivum.geometry import Size
from musivum.library import Library
from musivum.progress import Progress

_WEIGHTS = {"colour": (1.0, 1.5, 1.5), "grey": (1.0, 0.0, 0.0)}  # of L, a and b
_SHIFT_PRICE = 0.1  # of a squared shift of the mean colour, against a squared error
_LEGIBLE = 0.1  # of the canvas's shorter side
_TINY = 0.03  # likewise
_SHOWN = 0.8  # of a photo's variance
_EVEN = 0.003  # squared OKLab: with less variance the target is even
_SOFT = 0.1  # likewise
_FLOOR = 48  # pixels of the shorter side for which the floor is found
_PITCH = 256  # pixels of the shorter side in which the importance is looked up
_TRACKED = (512, 2048)  # pixels of the canvas's shorter side that coverage is tracked on, least and most
_ACROSS = 12  # of these pixels, that the smallest photos span


@dataclass(frozen=True, slots=True)
class Setup:
    """The inputs of the search, prepared.

    Attributes
    ----------
    library
        The tiles that may be used.
    favour
        (n,) by which their scores are divided.
    scene
        The target.
    importance
        The importance picture in OKLab, if there is one.
    floor
        (h, w) over the canvas: the squared error that no tile could avoid there, were it only a matter of colour; 0
        where what does not match is left free.
    tiles
        The dictionary, by shapes.
    shortlists
        What names the crops worth comparing, by shapes; empty where all are compared.
    options
        What was asked for.
    workers
        Threads.
    """

    library: Library
    favour: npt.NDArray[np.float64]
    scene: Scene
    importance: Plane | None
    floor: npt.NDArray[np.float64]
    tiles: tuple[TileDictionary, ...]
    shortlists: tuple[Shortlist, ...]
    options: FractalOptions
    workers: int

    def interest(self, side: float) -> float:
        """How much plainness counts against photos of a side on the canvas: in small ones nobody sees it."""
        return self.options.interest * min(1.0, side / (_LEGIBLE * min(self.scene.canvas))) ** 2

    def tiny(self, side: float) -> bool:
        """Whether photos of a side on the canvas are so small that exact places are not worth looking for."""
        return side < _TINY * min(self.scene.canvas)

    def shown(self, places: Places, place: npt.NDArray[np.int64], contrast: Floats) -> npt.NDArray[np.float64]:
        """How much of a photo's own contrast is no error in windows (n,) at these places, of these variances.

        Where the target is even, a photo may show itself: nothing is hidden by it. Tiny ones show nothing anyway.
        """
        if places.share is not None or self.tiny(places.side):
            return np.zeros(len(contrast))
        return np.asarray(places.laxity[place] * _SHOWN * np.maximum(1 - contrast / _EVEN, 0), np.float64)

    def floor_at(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The floor (n,) at points (n, 2) of the canvas."""
        size = np.array(self.floor.shape[::-1])
        column, row = np.minimum(points / self.scene.canvas * size, size - 1).astype(np.int64).T
        return np.asarray(self.floor[row, column])

    @property
    def softest(self) -> float:
        """Shorter side, in pixels of the canvas, above which soft edges grow no wider."""
        return _SOFT * min(self.scene.canvas)


def prepare(
    target: npt.NDArray[np.uint8],
    library: Library,
    favour: npt.NDArray[np.float64],
    options: FractalOptions,
    *,
    canvas: Size,
    importance: npt.NDArray[np.uint8] | None,
    workers: int,
    progress: Progress,
) -> Setup:
    """Describe the library, and make the target ready to be sampled."""
    weights = np.array(_WEIGHTS[options.match], np.float32)
    if options.shape == "square":
        shapes = square_shapes(library.sizes)
    else:
        shapes = whole_shapes(library.sizes, turn=options.reach == 180)
    # A difference of means is shifted away in part: what remains is an error, and the shift has its price.
    mean_weight = math.sqrt((1 - options.shift) ** 2 + _SHIFT_PRICE * options.shift)
    tiles = []
    for number, shape in enumerate(shapes):
        progress("describe", number, len(shapes))
        tiles.append(describe_tiles(library, shape, weights, mean_weight=mean_weight, workers=workers))
    progress("describe", len(shapes), len(shapes))
    scene = Scene(linear_samples(target), canvas, weights)
    mask = None
    if importance is not None:
        mask = Scene(linear_samples(importance), canvas, np.ones(3, np.float32))
    return Setup(
        library=library,
        favour=favour,
        scene=scene,
        importance=None if mask is None else mask.plane(min(canvas) / _PITCH, workers=workers),
        floor=_floor(scene, tiles, workers) if options.fill == "all" else np.zeros((1, 1)),
        tiles=tuple(tiles),
        shortlists=tuple(
            RETRIEVALS[options.retrieval](library, shape.tile, shape.boxes, workers=workers)
            for shape in (shapes if options.retrieval in RETRIEVALS else ())
        ),
        options=options,
        workers=workers,
    )


def empty_board(levels: Sequence[Level], setup: Setup) -> Board:
    """A board for photos of these levels."""
    canvas, edge = setup.scene.canvas, setup.options.feather / 2
    short = min(max(_TRACKED[0], _ACROSS * min(canvas) / levels[-1].side), _TRACKED[1])
    return Board.empty(canvas, canvas.scaled(short / min(canvas)), edge, edge * setup.softest, len(setup.library))


def _floor(scene: Scene, tiles: list[TileDictionary], workers: int) -> npt.NDArray[np.float64]:
    """Squared errors of the tiles nearest to even patches of the target's colours.

    What the library has no colour for, small photos match no better than large ones: limits rise by so much.
    """
    plane = scene.plane(min(scene.canvas) / _FLOOR, workers=workers).pixels
    rows, columns, _ = plane.shape
    least = np.full(rows * columns, np.inf)
    for some in tiles:
        search = some.search()
        for row in range(rows):
            even = np.broadcast_to(plane[row, :, None, None], (columns, SIDE, SIDE, 3))
            queries, _ = some.queries(np.ascontiguousarray(even))
            found = search(queries, np.full(columns, np.inf, np.float32), 1)
            at = slice(row * columns, (row + 1) * columns)
            least[at] = np.minimum(least[at], found.distances[:, 0].astype(np.float64) ** 2)
    return least.reshape(rows, columns)

"""What stays the same while a mosaic is made."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musivum.engines.fractal._options import FractalOptions
from musivum.engines.fractal._shapes import square_shapes, whole_shapes
from musivum.engines.fractal._tiles import TileDictionary, describe_tiles
from musivum.engines.fractal._windows import Plane, Scene
from musivum.features import linear_samples
from musivum.geometry import Size
from musivum.library import Library
from musivum.progress import Progress

_WEIGHTS = {"colour": (1.0, 1.5, 1.5), "grey": (1.0, 0.0, 0.0)}  # of L, a and b
_SHIFT_PRICE = 0.1  # of a squared shift of the mean colour, against a squared error
_SOFT = 0.1  # of the canvas's shorter side
_PITCH = 256  # pixels of the shorter side in which the importance is looked up


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
    tiles
        The dictionary, by shapes.
    options
        What was asked for.
    workers
        Threads.
    """

    library: Library
    favour: npt.NDArray[np.float64]
    scene: Scene
    importance: Plane | None
    tiles: tuple[TileDictionary, ...]
    options: FractalOptions
    workers: int

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
        tiles.append(
            describe_tiles(library, shape, weights, mean_weight=mean_weight, interest=options.interest, workers=workers)
        )
    progress("describe", len(shapes), len(shapes))
    mask = None
    if importance is not None:
        mask = Scene(linear_samples(importance), canvas, np.ones(3, np.float32))
    return Setup(
        library=library,
        favour=favour,
        scene=Scene(linear_samples(target), canvas, weights),
        importance=None if mask is None else mask.plane(min(canvas) / _PITCH, workers=workers),
        tiles=tuple(tiles),
        options=options,
        workers=workers,
    )

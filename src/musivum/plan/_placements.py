"""The columns of a plan: one row a placement, one row a tile."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
import numpy.typing as npt

from musivum.errors import PlanError
from musivum.geometry import Box, Similarity
from musivum.plan._columns import (
    BoolArray,
    Column,
    DoubleArray,
    FloatArray,
    IntArray,
    check_colours,
    check_columns,
    check_finite,
    check_inside,
    check_similarities,
)

PLACEMENT_COLUMNS: dict[str, Column] = {
    "tile": Column(np.int32, ()),
    "crop": Column(np.float64, (4,)),
    "transform": Column(np.float64, (4,)),
    "mirror": Column(np.bool_, ()),
    "error": Column(np.float32, ()),
    "opacity": Column(np.float32, ()),
    "feather": Column(np.float32, ()),
    "multiply": Column(np.float32, (3,)),
    "mean": Column(np.float32, (3,)),
    "gain": Column(np.float32, (3,)),
    "shift": Column(np.float32, (3,)),
    "slope": Column(np.float32, (2, 3)),
    "follow": Column(np.float32, (2,)),
}


@dataclass(frozen=True, slots=True, eq=False)
class TileTable:
    """The tiles that a plan uses: digest, file, and oriented full size (t, 2) as width, height."""

    ids: tuple[str, ...]
    sources: tuple[str, ...]
    sizes: IntArray

    def __post_init__(self) -> None:
        check_columns(self, {"sizes": Column(np.int32, (2,))})
        if not len(self.ids) == len(self.sources) == len(self.sizes):
            raise PlanError("the plan's table of tiles has columns of different lengths")
        if len(set(self.ids)) != len(self.ids):
            raise PlanError("the plan's table of tiles names one tile twice")
        if (self.sizes < 1).any():
            raise PlanError("the plan's table of tiles holds a tile without pixels")

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Placement:
    """One row of `Placements`."""

    tile: int
    crop: Box
    transform: Similarity
    mirror: bool
    error: float
    opacity: float
    feather: float
    multiply: tuple[float, ...]
    mean: tuple[float, ...]
    gain: tuple[float, ...]
    shift: tuple[float, ...]
    slope: tuple[tuple[float, ...], ...]
    follow: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Placements:
    """Placements in painting order, as columns of n rows.

    Attributes
    ----------
    tile
        (n,) row in the plan's table of tiles.
    crop
        (n, 4) the part that is shown, x0, y0, x1, y1 in pixels of the oriented full-size tile.
    transform
        (n, 4) scale, rotation, dx, dy of the similarity from tile pixels to the canvas.
    mirror
        (n,) whether the crop is mirrored left-right about its own middle before the transform.
    error
        (n,) what the engine minimised; lower is better.
    opacity
        (n,) 0..1.
    feather
        (n,) width of the soft edge inside the outline, as a share (0..1) of the drawn crop's shorter side.
    multiply
        (n, 3) factors of linear red, green and blue, not negative; at strength s they are ``1 + s (multiply - 1)``.
    mean, gain, shift, slope, follow
        (n, 3), (n, 3), (n, 3), (n, 2, 3), (n, 2) the tint in OKLab, after that. At strength s a pixel p at (u, v) in
        0..1 of the drawn crop (u to the right, v down, on the canvas) becomes
        ``mean + (1 + s (gain - 1)) (p - mean) + s (shift + slope[0] (u - 1/2) + slope[1] (v - 1/2))``, and its a and b
        follow its lightness: ``s follow (p - mean)[0]`` is added to them.

    Raises
    ------
    PlanError
        If a column has the wrong shape, is not finite or leaves its range.
    """

    tile: IntArray
    crop: DoubleArray
    transform: DoubleArray
    mirror: BoolArray
    error: FloatArray
    opacity: FloatArray
    feather: FloatArray
    multiply: FloatArray
    mean: FloatArray
    gain: FloatArray
    shift: FloatArray
    slope: FloatArray
    follow: FloatArray

    def __post_init__(self) -> None:
        check_columns(self, PLACEMENT_COLUMNS)
        for field in fields(self):
            check_finite(field.name, getattr(self, field.name))
        if (self.tile < 0).any():
            raise PlanError("plan column 'tile' holds a row below 0")
        check_similarities(self.crop, self.transform)
        if (self.multiply < 0).any():
            raise PlanError("plan column 'multiply' holds a negative factor")
        for name in ("multiply", "mean", "gain", "shift", "slope", "follow"):
            check_colours(name, getattr(self, name))
        for name in ("opacity", "feather"):
            if ((getattr(self, name) < 0) | (getattr(self, name) > 1)).any():
                raise PlanError(f"plan column {name!r} leaves 0..1")

    @classmethod
    def plain(
        cls,
        tile: npt.ArrayLike,
        crop: npt.ArrayLike,
        transform: npt.ArrayLike,
        mirror: npt.ArrayLike | None = None,
    ) -> Self:
        """Opaque, hard-edged, untinted placements without an error; `dataclasses.replace` sets more columns."""
        n = len(np.asarray(tile))
        zeros = np.zeros((n, 2, 3), np.float32)
        return cls(
            tile=np.asarray(tile, np.int32),
            crop=np.asarray(crop, np.float64),
            transform=np.asarray(transform, np.float64),
            mirror=np.zeros(n, np.bool_) if mirror is None else np.asarray(mirror, np.bool_),
            error=zeros[:, 0, 0],
            opacity=np.ones(n, np.float32),
            feather=zeros[:, 0, 0],
            multiply=np.ones((n, 3), np.float32),
            mean=zeros[:, 0],
            gain=np.ones((n, 3), np.float32),
            shift=zeros[:, 0],
            slope=zeros,
            follow=zeros[:, 0, :2],
        )

    def __len__(self) -> int:
        return len(self.tile)

    def __getitem__(self, i: int) -> Placement:
        columns = (self.multiply, self.mean, self.gain, self.shift)
        multiply, mean, gain, shift = (tuple(map(float, column[i])) for column in columns)
        return Placement(
            tile=int(self.tile[i]),
            crop=Box(*map(float, self.crop[i])),
            transform=Similarity(*map(float, self.transform[i])),
            mirror=bool(self.mirror[i]),
            error=float(self.error[i]),
            opacity=float(self.opacity[i]),
            feather=float(self.feather[i]),
            multiply=multiply,
            mean=mean,
            gain=gain,
            shift=shift,
            slope=tuple(tuple(map(float, row)) for row in self.slope[i]),
            follow=tuple(map(float, self.follow[i])),
        )

    def select(self, rows: npt.ArrayLike) -> Self:
        """Placements of these rows, in this order."""
        rows = np.asarray(rows)
        return type(self)(**{name: getattr(self, name)[rows] for name in PLACEMENT_COLUMNS})

    def check_tiles(self, tiles: TileTable) -> None:
        """Raise PlanError unless every placement shows a part of a tile that the table holds."""
        if (self.tile >= len(tiles)).any():
            raise PlanError(f"plan column 'tile' leaves the table of {len(tiles)} tiles")
        check_inside(self.crop, tiles.sizes[self.tile])

"""Columns of the tables in a plan: their types and shapes, and the ranges that several tables share."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.errors import PlanError

IntArray = npt.NDArray[np.int32]
FloatArray = npt.NDArray[np.float32]
DoubleArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

FARTHEST = 1e9  # canvas pixels, and radians
_LARGEST_TILE = 2.0**31
_SCALES = (1e-6, 1e9)
_STRONGEST = 1e6  # OKLab: its cube fits a float32
_CROP_SLACK = 1e-6  # pixels by which rounding may carry a crop over the edge of its tile


class Column(NamedTuple):
    """Type of one column and the shape of its rows; None stands for a width that the column chooses."""

    dtype: type
    shape: tuple[int | None, ...]


def check_columns(table: Any, columns: dict[str, Column]) -> None:
    """Freeze the columns of a frozen dataclass in their declared types and let their lengths agree."""
    length = None
    for name, column in columns.items():
        values: npt.NDArray[Any] = np.ascontiguousarray(getattr(table, name), dtype=column.dtype).view()
        length = len(values) if length is None and values.ndim else length
        shape = values.shape
        if len(shape) != 1 + len(column.shape) or shape[0] != length:
            raise PlanError(f"plan column {name!r} has shape {shape}, and {length} rows were expected")
        if any(want not in (None, have) for want, have in zip(column.shape, shape[1:], strict=True)):
            raise PlanError(f"plan column {name!r} has shape {shape}, which is not one of {column.shape} a row")
        values.flags.writeable = False
        object.__setattr__(table, name, values)


def check_finite(name: str, values: npt.NDArray[Any]) -> None:
    """Raise PlanError unless all of a column's numbers are finite."""
    if not np.isfinite(values).all():
        raise PlanError(f"plan column {name!r} holds a number that is not finite")


def check_similarities(crop: DoubleArray, transform: DoubleArray) -> None:
    """Raise PlanError unless crops (n, 4) have an area and transforms (n, 4) are similarities of a sensible size."""
    if (crop[:, 2:] <= crop[:, :2]).any():
        raise PlanError("plan column 'crop' holds a box without area")
    if (np.abs(crop) > _LARGEST_TILE).any():
        raise PlanError("plan column 'crop' holds a box larger than any tile")
    if ((transform[:, 0] < _SCALES[0]) | (transform[:, 0] > _SCALES[1])).any():
        raise PlanError(f"plan column 'transform' holds a scale that leaves {_SCALES[0]:g}..{_SCALES[1]:g}")
    if (np.abs(transform[:, 1:]) > FARTHEST).any():
        raise PlanError(f"plan column 'transform' holds a number beyond {FARTHEST:g}")


def check_colours(name: str, values: npt.NDArray[Any]) -> None:
    """Raise PlanError unless the numbers of a column of colours are of a sensible size."""
    if (np.abs(values) > _STRONGEST).any():
        raise PlanError(f"plan column {name!r} holds a number beyond {_STRONGEST:g}")


def check_inside(crop: DoubleArray, sizes: IntArray) -> None:
    """Raise PlanError unless crops (n, 4) lie inside their tiles of these sizes (n, 2)."""
    if (crop[:, :2] < -_CROP_SLACK).any() or (crop[:, 2:] > sizes + _CROP_SLACK).any():
        raise PlanError("plan column 'crop' leaves its tile")

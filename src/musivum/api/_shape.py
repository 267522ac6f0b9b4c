"""The shape of a collage: by name, of letters, or out of a person's picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from musivum.api._library import AnyPath, user_path
from musivum.api._picture import read_picture
from musivum.errors import OptionError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_SIDE = 1024  # short side: cells of a thousand across are half covered or not


def shape_path(shape: AnyPath | None) -> Path | None:
    """The file that a shape names; None where it is one of `SHAPES` or letters, which go before files of that name."""
    from musivum.engines.arrange import SHAPES, names_shape

    if shape is None or names_shape(str(shape)):
        return None
    path = user_path(shape)
    if not path.exists():
        if path.suffix or len(path.parts) > 1:
            raise OptionError(f"there is no picture {path} of a shape: name another, or one of {', '.join(SHAPES)}")
        return None
    return path


def read_shape(shape: AnyPath | None) -> npt.NDArray[np.float32] | None:
    """(h, w) share 0 to 1 of each pixel that is inside, as `shape_mask` and `picture_mask` make it; None of None.

    Raises
    ------
    OptionError, UnreadableImage
        If there is no such shape, its picture cannot be read, or all or nothing of it is inside.
    """
    from musivum.engines.arrange import picture_mask, shape_mask

    if shape is None:
        return None
    path = shape_path(shape)
    if path is None:
        return shape_mask(str(shape))
    picture = read_picture(path, "shape", short_side=_SIDE)
    try:
        return picture_mask(picture.pixels, picture.opacity)
    except OptionError as fault:
        raise OptionError(f"{path}: {fault}") from None

"""What a plan says of how it was made: the options of its engine, and the target."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from musivum.errors import OptionError, PlanError, UnreadableImage
from musivum.plan import Plan
from musivum.raster import decode

T = TypeVar("T")


def recipe_options(plan: Plan, kind: type[T]) -> T:
    """The options that a plan was made with; those that its musivum did not have yet are the usual ones.

    Raises
    ------
    PlanError
        If they are none.
    """
    assert is_dataclass(kind)
    known = {field.name for field in fields(kind)}
    told = plan.recipe.get("options")
    try:
        if not isinstance(told, dict):
            raise TypeError
        return kind(**{name: value for name, value in told.items() if name in known})
    except (OptionError, TypeError, ValueError, AttributeError) as fault:
        raise PlanError("the plan's recipe has no valid options of its engine; make the plan again") from fault


def kept_target(plan: Plan) -> npt.NDArray[np.uint8]:
    """The copy of the target (h, w, 3) that a plan keeps, sRGB bytes.

    Raises
    ------
    PlanError
        If there is none.
    """
    try:
        return decode(plan.target).pixels
    except UnreadableImage as fault:
        raise PlanError(f"the plan holds no target to find photos for ({fault}); make the plan again") from fault

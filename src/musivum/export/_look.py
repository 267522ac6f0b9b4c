"""How a plan is to be drawn, as one value that is handed on, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from musivum.geometry import Size
from musivum.library import Library
from musivum.plan import Background, Plan

if TYPE_CHECKING:
    from musivum.render import Drawing, Drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a plan is to be drawn: the keyword arguments of `musivum.render.Drawing`, which tells what they mean.

    None stands for the plan's own value.
    """

    scale: float = 1.0
    tint: float | None = None
    overlay: float | None = None
    gap: float | None = None
    background: Background | None = None
    feather: float | None = None
    corner: float | None = None
    grey: bool | None = None
    alternates: int = 0
    captions: bool = True
    workers: int | None = None

    def drawing(self, plan: Plan, library: Library) -> Drawing:
        """The plan, ready to be drawn in strips or regions."""
        from musivum.render import Drawing

        return Drawing(plan, library, **{field.name: getattr(self, field.name) for field in fields(self)})

    def channels(self, plan: Plan) -> int:
        """Of its pixels: 4 where something transparent shows between the photos, else 3."""
        return 4 if (plan.background if self.background is None else self.background) == "transparent" else 3


AS_PLANNED = Look()
"""At scale 1, with the plan's own values."""


class Picture(NamedTuple):
    """What was written: its file or folder, size in pixels, and what its placements were drawn from.

    Attributes
    ----------
    drawn
        None where nothing was drawn, such as in a table.
    remarks
        What the person should know of how it came out.
    """

    path: Path
    size: Size
    drawn: Drawn | None
    remarks: tuple[str, ...] = ()

"""What a person asks of a mosaic, whichever engine makes it, and what can be wrong with that before any work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from musivum.api._library import AnyPath, user_path
from musivum.api._outputs import check_apart, check_plan_path
from musivum.api._size import OutputSize
from musivum.errors import OptionError


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The parameters that the verbs of all engines share, as those take them, and some that several do."""

    output: AnyPath | None
    plan: AnyPath | None
    library: AnyPath | None
    photos: Sequence[AnyPath]
    size: OutputSize
    about: Sequence[str]
    keep: float | None
    quality: int
    weight: AnyPath | None = None
    live: AnyPath | None = None
    ban: Sequence[str] = ()

    @property
    def picture_path(self) -> Path | None:
        """Where the picture goes."""
        return None if self.output is None else user_path(self.output)

    @property
    def plan_path(self) -> Path | None:
        """Where the plan goes."""
        return None if self.plan is None else user_path(self.plan)

    @property
    def live_path(self) -> Path | None:
        """Where the drawings of the unfinished mosaic go."""
        return None if self.live is None else user_path(self.live)

    @property
    def outputs(self) -> list[Path]:
        """Every file that is to be written."""
        return [path for path in (self.picture_path, self.plan_path, self.live_path) if path is not None]

    def check(self, read: Mapping[str, AnyPath | None]) -> None:
        """Raise OptionError if wishes contradict each other, or an output has no name or that of something read.

        Parameters
        ----------
        read
            By their roles, the files besides photos, weights and examples that are read.
        """
        if self.library is not None and self.photos:
            raise OptionError("library and photos contradict each other: give the one or the other")
        if self.keep is not None and not self.about:
            raise OptionError("keep says how many photos are like an example: name one with --about, or leave it out")
        if self.output is None and self.plan is None:
            raise OptionError("nothing to write: name a picture with --output, or a plan with --plan")
        if self.plan_path is not None:
            check_plan_path(self.plan_path)
        inputs = {**read, "file of weights": self.weight}
        inputs |= {f"example {example}": example for example in self.about}
        check_apart(self.outputs, {role: None if path is None else user_path(path) for role, path in inputs.items()})

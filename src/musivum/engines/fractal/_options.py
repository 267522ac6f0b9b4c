"""What a person may ask of the fractal engine."""

from __future__ import annotations

import re
from dataclasses import dataclass

from musivum.errors import OptionError
from musivum.plan import BACKGROUNDS, Background
from musivum.raster import colour_bytes
from musivum.threads import check_workers

SHAPES = ("square", "photo")
MATCHES = ("colour", "grey")
RETRIEVALS = ("dictionary", "match-pdf", "hsv")
FILLS = ("all", "match")

_MOST_COPIES = 10**7


@dataclass(frozen=True, slots=True, kw_only=True)
class FractalOptions:
    """Options of the fractal engine; written into the recipe of its plans.

    Parameters
    ----------
    detail
        How closely photos must resemble what they cover, 0 (few, large ones) to 1 (many, small ones).
    largest
        Side of the largest photos, as a share of the picture's shorter side.
    smallest
        Side of the smallest photos, likewise.
    shape
        What is shown of photos: square (parts cut out of them) or photo (all of them, in their own shape).
    overlap
        Most of a photo that may lie under larger ones, 0 to 0.9; what fills the last gaps may lie deeper.
    copies
        Most uses of one photo: a number, or one for each size from the largest on (1,2,4,8). By default as sizes allow.
    spacing
        Nearest two uses of one photo may come, in sides of the smaller; 0 for no limit.
    angles
        How photos may be turned: any, none, or so many degrees either way (15).
    importance_range
        With an importance picture: how many times stricter white is than middle grey, and black laxer.
    match
        What is compared: colour, or grey (lightness alone).
    paint
        What is drawn: colour or grey photos; by default what was compared.
    shift
        How far a photo's mean colour may move towards the picture's, 0 (not at all) to 1 (all the way).
    interest
        How much a photo's own contrast counts in its favour, 0 (not at all) to 1: flat photos fit easily.
    alternates
        How many next-best photos to keep for each place.
    fill
        Whether to cover all of the picture, or only what photos match.
    background
        What shows where no photo is: target, transparent, or a colour (a name or #rrggbb).
    feather
        Width of the photos' soft edges, as a share of their shorter side, 0 to 0.5.
    retrieval
        How photos are looked up: dictionary (every photo, place and angle), match-pdf or hsv (the original's filters).
    dedupe
        Use only the largest of photos that look the same.
    seed
        Moves the places that are tried: another number, another mosaic.
    workers
        Threads; changes the speed, never the plan. By default as many as there are processors.
    """

    detail: float = 0.5
    largest: float = 0.5
    smallest: float = 0.01
    shape: str = "square"
    overlap: float = 0.25
    copies: str | None = None
    spacing: float = 2.0
    angles: str = "any"
    importance_range: float = 2.0
    match: str = "colour"
    paint: str | None = None
    shift: float = 0.6
    interest: float = 0.3
    alternates: int = 3
    fill: str = "all"
    background: str = "target"
    feather: float = 0.05
    retrieval: str = "dictionary"
    dedupe: bool = False
    seed: int = 0
    workers: int | None = None

    def __post_init__(self) -> None:
        for name, low, high in (
            ("detail", 0, 1),
            ("largest", 0.005, 1),
            ("smallest", 0.002, 1),
            ("overlap", 0, 0.9),
            ("spacing", 0, 1000),
            ("importance_range", 1, 16),
            ("shift", 0, 1),
            ("interest", 0, 1),
            ("alternates", 0, 16),
            ("feather", 0, 0.5),
            ("seed", 0, 2**32 - 1),
        ):
            value = getattr(self, name)
            if not low <= value <= high:
                raise OptionError(f"{name} is {value}: it must be between {low} and {high}")
        for name, names in (("shape", SHAPES), ("match", MATCHES), ("retrieval", RETRIEVALS), ("fill", FILLS)):
            _check_name(name, getattr(self, name), names)
        if self.paint is not None:
            _check_name("paint", self.paint, MATCHES)
        if self.retrieval == "hsv" and self.match == "grey":
            raise OptionError("retrieval hsv compares colours, which do not count if match is grey: take match-pdf")
        if self.smallest > self.largest:
            raise OptionError(f"smallest {self.smallest:g} is more than largest {self.largest:g}: swap them")
        check_workers(self.workers)
        self.most_copies(0)
        _ = self.reach, self.ground

    @property
    def grey(self) -> bool:
        """Whether the mosaic is drawn in grey."""
        return (self.match if self.paint is None else self.paint) == "grey"

    @property
    def ground(self) -> Background:
        """What the plan is to show where no photo is."""
        return self.background if self.background in BACKGROUNDS else colour_bytes(self.background)

    @property
    def reach(self) -> float:
        """Degrees by which photos may be turned either way, 0..180."""
        if self.angles in ("any", "none"):
            return 180.0 if self.angles == "any" else 0.0
        text = self.angles.removeprefix("+-").removeprefix("±").removesuffix("°")
        degrees = float(text) if re.fullmatch(r"\d+(\.\d+)?", text, re.ASCII) else -1.0
        if not 0 <= degrees <= 180:
            raise OptionError(f'angles is "{self.angles}": write any, none, or degrees from 0 to 180, such as 15')
        return degrees

    def most_copies(self, level: int) -> int | None:
        """Most uses of one photo up to and with a level (0 is the largest); None if nobody said."""
        if self.copies is None:
            return None
        numbers = [int(text) if re.fullmatch(r"\d{1,8}", text, re.ASCII) else 0 for text in self.copies.split(",")]
        if not all(1 <= number <= _MOST_COPIES for number in numbers):
            raise OptionError(f'copies is "{self.copies}": write a number from 1, or some with commas, such as 1,2,4,8')
        return numbers[min(level, len(numbers) - 1)]


def _check_name(option: str, value: str, names: tuple[str, ...]) -> None:
    if value not in names:
        raise OptionError(f'{option} is "{value}": it must be one of {", ".join(names)}')

"""The built-in tiles: every colour of the palette in every family of patterns."""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from musivum.library._builtin._gradients import GRADIENTS
from musivum.library._builtin._gratings import GRATINGS
from musivum.library._builtin._shapes import SHAPES, hills, sunset
from musivum.library._builtin._textures import TEXTURES
from musivum.library._generated._fields import Field, between
from musivum.library._generated._palette import Colors, paint, palette, relative, to_lch

Pattern = Callable[[np.random.Generator], Field]

_FAMILIES: tuple[tuple[str, tuple[Pattern, ...], float], ...] = (
    ("gradient", GRADIENTS, 0.10),
    ("grating", GRATINGS, 0.20),
    ("texture", TEXTURES, 0.20),
    ("shape", SHAPES, 0.30),
)
_VIVID, _MUTED = 66, 66


def generate_tiles() -> Iterator[tuple[str, npt.NDArray[np.uint8]]]:
    """Yield the built-in tiles as (name, pixels (128, 128, 3) sRGB), always the same and in the same order."""
    colors = palette(_VIVID, _MUTED)
    seed = 0
    for family, patterns, contrast in _FAMILIES:
        for k, color in enumerate(colors):
            seed += 1
            rng = np.random.default_rng(seed)
            pattern = patterns[k % len(patterns)]
            yield f"{family}/{pattern.__name__}-{k:03d}", paint(pattern(rng), _stops(pattern, color, contrast, rng))


def _stops(pattern: Pattern, color: Colors, contrast: float, rng: np.random.Generator) -> list[Colors]:
    lightness = to_lch(color)[0]
    turn = between(rng, -35, 35)
    if pattern in (hills, sunset):
        return [
            relative(color, lighter=-0.28, turn=-turn),
            relative(color, lighter=-0.08),
            relative(color, lighter=0.04, turn=turn / 2),
            relative(color, lighter=0.22, richer=0.7, turn=turn),
        ]
    far = contrast * between(rng, 0.7, 1.4)
    if contrast < 0.25:
        # Around the colour itself, so that the tile's mean is the palette's.
        return [relative(color, lighter=-far, turn=-turn / 2), color, relative(color, lighter=far, turn=turn)]
    away = -far if lightness > between(rng, 0.35, 0.65) else far
    hue = turn if rng.random() < 0.6 else between(rng, 90, 270)
    return [color, relative(color, lighter=away, richer=between(rng, 0.6, 1.3), turn=hue)]

"""The verb that draws libraries."""

from __future__ import annotations

from collections.abc import Sequence

from musivum.api._library import AnyPath, user_path
from musivum.errors import OptionError
from musivum.library import Family, GenerateReport, family, generate
from musivum.progress import Progress, silent


def library_generate(
    families: Sequence[str],
    library: AnyPath,
    *,
    count: int | None = None,
    preset: str | None = None,
    font: AnyPath | None = None,
    text: str | None = None,
    progress: Progress = silent,
) -> GenerateReport:
    """Draw families of tiles into a library, making it if there is none; what it holds stays.

    Parameters
    ----------
    families
        Names out of ``musivum.library.FAMILIES``: gabor, gratings, gradients, dct, solid, shapes, glyphs. Their tiles
        are grey.
    library
        Folder of the library; photos and drawn tiles may share one.
    count
        Tiles of each family, chosen evenly out of all it has; a larger count adds to what a smaller one drew. By
        default as many as the family needs to be of use.
    preset
        Another set of tiles, which each of the families must have: ``original`` of gabor (312,500 kernels of one
        phase), ``colours`` of solid.
    font, text
        For glyphs: a font file, and the characters to draw.

    Raises
    ------
    OptionError
        If no family is named, one does not exist or has no such preset or fewer tiles, or a font cannot be read.
    LibraryError
        If the library is being written, damaged or of another version.
    """
    if not families:
        raise OptionError("no family was named: give some, such as gradients gratings")
    if (font is not None or text is not None) and "glyphs" not in families:
        raise OptionError("a font and text are for glyphs, which are not among the families")
    path = None if font is None else user_path(font)
    drawn = [family(name, preset, font=path, text=text) for name in dict.fromkeys(families)]
    return generate([(one, _count(one, count)) for one in drawn], user_path(library), progress=progress)


def _count(family: Family, count: int | None) -> int:
    if count is None:
        return family.usual
    if not 1 <= count <= len(family.tiles):
        raise OptionError(f"count is {count:,}: {family.name} has 1 to {len(family.tiles):,} tiles")
    return count

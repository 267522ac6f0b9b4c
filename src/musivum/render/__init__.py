"""Drawing: any region of a plan at any scale. The only code that draws."""

from musivum.render._drawing import Drawing, Drawn, draw
from musivum.render._sources import tile_rows

__all__ = ["Drawing", "Drawn", "draw", "tile_rows"]

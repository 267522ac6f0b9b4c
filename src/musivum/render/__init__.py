"""Drawing: any region of a plan at any scale. The only code that draws."""

from musivum.render._drawing import Drawing, Layer, draw
from musivum.render._lettering import Lettering
from musivum.render._photos import Drawn
from musivum.render._sources import tile_rows

__all__ = ["Drawing", "Drawn", "Layer", "Lettering", "draw", "tile_rows"]

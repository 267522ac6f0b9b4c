"""Photographic mosaics: every cell of the target gets the library image that fits it best."""

from musivum.engines.grid._engine import plan_grid
from musivum.engines.grid._options import OFFSETS, GridOptions
from musivum.engines.grid._resolve import GridResolver

__all__ = ["OFFSETS", "GridOptions", "GridResolver", "plan_grid"]

"""SVG: every photo an image of its own, with its exact transform."""

from musivum.export._svg._options import SvgOptions
from musivum.export._svg._write import check_svg, write_svg

__all__ = ["SvgOptions", "check_svg", "write_svg"]

"""Collages: a set of photos laid out so that neighbours look alike."""

from musivum.engines.arrange._engine import plan_arrange
from musivum.engines.arrange._likeness import likeness_vectors
from musivum.engines.arrange._masks import SHAPES, names_shape, picture_mask, shape_mask
from musivum.engines.arrange._options import ArrangeOptions
from musivum.engines.arrange._quality import distance_preservation_quality, neighbour_distances
from musivum.engines.arrange._resolve import ArrangeResolver
from musivum.engines.arrange._vectors import arrange_vectors
from musivum.engines.arrange._wishes import TYPICAL, Paper, Wishes

__all__ = [
    "SHAPES",
    "TYPICAL",
    "ArrangeOptions",
    "ArrangeResolver",
    "Paper",
    "Wishes",
    "arrange_vectors",
    "distance_preservation_quality",
    "likeness_vectors",
    "names_shape",
    "neighbour_distances",
    "picture_mask",
    "plan_arrange",
    "shape_mask",
]

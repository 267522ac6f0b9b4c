"""Feature vectors of patches: what the search compares."""

from musivum.features._color_grid import color_grid
from musivum.features._compression import Compression, compress
from musivum.features._extractor import Extractor
from musivum.features._extractors import EXTRACTORS, extractor
from musivum.features._gradient import gradient, lightness_differences
from musivum.features._patches import linear_samples, patches, tile_patches
from musivum.features._saliency import kept_saliency

__all__ = [
    "EXTRACTORS",
    "Compression",
    "Extractor",
    "color_grid",
    "compress",
    "extractor",
    "gradient",
    "kept_saliency",
    "lightness_differences",
    "linear_samples",
    "patches",
    "tile_patches",
]

"""Feature vectors of patches: what the search compares."""

from musivum.features._backbone import TextEncoder, text_encoder
from musivum.features._color_grid import color_grid
from musivum.features._compression import Compression, compress, even_rows, extend
from musivum.features._extractor import Extractor
from musivum.features._extractors import EXTRACTORS, extractor
from musivum.features._gradient import gradient, lightness_differences
from musivum.features._metrics import METRICS, Metric, place_queries, place_rows, unit_rows
from musivum.features._mixture import Part, mixture_name, parse_mixture
from musivum.features._patches import linear_samples, patches, shrink, tile_patches
from musivum.features._saliency import kept_saliency
from musivum.features._tile_compression import tile_compression
from musivum.features._tile_vectors import picture_vectors, tile_vectors

__all__ = [
    "EXTRACTORS",
    "METRICS",
    "Compression",
    "Extractor",
    "Metric",
    "Part",
    "TextEncoder",
    "color_grid",
    "compress",
    "even_rows",
    "extend",
    "extractor",
    "gradient",
    "kept_saliency",
    "lightness_differences",
    "linear_samples",
    "mixture_name",
    "parse_mixture",
    "patches",
    "picture_vectors",
    "place_queries",
    "place_rows",
    "shrink",
    "text_encoder",
    "tile_compression",
    "tile_patches",
    "tile_vectors",
    "unit_rows",
]

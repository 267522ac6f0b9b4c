"""Photos on disk to a library of tiles: scan, decode, store, find duplicates, keep in order."""

from musivum.library._builtin import builtin_library, generate_tiles
from musivum.library._index import IndexReport, index
from musivum.library._library import Library, Packed, Tile, open_library
from musivum.library._scan import Skipped

__all__ = [
    "IndexReport",
    "Library",
    "Packed",
    "Skipped",
    "Tile",
    "builtin_library",
    "generate_tiles",
    "index",
    "open_library",
]

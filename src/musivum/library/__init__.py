"""Photos on disk to a library of tiles: scan, decode, store, find duplicates, keep in order."""

from musivum.library._index import IndexReport, index
from musivum.library._library import Library, Packed, Tile, open_library
from musivum.library._scan import Skipped

__all__ = ["IndexReport", "Library", "Packed", "Skipped", "Tile", "index", "open_library"]

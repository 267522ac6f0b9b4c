"""Photos on disk, and drawn tiles, to a library: scan, decode, draw, store, find duplicates, keep in order."""

from musivum.library._builtin import builtin_library, generate_tiles
from musivum.library._contents import FileRecord, LibraryInfo, duplicates, files, info
from musivum.library._generated import FAMILIES, PRESETS, Family, GenerateReport, family, generate
from musivum.library._index import IndexReport, index
from musivum.library._library import Library, Packed, Tile, open_library
from musivum.library._near import near_duplicates
from musivum.library._prune import PruneReport, prune
from musivum.library._scan import Skipped
from musivum.library._vectors import Add, KeptVectors, adding_vectors, packed_ids, read_vectors, vector_places
from musivum.library._verify import VerifyReport, verify

__all__ = [
    "FAMILIES",
    "PRESETS",
    "Add",
    "Family",
    "FileRecord",
    "GenerateReport",
    "IndexReport",
    "KeptVectors",
    "Library",
    "LibraryInfo",
    "Packed",
    "PruneReport",
    "Skipped",
    "Tile",
    "VerifyReport",
    "adding_vectors",
    "builtin_library",
    "duplicates",
    "family",
    "files",
    "generate",
    "generate_tiles",
    "index",
    "info",
    "near_duplicates",
    "open_library",
    "packed_ids",
    "prune",
    "read_vectors",
    "vector_places",
    "verify",
]

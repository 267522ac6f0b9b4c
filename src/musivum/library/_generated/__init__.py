"""Tiles that are drawn instead of read: families of patterns, by parameters."""

from musivum.library._generated._families import FAMILIES, PRESETS, family
from musivum.library._generated._family import Family
from musivum.library._generated._write import GenerateReport, generate

__all__ = ["FAMILIES", "PRESETS", "Family", "GenerateReport", "family", "generate"]

"""Collages: a set of photos laid out so that neighbours look alike."""

from musivum.engines.arrange._quality import distance_preservation_quality, neighbour_distances

__all__ = ["distance_preservation_quality", "neighbour_distances"]

"""Nearest rows of a dictionary: queries -> Neighbours."""

from musivum.search._exact import Dictionary, Neighbours, nearest_owners, pair_costs

__all__ = ["Dictionary", "Neighbours", "nearest_owners", "pair_costs"]

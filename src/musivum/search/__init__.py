"""Nearest rows of a dictionary: queries -> Neighbours."""

from musivum.search._exact import Dictionary, Neighbours, nearest_owners, pair_costs
from musivum.search._searches import SEARCHES, Search, choose_search

__all__ = ["SEARCHES", "Dictionary", "Neighbours", "Search", "choose_search", "nearest_owners", "pair_costs"]

"""Nearest rows of a dictionary: queries -> Neighbours."""

from musivum.search._costs import pair_costs
from musivum.search._dictionary import Dictionary, plain_dictionary
from musivum.search._exact import nearest_owners
from musivum.search._neighbours import Neighbours, merge
from musivum.search._searches import SEARCHES, Search, choose_search

__all__ = [
    "SEARCHES",
    "Dictionary",
    "Neighbours",
    "Search",
    "choose_search",
    "merge",
    "nearest_owners",
    "pair_costs",
    "plain_dictionary",
]

"""Nearest rows of a dictionary: queries -> Neighbours."""

from musivum.search._costs import pair_costs
from musivum.search._dictionary import Dictionary, plain_dictionary
from musivum.search._exact import nearest_owners
from musivum.search._index import Index, build_index, extend_index, open_index
from musivum.search._neighbours import Neighbours, merge, nobody
from musivum.search._radius import RadiusSearch
from musivum.search._searches import SEARCHES, Search, choose_search
from musivum.search._shortlists import search_shortlists

__all__ = [
    "SEARCHES",
    "Dictionary",
    "Index",
    "Neighbours",
    "RadiusSearch",
    "Search",
    "build_index",
    "choose_search",
    "extend_index",
    "merge",
    "nearest_owners",
    "nobody",
    "open_index",
    "pair_costs",
    "plain_dictionary",
    "search_shortlists",
]

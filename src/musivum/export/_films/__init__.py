"""Films: a mosaic that is built, or zoomed into."""

from musivum.export._films._film import FILM_SIDE, FILMS, check_filming, film
from musivum.export._films._options import FilmOptions

__all__ = ["FILMS", "FILM_SIDE", "FilmOptions", "check_filming", "film"]

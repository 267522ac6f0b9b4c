"""An interactive page: the mosaic to zoom into, with the photos as they are."""

from musivum.export._page._options import PageOptions
from musivum.export._page._write import check_page, write_page

__all__ = ["PageOptions", "check_page", "write_page"]

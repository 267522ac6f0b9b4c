"""Pictures that are looked at piece by piece: deep zoom, IIIF and pyramidal TIFF."""

from musivum.export._zoom._deep_zoom import check_deep_zoom, write_deep_zoom
from musivum.export._zoom._iiif import check_iiif, write_iiif
from musivum.export._zoom._options import ZOOM_SIDE, ZoomOptions
from musivum.export._zoom._pyramidal import check_pyramidal, write_pyramidal

__all__ = [
    "ZOOM_SIDE",
    "ZoomOptions",
    "check_deep_zoom",
    "check_iiif",
    "check_pyramidal",
    "write_deep_zoom",
    "write_iiif",
    "write_pyramidal",
]

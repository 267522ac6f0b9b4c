"""Pictures in and out: decode, orient, colour-manage, encode."""

from musivum.raster._colour import colour_bytes
from musivum.raster._decode import Decoded, decode
from musivum.raster._encode import PICTURE_FORMATS, check_coding, check_picture, srgb_profile, write_picture
from musivum.raster._film import FILM_FORMATS, check_film, film_size, write_film
from musivum.raster._jpeg import jpeg_options, write_jpeg
from musivum.raster._letters import lacking_letters
from musivum.raster._limits import DEFAULT_LIMITS, Limits
from musivum.raster._png_writer import deflated_rows, write_png
from musivum.raster._size import millimetres_of, pixels_of
from musivum.raster._taken import taken
from musivum.raster._tiff_file import begin_tiff, end_tiff
from musivum.raster._tiff_tiles import tiff_tile, tiled_page

__all__ = [
    "DEFAULT_LIMITS",
    "FILM_FORMATS",
    "PICTURE_FORMATS",
    "Decoded",
    "Limits",
    "begin_tiff",
    "check_coding",
    "check_film",
    "check_picture",
    "colour_bytes",
    "decode",
    "deflated_rows",
    "end_tiff",
    "film_size",
    "jpeg_options",
    "lacking_letters",
    "millimetres_of",
    "pixels_of",
    "srgb_profile",
    "taken",
    "tiff_tile",
    "tiled_page",
    "write_film",
    "write_jpeg",
    "write_picture",
    "write_png",
]

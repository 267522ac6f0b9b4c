"""Reading the pictures that a person names."""

from musivum.api._library import AnyPath, user_path
from musivum.errors import UnreadableImage
from musivum.raster import Decoded, decode


def read_picture(path: AnyPath, role: str, *, short_side: int | None = None) -> Decoded:
    """Decode a picture that the person named; faults say which it was."""
    file = user_path(path)
    try:
        return decode(file, short_side=short_side)
    except UnreadableImage as fault:
        raise UnreadableImage(f"cannot read the {role} {file}: {fault}") from fault
    except OSError as fault:
        raise UnreadableImage(f"cannot read the {role} {file}: {fault.strerror or fault}") from fault

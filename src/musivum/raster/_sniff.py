"""Which format a file is in, by its first bytes and never by its name."""

from musivum.errors import UnreadableImage

HEAD = 64
"""How many bytes `sniff` wants to see."""

_AVIF = {b"avif", b"avis"}
_HEIF = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"mif2"}

_PREFIXES = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"BM", "BMP"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG2000"),
    (b"\xff\x4f\xff\x51", "JPEG2000"),
)

_STRANGERS = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\0\x05\x16\x07", "an AppleDouble file, the metadata of another file"),
    (b"8BPS", "a Photoshop document"),
    (b"\x1aE\xdf\xa3", "a Matroska or WebM video"),
)


def sniff(head: bytes) -> str:
    """Name of the format that the first `HEAD` bytes of a file announce.

    Raises
    ------
    UnreadableImage
        If they announce nothing that musivum reads; the text says what they do announce where that is known.
    """
    if not head:
        raise UnreadableImage("the file is empty")
    for prefix, name in _PREFIXES:
        if head.startswith(prefix):
            return name
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    raise UnreadableImage(f"not a picture musivum reads: {_stranger(head)}")


def _by_brand(head: bytes) -> str:
    length = min(int.from_bytes(head[:4], "big"), HEAD)
    brands = [head[8:12], *(head[i : i + 4] for i in range(16, length - 3, 4))]
    if _AVIF & set(brands):
        return "AVIF"
    if _HEIF & set(brands):
        return "HEIF"
    raise UnreadableImage("not a picture musivum reads: a video or audio file")


def _stranger(head: bytes) -> str:
    for prefix, name in _STRANGERS:
        if head.startswith(prefix):
            return name
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<svg", b"<?xml")):
        return "an SVG or XML document; export it as PNG first"
    if text.startswith((b"<!doctype", b"<html")):
        return "a web page"
    return "unknown first bytes"

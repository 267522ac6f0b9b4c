"""The one thing about PNG files that Pillow lets pass: damaged image data."""

import zlib
from typing import IO

from musivum.errors import UnreadableImage

_SIGNATURE = 8
_BLOCK = 1 << 20


def check_image_data(file: IO[bytes]) -> None:
    """Check the CRC of every IDAT chunk (PNG, third edition, 5.3) and leave `file` at its start.

    Pillow skips these sums, so flipped bits that still inflate would become a picture of coloured noise.
    """
    file.seek(_SIGNATURE)
    while len(head := file.read(8)) == 8:
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        if kind == b"IEND":
            break
        if kind != b"IDAT":
            file.seek(length + 4, 1)
            continue
        crc = zlib.crc32(kind)
        while length:
            block = file.read(min(length, _BLOCK))
            if not block:
                raise UnreadableImage("the file is truncated")
            crc = zlib.crc32(block, crc)
            length -= len(block)
        if file.read(4) != crc.to_bytes(4, "big"):
            raise UnreadableImage("the picture is damaged (checksum of its image data)")
    file.seek(0)

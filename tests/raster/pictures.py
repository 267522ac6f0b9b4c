"""Files that no library writes: 16-bit colour PNGs, bombs, and an ICC profile that turns the channels round."""

import struct
import zlib

import numpy as np


def png(size, depth, kind, rows, chunks=()):
    """A PNG file of `rows` (bytes, filter bytes included); `kind` is PNG's colour type."""
    header = struct.pack(">IIBBBBB", *size, depth, kind, 0, 0, 0)
    parts = [(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )


def png16(pixels):
    """A 16-bit PNG of pixels (h, w, 3) or (h, w, 4), uint16."""
    h, w, channels = pixels.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    return png((w, h), 16, {3: 2, 4: 6}[channels], rows)


def turned_profile():
    """An RGB profile (ICC.1, version 2) whose red, green and blue are the green, blue and red of sRGB."""
    red, green, blue = (0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410)
    white = (0.9642, 1.0, 0.8249)
    curve = b"curv" + bytes(4) + struct.pack(">I", 1) + struct.pack(">H", int(2.2 * 256)) + bytes(2)
    tags = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", 7) + b"turned\0" + bytes(78) + bytes(3),
        b"cprt": b"text" + bytes(4) + b"none\0" + bytes(3),
        b"wtpt": _xyz(white),
        b"rXYZ": _xyz(green),
        b"gXYZ": _xyz(blue),
        b"bXYZ": _xyz(red),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    table, data = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, value in tags.items():
        table += name + struct.pack(">II", start + len(data), len(value))
        data += value + bytes(-len(value) % 4)
    header = struct.pack(">I4s4s4s4s4s", start + len(data), bytes(4), b"\x02\x40\0\0", b"mntr", b"RGB ", b"XYZ ")
    header += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + _fixed(white)
    return header.ljust(128, b"\0") + table + data


def corners(width=48, height=32):
    """A picture (h, w, 3) that no turn or mirror leaves as it is."""
    pixels = np.full((height, width, 3), 128, np.uint8)
    pixels[: height // 2, : width // 3] = (230, 30, 30)
    pixels[: height // 2, -width // 3 :] = (30, 200, 30)
    pixels[-height // 2 :, : width // 3] = (40, 40, 220)
    return pixels


def _xyz(values):
    return b"XYZ " + bytes(4) + _fixed(values)


def _fixed(values):
    return struct.pack(">3i", *(round(value * 65536) for value in values))

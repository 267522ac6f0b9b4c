"""The straightforward contact sheet: photos in the order of their names, pasted with Pillow.

python baseline_sheet.py PHOTOS OUTPUT COLUMNS SIDE
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image, ImageOps


def main(photos: str, output: str, columns: int, side: int) -> None:
    files = sorted(Path(photos).iterdir())
    sheet = Image.new("RGB", (columns * side, -(-len(files) // columns) * side), "white")
    for i, file in enumerate(files):
        with Image.open(file) as photo:
            tile = ImageOps.fit(ImageOps.exif_transpose(photo).convert("RGB"), (side, side), Image.Resampling.LANCZOS)
        sheet.paste(tile, (i % columns * side, i // columns * side))
    sheet.save(output, quality=90)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))

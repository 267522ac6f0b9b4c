"""Make the pictures of these pages with the program itself, from generated images only."""

from __future__ import annotations

import io
import sys
import tempfile
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import exported
import numpy as np
from nearest_tiles import nearest_tiles
from PIL import Image

from musivum import api
from musivum.engines.arrange import ArrangeOptions
from musivum.engines.fractal import FractalOptions
from musivum.engines.grid import GridOptions
from musivum.library import FAMILIES, family, generate_tiles

PICTURES = Path(__file__).parent / "pictures"
MOST_BYTES = 145_000
MOST_SIDE = 1280
SIDE = 128


def main() -> int:
    """Write every picture and print its size."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        target = place / "sunset.png"
        Image.fromarray(api.demo_target()).save(target)
        small = GridOptions(tiles=1500)
        for name, options, side in (
            ("hero", GridOptions(tiles=3600, tint=0.6), 1200),
            ("squares", small, 640),
            ("honeycomb", replace(small, offset="hexagon"), 640),
            ("adaptive", GridOptions(tiles=4800, adaptive=2, tint=0.7), 640),
            ("brick", replace(small, offset="brick", aspect="3:2", tiles=900), 800),
        ):
            keep(name, mosaic(target, place / name, options, side))
        free_form(target, place)
        exports(place / "free.mosaic")
        plan = place / "squares.mosaic"
        keep("tint", beside([drawn(plan, place, 420, tint=tint) for tint in (0.0, 0.5, 1.0)]))
        api.report(plan, [place / "errors.png"])
        keep("errors", Image.open(place / "errors.png"))
        keep("features", nearest_tiles())
        keep("gaps", drawn(plan, place, 640, gap=2, background="white"))
        keep("sheet", comparison(target, place / "sheet.png"))
        keep("patterns", patterns(target, place))
        collages(place)
    keep("families", families(12))
    return 0


def free_form(target: Path, place: Path) -> None:
    """Pictures of the page on the fractal engine."""
    options = FractalOptions(detail=0.65, largest=0.35, smallest=0.02, interest=0.6)
    keep("free", mosaic(target, place / "free", options, 1200))
    details = [replace(options, detail=detail) for detail in (0.3, 0.6, 0.9)]
    sizes = [replace(options, smallest=smallest, fill="match", background="black") for smallest in (0.13, 0.06, 0.02)]
    for name, ways in (("detail", details), ("growing", sizes)):
        keep(name, beside([mosaic(target, place / f"{name}{i}", way, 420) for i, way in enumerate(ways)]))


def exports(plan: Path) -> None:
    """Pictures of the page on exports."""
    if (seen := exported.page(plan)) is not None:
        keep("page", seen)
    keep("paper", beside(exported.sheets(plan)))
    keep("film", beside(exported.film(plan)))


def mosaic(target: Path, stem: Path, options: GridOptions | FractalOptions, side: int) -> Image.Image:
    """A mosaic of the built-in library; its plan stays beside it."""
    output, plan, size = stem.with_suffix(".png"), stem.with_suffix(".mosaic"), api.OutputSize(size=str(side))
    if isinstance(options, GridOptions):
        api.grid(target, output, plan=plan, options=options, size=size)
    else:
        api.fractal(target, output, plan=plan, options=options, size=size)
    return Image.open(output)


def collages(place: Path) -> None:
    """Pictures of the page on the arrange engine."""
    keep("collage", collage(place, "1000"))
    ways = [ArrangeOptions(method=method) for method in ("sorted", "shells", "curve")]
    keep("collage-methods", beside([collage(place, "420", options=way) for way in ways]))
    wheel, cut = ArrangeOptions(flow="wheel", pull=3.0), api.OutputSize(height="360")
    shapes = [("heart", ArrangeOptions()), ("circle", wheel), ("letter:ME", ArrangeOptions())]
    keep("collage-shapes", beside([collage(place, cut, options=options, shape=shape) for shape, options in shapes]))
    hero, large = {"hero": "sunset-062"}, {"favourite": ["heart-*=3", "star-*", "moon-*"]}
    keep("collage-hero", beside([collage(place, api.OutputSize(height="400"), **wishes) for wishes in (hero, large)]))
    photos = framed(place / "framed")
    rows = ArrangeOptions(layout="rows", gap="5", margin="5")
    cards = ArrangeOptions(gap="8%", margin="8%", corner=0.12, caption="22%", background="#26262b", aspect="1:1")
    few = {"photos": sorted(photos.iterdir())[::2]}
    keep(
        "collage-paper",
        beside(
            [
                collage(place, api.OutputSize(height="400"), options=rows, photos=[photos]),
                collage(place, api.OutputSize(height="400"), options=cards, captions="names", **few),
            ]
        ),
    )


def collage(place: Path, size: str | api.OutputSize, **how: Any) -> Image.Image:
    """A collage of the built-in library, or of photos."""
    output = place / "collage.png"
    size = api.OutputSize(size=size) if isinstance(size, str) else size
    api.arrange(output=output, size=size, **how)
    return Image.open(output).copy()


def framed(folder: Path) -> Path:
    """Every tenth of the built-in pictures, cut to the shapes that photos have."""
    folder.mkdir()
    for number, (name, pixels) in enumerate(islice(generate_tiles(), 3, None, 10)):
        width, height = ((128, 96), (96, 128), (128, 85), (128, 128))[number % 4]
        Image.fromarray(pixels[:height, :width]).save(folder / f"{name.rpartition('/')[2]}.png")
    return folder


def drawn(plan: Path, place: Path, side: int, **how: float | str) -> Image.Image:
    """A plan drawn again."""
    output = place / f"drawn-{side}-{'-'.join(map(str, how.values()))}.png"
    api.render(plan, output, size=api.OutputSize(size=str(side)), **how)  # type: ignore[arg-type]
    return Image.open(output)


def patterns(target: Path, place: Path) -> Image.Image:
    """A mosaic of drawn tiles."""
    api.library_generate(("gradients", "gratings", "gabor", "dct"), place / "patterns")
    output = place / "patterns.png"
    options = GridOptions(tiles=600, colour="fit")
    api.grid(target, output, library=place / "patterns", options=options, size=api.OutputSize(size="1000"))
    return Image.open(output)


def comparison(target: Path, output: Path) -> Image.Image:
    """A sheet of the built-in library under a few features."""
    chosen = ("grid8", "grid4", "grid8*1 + gabor*0.3", "gradient", "hsv")
    api.compare(target, output, features=chosen, tiles=900)
    return Image.open(output)


def beside(pictures: list[Image.Image], gap: int = 8) -> Image.Image:
    """Pictures of one height in a row, on white."""
    height = pictures[0].height
    white = np.full((height, gap, 3), 255, np.uint8)
    parts = [part for picture in pictures for part in (white, np.asarray(picture))][1:]
    return Image.fromarray(np.concatenate(parts, axis=1))


def families(across: int, gap: int = 8) -> Image.Image:
    """The first tiles of every family that is drawn, a row each, on blue."""
    step = SIDE + gap
    sheet = Image.new("RGB", (across * step + gap, len(FAMILIES) * step + gap), (72, 108, 156))
    for row, name in enumerate(FAMILIES):
        one = family(name)
        for column, parameters in enumerate(one.tiles[:across]):
            sheet.paste(Image.fromarray(one.draw(**parameters)), (column * step + gap, row * step + gap))
    return sheet


def keep(name: str, picture: Image.Image) -> None:
    """Save as JPEG of at most `MOST_BYTES`."""
    picture.thumbnail((MOST_SIDE, MOST_SIDE))
    for quality in range(90, 20, -5):
        buffer = io.BytesIO()
        picture.convert("RGB").save(buffer, "JPEG", quality=quality, optimize=True, progressive=True)
        if buffer.tell() <= MOST_BYTES:
            break
    path = PICTURES / f"{name}.jpg"
    path.write_bytes(buffer.getvalue())
    print(f"{path}: {picture.width} x {picture.height}, quality {quality}, {buffer.tell() // 1000} kB")


if __name__ == "__main__":
    sys.exit(main())

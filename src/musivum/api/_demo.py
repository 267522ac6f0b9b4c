"""The verb that needs nothing: a picture drawn here, mosaics, a collage and a page of the built-in library."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.api._arrange import arrange
from musivum.api._fractal import fractal
from musivum.api._grid import grid
from musivum.api._library import user_path
from musivum.api._mosaic import Mosaic
from musivum.api._render import render
from musivum.api._size import OutputSize
from musivum.color import srgb_from_linear
from musivum.errors import OptionError
from musivum.export import Picture
from musivum.progress import Progress, silent


class Demo(NamedTuple):
    """What the demonstration wrote: its target, the mosaics in the order they were made, a collage, and a page."""

    target: Path
    mosaics: tuple[Mosaic, ...]
    collage: Mosaic
    page: Picture


def demo(folder: str | os.PathLike[str] = "demo", *, size: int = 2000, progress: Progress = silent) -> Demo:
    """Draw a picture, make four mosaics of it, a heart of the pictures they are made of, and a page to zoom into one.

    The mosaics are of squares, of a honeycomb, of cells of different sizes, and free-form, which the page shows.

    Parameters
    ----------
    folder
        Where the pictures go; made if need be.
    size
        Longer side of the mosaics and the collage in pixels.

    Raises
    ------
    OptionError
        If the folder cannot be made.
    """
    from PIL import Image

    from musivum.engines.arrange import ArrangeOptions
    from musivum.engines.fractal import FractalOptions
    from musivum.engines.grid import GridOptions

    place = user_path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise OptionError(f"cannot make the folder {place}: {fault.strerror}") from fault
    target = place / "target.jpg"
    Image.fromarray(demo_target()).save(target, quality=92)
    look = OutputSize(size=str(size))
    ways = {
        "squares": GridOptions(tiles=3600),
        "honeycomb": GridOptions(tiles=2400, offset="hexagon", aspect="1:1"),
        "adaptive": GridOptions(tiles=6400, adaptive=2, tint=0.7),
    }
    mosaics = [
        grid(
            target, place / f"{name}.jpg", plan=place / f"{name}.mosaic", options=options, size=look, progress=progress
        )
        for name, options in ways.items()
    ]
    free = FractalOptions(detail=0.65, largest=0.35, smallest=0.03)
    mosaics.append(
        fractal(target, place / "free.jpg", plan=place / "free.mosaic", options=free, size=look, progress=progress)
    )
    gaps = ArrangeOptions(gap="3%", margin="50%", corner=0.12)
    heart = arrange(
        (), place / "heart.jpg", plan=place / "heart.mosaic", options=gaps, size=look, shape="heart", progress=progress
    )
    page = render(place / "free.mosaic", place / "free.html", size=look, progress=progress)
    return Demo(target, tuple(mosaics), heart, page)


def demo_target(width: int = 1200, height: int = 900) -> npt.NDArray[np.uint8]:
    """A sunset over the sea with hills and a sailing boat, (height, width, 3) sRGB bytes."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    u, v = (x + 0.5) / width, (y + 0.5) / height
    horizon = 0.62
    high, low = np.array([0.05, 0.12, 0.38], np.float32), np.array([0.95, 0.42, 0.12], np.float32)
    up = np.clip(v / horizon, 0, 1)[..., None] ** 1.6
    picture = high * (1 - up) + low * up

    away = np.hypot((u - 0.62) * width / height, v - 0.47)
    picture += np.exp(-((away / 0.16) ** 2))[..., None] * np.array([0.55, 0.35, 0.08], np.float32)
    picture[away < 0.085] = (1.0, 0.86, 0.45)

    for base, rise, colour in ((0.60, 0.10, (0.16, 0.10, 0.22)), (0.64, 0.16, (0.05, 0.05, 0.12))):
        ridge = base - rise * (np.clip(np.sin(5.1 * u + 20 * base), 0, 1) * (1 - u) + 0.12 * np.sin(23 * u) * (1 - u))
        picture[(v > ridge) & (v < horizon)] = colour

    depth = np.clip((v - horizon) / (1 - horizon), 0, 1)
    mirrored = np.clip(1 - depth, 0, 1)[..., None]
    waves = np.sin(40 * u + 90 * depth**0.6 + 3 * np.sin(9 * u + 30 * depth))
    sea = low * mirrored**2 * 0.7 + np.array([0.02, 0.09, 0.20], np.float32)
    glitter = np.exp(-(((u - 0.62) / (0.05 + 0.12 * depth)) ** 2)) * np.clip(waves, 0, 1) * (1 - 0.6 * depth)
    sea = sea * (1 + 0.25 * waves[..., None] * depth[..., None]) + glitter[..., None] * (0.9, 0.6, 0.25)
    picture = np.where((v >= horizon)[..., None], sea, picture)

    across, down = (u - 0.30) / 0.16, (v - 0.34) / 0.36
    sail = (down > 0) & (down < 0.93) & (across > -0.02) & (across < 0.75 * down)
    jib = (down > 0.1) & (down < 0.93) & (across < -0.06) & (across > -0.06 - 0.45 * (down - 0.1))
    picture[sail] = (0.92, 0.86, 0.76)
    picture[jib] = (0.70, 0.10, 0.09)
    hull = (down > 0.97) & (down < 1.12) & (np.abs(across - 0.15) < 0.85 - 1.4 * (down - 0.97))
    picture[hull] = (0.14, 0.05, 0.03)
    return srgb_from_linear(np.ascontiguousarray(picture.clip(0, 1), np.float32))

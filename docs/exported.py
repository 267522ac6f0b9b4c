"""Pictures of what plans are exported to, by programs that people open such files with."""

from __future__ import annotations

import shutil
from pathlib import Path

from PIL import Image, ImageOps

from musivum import api
from musivum.export import FILMS, FilmOptions, Look, PageOptions, PdfOptions
from musivum.library import open_library
from musivum.plan import load_plan

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_SECRET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def page(plan: Path) -> Image.Image | None:
    """An interactive page with a photo opened, as a browser shows it; None where there is no browser."""
    from playwright.sync_api import sync_playwright

    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        return None
    written, shot = plan.with_suffix(".html"), plan.with_suffix(".shot.png")
    api.render(plan, written, size=api.OutputSize(size="3000"), options=PageOptions(title="Sunset", embed=True))
    with sync_playwright() as play:
        window = play.chromium.launch(executable_path=browser, args=_SECRET)
        tab = window.new_page(viewport={"width": 1200, "height": 760})
        tab.goto(written.as_uri())
        tab.wait_for_timeout(1500)
        tab.mouse.click(690, 440)
        tab.wait_for_timeout(1500)
        tab.keyboard.press("+")
        tab.wait_for_timeout(2500)
        tab.screenshot(path=shot)
        window.close()
    return Image.open(shot).convert("RGB")


def sheets(plan: Path) -> list[Image.Image]:
    """One of the sheets for a wall, and the plan of hanging them, as a PDF reader shows them."""
    from pypdfium2 import PdfDocument

    written = plan.with_suffix(".pdf")
    size = api.OutputSize(width="80cm", dpi=80)
    api.render(plan, written, size=size, options=PdfOptions(sheets="a4"))
    with PdfDocument(written) as book:
        pages = [book[5], book[len(book) - 1]]
        seen = [each.render(scale=420 / each.get_height()).to_pil().convert("RGB") for each in pages]
    return [ImageOps.expand(each, 1, (160, 160, 160)) for each in seen]


def film(plan: Path, count: int = 5) -> list[Image.Image]:
    """Frames of a mosaic that is built."""
    loaded = load_plan(plan)
    library = open_library(loaded.recipe["library"]["path"])
    options = FilmOptions(seconds=count / 2, fps=10)
    frames = list(FILMS["build"](loaded, library, Look(scale=240 / max(loaded.canvas)), options))
    return [Image.fromarray(frames[round(at * (len(frames) - 1))]) for at in (0.05, 0.15, 0.3, 0.5, 1)]

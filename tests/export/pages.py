"""Plans for pages, and a browser window that shows one."""

from __future__ import annotations

import io
import time
from dataclasses import replace

import numpy as np
from PIL import Image

from export.albums import Album, smooth
from musivum.export import AS_PLANNED, PageOptions, export
from musivum.geometry import Size
from musivum.plan import Plan
from render.mosaics import plan_of


def turned(seed=3, n=40, pixels=(36, 40)) -> tuple[Plan, Album]:
    """Photos of many sizes, turned, mirrored, soft and over each other."""
    rng = np.random.default_rng(seed)
    album = Album([smooth(rng, pixels[0] + i, pixels[1]) for i in range(7)])
    middle, half = rng.uniform(0, 300, (n, 2)), rng.uniform(12, 50, (n, 1))
    plan = plan_of(album, Size(310, 290), np.concatenate([middle - half, middle + half], axis=1), tile=np.arange(n) % 7)
    turn, scale = rng.uniform(-4, 4, n), plan.placements.transform[:, 0]
    crop = (plan.placements.crop[:, :2] + plan.placements.crop[:, 2:]) @ [0.5, 0.5j]
    moved = middle @ [1, 1j] - scale * np.exp(1j * turn) * crop
    transform = np.stack([scale, turn, moved.real, moved.imag], axis=1)
    soft = np.linspace(0, 0.5, n).astype(np.float32)
    placements = replace(plan.placements, transform=transform, mirror=rng.random(n) < 0.5, feather=soft)
    return replace(plan, placements=placements), album


def write(plan, album, folder, look=AS_PLANNED, name="a mosaic", **options):
    path = folder / f"{name}.html"
    export(plan, album, path, look, options=PageOptions(**options), quality=95)
    return path


class Window:
    """A page in a browser, and everything that it said or asked for."""

    def __init__(self, browser, path, *, size=(900, 700), **context):
        context = {"color_scheme": "dark", "reduced_motion": "reduce"} | context
        self.context = browser.new_context(viewport=dict(zip(("width", "height"), size, strict=True)), **context)
        self.page = self.context.new_page()
        self.said, self.asked = [], []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: self.said.append(dialog.message))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(path.as_uri())
        self.settle()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()

    def run(self, script, argument=None):
        return self.page.evaluate(script, argument)

    def settle(self):
        """Wait until nothing moves and all pictures are there."""
        quiet, until = 0, time.monotonic() + 30
        while quiet < 2:
            assert time.monotonic() < until, "the page does not come to rest"
            self.page.wait_for_timeout(20)
            quiet = quiet + 1 if self.run("mosaic.idle") else 0

    def look_at(self, x, y, zoom):
        self.run("([x, y, zoom]) => { mosaic.camera.most = zoom; mosaic.camera.touched = true;"
                 " mosaic.camera.jump(x, y, zoom); mosaic.redraw() }", [x, y, zoom])  # fmt: skip
        self.settle()

    def to_window(self, x, y):
        return self.run("([x, y]) => mosaic.camera.toWindow(x, y)", [float(x), float(y)])

    def pixels(self, x, y, width, height):
        """What is seen on the screen."""
        clip = {"x": x, "y": y, "width": width, "height": height}
        return np.asarray(Image.open(io.BytesIO(self.page.screenshot(clip=clip))).convert("RGB"), np.float64)

    def text(self, selector):
        return self.page.locator(selector).inner_text()

"""A photo drawn alone."""

from dataclasses import replace

import numpy as np
import pytest

from musivum.color import linear_from_srgb, srgb_from_linear
from musivum.geometry import Size
from musivum.render import Drawing, draw
from render.mosaics import FakeLibrary, cells, hexagons, noise, plan_of


def mosaic(seed, **changes):
    rng = np.random.default_rng(seed)
    album = FakeLibrary([noise(rng, 24, 18) for _ in range(5)])
    boxes = cells(Size(61, 47), 4, 3)
    n = len(boxes)
    columns = {
        "opacity": rng.uniform(0.3, 1, n),
        "feather": rng.uniform(0, 0.6, n),
        "shift": rng.normal(0, 0.05, (n, 3)),
        "mean": rng.normal(0.5, 0.1, (n, 3)),
    }
    plan = plan_of(album, Size(61, 47), boxes, columns=columns, tint=0.7, **changes)
    turn = rng.uniform(-0.4, 0.4, n) * (np.arange(n) % 2)
    transform = plan.placements.transform.copy()
    transform[:, 1] += turn
    return replace(plan, placements=replace(plan.placements, transform=transform)), album


@pytest.mark.parametrize("scale", [1.0, 1.7])
def test_layers_laid_on_each_other_are_the_picture(scale):
    plan, album = mosaic(5, background=(40, 200, 90))
    drawing = Drawing(plan, album, scale=scale)
    width, height = drawing.size
    light = np.broadcast_to(linear_from_srgb(np.array([40, 200, 90], np.uint8)), (height, width, 3)).astype(float)
    for k in range(len(plan.placements)):
        layer = drawing.layer(k)
        part = light[layer.y : layer.y + len(layer.pixels), layer.x : layer.x + layer.pixels.shape[1]]
        alpha = layer.pixels[..., 3:] / 255 * plan.placements.opacity[k]
        part += alpha * (linear_from_srgb(layer.pixels[..., :3]) - part)
    seen = srgb_from_linear(light.astype(np.float32)).astype(int)
    assert np.abs(seen - draw(plan, album, scale=scale)).max() <= 4  # alpha is kept in bytes


def test_its_fourth_channel_does_not_hold_its_opacity():
    plan, album = mosaic(6)
    sharp = Drawing(plan, album, feather=0.0)
    assert all(sharp.layer(k).pixels[..., 3].max() == 255 for k in range(len(plan.placements)))


def test_what_lies_outside_is_cut_off():
    plan, album = mosaic(7)
    moved = plan.placements.transform.copy()
    moved[0, 2:] -= [7.0, 0.0]
    moved[1, 2:] += [1000.0, 0.0]
    drawing = Drawing(replace(plan, placements=replace(plan.placements, transform=moved)), album)
    first = drawing.layer(0)
    assert (first.x, first.y) == (0, 0) and first.pixels.shape[1] < 15
    assert drawing.layer(1) is None


def test_a_hexagon_keeps_its_outline():
    album = FakeLibrary([noise(np.random.default_rng(8), 30, 30) for _ in range(3)])
    plan = plan_of(album, Size(90, 78), hexagons(Size(90, 78), 3, 3), outline="hexagon")
    pixels = Drawing(plan, album, scale=2.0).layer(4).pixels
    opaque = pixels[..., 3] / 255
    assert opaque[0, 0] == 0 and opaque[len(opaque) // 2].min() > 0.4
    assert opaque.mean() == pytest.approx(0.75, abs=0.02)

"""Pieces agree with the whole, whatever draws them."""

import io

import numpy as np
import pytest
from PIL import Image

from musivum.errors import OptionError
from musivum.geometry import Box, Size
from musivum.plan import Placements
from musivum.render import Drawing, draw
from render.mosaics import FakeLibrary, cells, hexagons, noise, plan_of

SIZE = Size(103, 91)


def _jpeg(pixels):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG")
    return stream.getvalue()


def _plan(kind):
    rng = np.random.default_rng(3)
    library = FakeLibrary([noise(rng, *rng.integers(5, 40, 2)) for _ in range(9)])
    boxes = hexagons(SIZE, 7, 6) if kind == "hexagon" else cells(SIZE, 7, 6)
    n = len(boxes)
    turns, mirror = rng.integers(0, 4, n), rng.random(n) < 0.5
    columns = {
        "mean": rng.random((n, 3)) * [1, 0.1, 0.1],
        "gain": rng.random((n, 3)) * 2,
        "shift": rng.normal(0, 0.1, (n, 3)),
        "slope": rng.normal(0, 0.1, (n, 2, 3)),
        "follow": rng.normal(0, 0.3, (n, 2)),
    }
    if kind == "soft":
        columns |= {"feather": rng.random(n) * 0.5, "opacity": rng.random(n)}
    plan = plan_of(
        library,
        SIZE,
        boxes,
        turns=turns,
        mirror=mirror,
        columns=columns,
        outline="hexagon" if kind == "hexagon" else "box",
        tint=0.7,
        overlay=0.2,
        gap=1.0 if kind == "gap" else 0.0,
        target=_jpeg(noise(rng, 20, 18)),
    )
    if kind == "turned":
        p = plan.placements
        transform = p.transform + np.stack([np.zeros(n), rng.random(n), *rng.random((2, n)) * 9], axis=1)
        columns = {name: getattr(p, name) for name in Placements.__dataclass_fields__} | {"transform": transform}
        plan = plan_of(library, SIZE, boxes, columns=columns, tint=0.7)
    return plan, library


KINDS = ["box", "gap", "soft", "hexagon", "turned"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scale", [1.0, 1.7])
def test_regions_agree_with_the_whole(kind, scale):
    plan, library = _plan(kind)
    whole = draw(plan, library, scale=scale, workers=1)
    assert whole.shape == (*reversed(plan.canvas.scaled(scale)), 3)
    height, width = whole.shape[:2]
    rng = np.random.default_rng(4)
    for _ in range(12):
        x0, y0 = rng.integers(0, width - 1), rng.integers(0, height - 1)
        x1, y1 = rng.integers(x0 + 1, width + 1), rng.integers(y0 + 1, height + 1)
        piece = draw(plan, library, scale=scale, region=Box(x0, y0, x1, y1), workers=2)
        assert np.array_equal(piece, whole[y0:y1, x0:x1])


@pytest.mark.parametrize("kind", KINDS)
def test_any_number_of_workers_draws_the_same(kind):
    plan, library = _plan(kind)
    pictures = [draw(plan, library, scale=2.3, workers=workers) for workers in (1, 4, None)]
    assert np.array_equal(pictures[0], pictures[1])
    assert np.array_equal(pictures[0], pictures[2])


def test_strips_make_up_the_picture_and_report_progress():
    plan, library = _plan("box")
    seen = []
    drawing = Drawing(plan, library, scale=5.0, workers=2)
    strips = list(drawing.strips(progress=lambda *step: seen.append(step)))
    assert len(strips) > 1
    assert np.array_equal(np.concatenate(strips), draw(plan, library, scale=5.0))
    assert [done for _, done, _ in seen] == list(range(len(strips) + 1))
    assert {total for _, _, total in seen} == {len(strips)}


def test_strips_left_half_way_leave_nothing_behind():
    plan, library = _plan("box")
    strips = Drawing(plan, library, scale=5.0, workers=2).strips()
    next(strips)
    strips.close()


@pytest.mark.parametrize("region", [(0, 0, 0, 5), (-1, 0, 5, 5), (0, 0, 104, 5), (0.5, 0, 5, 5)])
def test_regions_off_the_picture_are_refused(region):
    plan, library = _plan("box")
    with pytest.raises(OptionError, match="region"):
        draw(plan, library, region=Box(*region))


@pytest.mark.parametrize(
    "option", [{"scale": 0.0}, {"scale": float("nan")}, {"tint": 1.5}, {"overlay": -0.1}, {"gap": -1.0}]
)
def test_options_outside_their_range_are_refused(option):
    plan, library = _plan("box")
    with pytest.raises(OptionError, match=next(iter(option))):
        draw(plan, library, **option)

"""Pieces agree with the whole, whatever draws them."""

import io
from weakref import ref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import musivum.render._cut as cut_module
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


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("workers", [1, 4])
def test_blocks_of_any_size_draw_the_same(kind, workers, monkeypatch):
    plan, library = _plan(kind)
    whole = draw(plan, library, scale=1.7, workers=1)
    assert whole.shape[0] < 256 and whole.shape[1] < 1024
    for rows, columns in ((13, 29), (47, 11), (8, 83)):
        monkeypatch.setattr(cut_module, "_BLOCK_ROWS", rows)
        monkeypatch.setattr(cut_module, "_BLOCK_COLUMNS", columns)
        assert np.array_equal(draw(plan, library, scale=1.7, workers=workers), whole)


@given(st.integers(1, 3_000_000), st.integers(1, 3_000_000), st.sampled_from([3, 4]), st.integers(1, 64))
def test_bands_and_blocks_stay_small_and_leave_nobody_idle(width, height, channels, workers):
    rows, columns = cut_module.cut(width, height, channels, workers)
    assert 1 <= rows <= min(256, height) and 1 <= columns <= min(1024, width)
    assert rows * width * channels <= 16 * 2**20 or rows <= 8
    assert -(-height // rows) * len(list(cut_module.pieces(width, columns))) > min(workers, height // 8) // 2


@pytest.mark.parametrize("length", [1, 6, 7, 8, 90])
def test_pieces_make_up_a_length(length):
    ends = list(cut_module.pieces(length, 7))
    assert [first for first, _ in ends[1:]] == [last for _, last in ends[:-1]]
    assert ends[0][0] == 0 and ends[-1][1] == length and all(0 < b - a <= 7 for a, b in ends)


def test_one_band_is_drawn_while_another_is_used(monkeypatch):
    plan, library = _plan("box")
    monkeypatch.setattr(cut_module, "_BAND_BYTES", 16 * 3 * 515)
    begin, bands = Drawing._begin, []

    def noted(*arguments):
        band = begin(*arguments)
        bands.append(ref(band[0]))
        return band

    monkeypatch.setattr(Drawing, "_begin", noted)
    most = 0
    for _ in Drawing(plan, library, scale=5.0, workers=1).strips():
        most = max(most, sum(band() is not None for band in bands))
    assert len(bands) > 20 and most == 2


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

"""The score of plans whose fidelity is known, or computed directly."""

from dataclasses import replace

import numpy as np
import pytest

from export.albums import Album, png, random_mosaic, smooth, with_columns
from musivum.color import cie76, ciede2000, cielab_from_linear, linear_from_srgb, srgb_from_linear
from musivum.errors import OptionError, PlanError
from musivum.export import score, ssim
from musivum.export._score import cell_side, target_pixels
from musivum.geometry import Size
from musivum.render import draw
from render.mosaics import cells, hexagons, mean_of_boxes, plan_of


@pytest.mark.parametrize("pixels", [4, 6, 12, 24])
def test_a_target_of_its_own_pieces_scores_0_1_0(pixels):
    size = Size(11 * 12, 8 * 12)
    picture = smooth(np.random.default_rng(1), *size)
    boxes = cells(size, 11, 8)
    pieces = [picture[int(y0) : int(y1), int(x0) : int(x1)] for x0, y0, x1, y1 in boxes]
    target = picture if pixels <= 12 else picture.repeat(2, 0).repeat(2, 1)
    plan = plan_of(Album(pieces), size, boxes, target=png(target), tint=1.0)
    got = score(plan, Album(pieces), pixels)
    if pixels <= 12:  # drawn larger than the pieces are, they are interpolated
        assert got.ciede2000 < 0.02 and got.ssim > 0.9999
    assert got.alteration == 0


@pytest.mark.parametrize("pixels", [2.7, 4, 8])
def test_the_score_is_what_its_parts_say(pixels):
    plan, album = random_mosaic(5, overlay=0.2, gap=3.0)
    scale = pixels / 12
    drawn = draw(plan, album, scale=scale, gap=0)
    plain = draw(plan, album, scale=scale, gap=0, tint=0, overlay=0)
    target = target_pixels(plan, plan.canvas)
    expected = srgb_from_linear(mean_of_boxes(linear_from_srgb(target), drawn.shape[1], drawn.shape[0]))
    lab = [cielab_from_linear(linear_from_srgb(z)) for z in (drawn, expected, plain)]
    got = score(plan, album, pixels)
    assert got.ciede2000 == pytest.approx(ciede2000(lab[0], lab[1]).mean(), rel=1e-3)
    assert got.ssim == pytest.approx(ssim(drawn, expected), abs=1e-3)
    assert got.alteration == pytest.approx(cie76(lab[0], lab[2]).mean(), rel=1e-4)
    assert got.alteration > 1


def test_more_tint_alters_more():
    plan, album = random_mosaic(6)
    from dataclasses import replace

    altered = [score(replace(plan, tint=tint), album, 4).alteration for tint in (0.0, 0.5, 1.0)]
    assert altered[0] == 0 and altered[0] < altered[1] < altered[2]


def test_the_target_is_averaged_in_linear_light(monkeypatch):
    plan, _ = random_mosaic(7, columns=11, rows=13)
    full = target_pixels(plan, plan.canvas)
    expected = srgb_from_linear(mean_of_boxes(linear_from_srgb(full), 37, 29)).astype(int)
    got = target_pixels(plan, Size(37, 29))
    assert np.abs(got - expected).max() <= 1
    monkeypatch.setattr("musivum.export._score._BAND_PIXELS", 50)
    assert (target_pixels(plan, Size(37, 29)) == got).all()


def test_the_finest_cells_and_the_area_of_hexagons_count():
    size = Size(64, 64)
    boxes = np.array([[0, 0, 32, 32], [32, 0, 64, 32], [0, 32, 32, 64], *cells(Size(32, 32), 4, 4) + 32])
    album = Album([smooth(np.random.default_rng(0), 8, 8)])
    assert cell_side(plan_of(album, size, boxes)) == pytest.approx(8)
    comb = plan_of(album, size, hexagons(size, 8, 8), outline="hexagon")
    assert cell_side(comb) == pytest.approx(8)
    flat = plan_of(album, size, cells(size, 4, 16))
    assert cell_side(flat) == pytest.approx(8)


def test_a_plan_without_target_or_cells_is_refused():
    plan, album = random_mosaic(8, target=b"")
    with pytest.raises(PlanError, match="no target"):
        score(plan, album, 4)
    with pytest.raises(OptionError):
        score(plan, album, 0)
    with pytest.raises(PlanError, match="no placements"):
        score(plan_of(album, Size(9, 9), np.zeros((0, 4))), album, 4)


def test_what_is_transparent_is_scored_on_white():
    plan, album = random_mosaic(6)
    plan = with_columns(plan, opacity=np.full(len(plan.placements), 0.7))
    scores = [score(replace(plan, background=look), album, 6) for look in ("transparent", (255, 255, 255), (0, 0, 0))]
    assert scores[0] == scores[1] != scores[2]

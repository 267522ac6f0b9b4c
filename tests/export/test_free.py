"""Photos that lie freely: what is seen of them, how near they repeat, and what a report says of them."""

from dataclasses import replace

import numpy as np
import pytest

from export.albums import Album, flat, png, smooth
from musivum.color import linear_from_srgb, oklab_from_linear
from musivum.export import lines, mean_difference, nearest_repeat, placed_sides, report, rms_difference, target_pixels
from musivum.export._free import topmost
from musivum.export._table import placements_csv
from musivum.geometry import Size
from musivum.plan import Plan
from musivum.render import draw
from render.mosaics import plan_of

CANVAS = Size(160, 120)


def scattered(seed: int, count: int = 40, canvas: Size = CANVAS, **changes) -> tuple[Plan, Album]:
    """Soft-edged photos of many sizes at any place and angle, the largest on top."""
    rng = np.random.default_rng(seed)
    album = Album([smooth(rng, 30, 24 + i % 5) for i in range(7)])
    tile = rng.integers(0, 7, count)
    crop = np.tile([3.0, 2.0, 27.0, 20.0], (count, 1))
    scale, angle = np.sort(rng.uniform(0.1, 2.5, count)), rng.uniform(-4, 4, count)
    x, y = rng.uniform([-5, -5], [canvas.width + 5, canvas.height + 5], (count, 2)).T
    cos, sin = scale * np.cos(angle), scale * np.sin(angle)
    transform = np.stack([scale, angle, x - cos * 15 + sin * 11, y - sin * 15 - cos * 11], axis=1)
    plan = plan_of(album, canvas, np.tile([0.0, 0.0, 24.0, 18.0], (count, 1)), tile=tile, crop=crop)
    placements = replace(plan.placements, transform=transform, feather=np.full(count, 0.1, np.float32))
    told = {
        "placements": placements,
        "target": png(smooth(rng, *canvas)),
        "recipe": {"engine": "fractal"},
        "statistics": {"levels": [], "poses": 1, "relaxed": ["copies 1 -> 2"]},
    }
    return replace(plan, **told | changes), album


@pytest.mark.parametrize("side", [160, 57])
def test_what_is_seen_is_the_topmost_that_a_point_lies_in(side):
    plan, _ = scattered(1)
    got = topmost(plan, side)
    height, width = got.shape
    assert max(height, width) == side
    ways = [(plan.placement(i).transform.inverse(), plan.placement(i).feather * 18 / 2) for i in range(40)]
    for row in range(1, height, 7):
        for column in range(2, width, 7):
            point = ((column + 0.5) * 160 / width, (row + 0.5) * 120 / height)
            hits = [-1]
            for i, (way, inset) in enumerate(ways):
                u, v = way(point)
                if 3 + inset < u < 27 - inset and 2 + inset < v < 20 - inset:
                    hits.append(i)
            assert got[row, column] == max(hits)


def test_figures_of_one_large_photo_over_two_small_ones():
    plan, album = scattered(2, count=3)
    turned = np.array([[0.25, 0.0, 4.25, 4.5], [0.25, 0.0, 30.25, 4.5], [4.0, 0.0, 68.0, 24.0]])
    hard = replace(plan.placements, transform=turned, feather=np.zeros(3, np.float32))
    free = report(replace(plan, placements=hard), album).free
    root = np.sqrt(24 * 18)
    assert placed_sides(replace(plan, placements=hard)) == pytest.approx([root / 4, root / 4, 4 * root])
    assert (free.smallest, free.median, free.largest, free.typical) == pytest.approx(
        [root / 4, root / 4, 4 * root, 4 * root]
    )
    assert free.coverage == pytest.approx((80 * 72 + 2 * 6 * 4.5) / (160 * 120), abs=0.001)


def test_the_nearest_repeat_is_that_of_all_pairs():
    for seed in range(5):
        plan, _ = scattered(seed)
        side, tile = placed_sides(plan), plan.placements.tile
        middle = np.array([plan.placement(i).transform((15, 11)) for i in range(len(tile))])
        apart = [
            np.hypot(*(middle[i] - middle[j])) / min(side[i], side[j])
            for i in range(len(tile))
            for j in range(i)
            if tile[i] == tile[j]
        ]
        assert nearest_repeat(plan) == pytest.approx(min(apart))
    plan, _ = scattered(1, count=1)
    assert nearest_repeat(plan) is None


def test_fidelity_is_that_of_the_drawing():
    plan, album = scattered(3, canvas=Size(1280, 1024))
    got = report(plan, album)
    drawn, target = draw(plan, album, scale=0.5), target_pixels(plan, Size(640, 512))
    assert got.free.afar.ciede2000 == mean_difference(drawn, target)
    assert got.free.afar.rms == rms_difference(drawn, target)
    assert got.alteration == got.free.afar.alteration
    assert got.fidelity == () and got.explanation is None and got.excess is None


def test_a_colour_that_the_library_lacks_is_named():
    plan, _ = scattered(7)
    greys = Album(flat(*[(level, level, level) for level in range(0, 256, 40)], side=30))
    mean = greys.means[plan.placements.tile]
    red = oklab_from_linear(linear_from_srgb(np.array((200, 20, 30), np.uint8)).astype(float))
    wanted = np.arange(40) % 2 == 1
    placements = replace(
        plan.placements,
        mean=mean,
        shift=np.where(wanted[:, None], red - mean, 0).astype(np.float32),
        error=np.where(wanted, 0.2, 0.01).astype(np.float32),
    )
    tiles = replace(plan.tiles, sizes=greys.sizes)
    (lack,) = report(replace(plan, placements=placements, tiles=tiles, target=b""), greys).free.missing_colours
    assert (lack.name, lack.hex, lack.places) == ("vivid red", "#c8141e", 20)
    seen = np.bincount(topmost(plan, 160)[topmost(plan, 160) >= 0], minlength=40)
    error = placements.error * seen
    assert lack.share == pytest.approx(error[wanted].sum() / error.sum(), rel=1e-5)
    assert 1 <= lack.photos <= 7


def test_a_root_of_squares_is_no_less_than_a_mean():
    rng = np.random.default_rng(4)
    one, other = smooth(rng, 31, 17), smooth(rng, 31, 17)
    assert rms_difference(one, one) == 0
    assert rms_difference(one, other) > mean_difference(one, other, "cie76") > 0
    grey = np.full((3, 5, 3), 119, np.uint8)
    assert rms_difference(grey, np.zeros_like(grey)) == pytest.approx(50, abs=0.2)  # L* of middle grey


def test_words_and_tables_speak_of_placements():
    plan, album = scattered(5)
    words = "\n".join(lines(report(plan, album)))
    assert "cell" not in words
    for part in ("placements", "40", "CIELAB RMS", "covered by photos", "limit relaxed: copies 1 -> 2", "nearest"):
        assert part in words
    first = "".join(placements_csv(plan)).splitlines()[1].split(",")
    assert first[:3] == ["1", "", ""]


@pytest.mark.parametrize("count", [0, 1])
def test_hardly_any_placements_have_a_report(count):
    plan, album = scattered(6, count=count)
    for one in (plan, replace(plan, target=b"")):
        got = report(one, album)
        assert got.placements == count and lines(got) and got.free.coverage <= 1
        assert (got.free.afar is None) == (not one.target)

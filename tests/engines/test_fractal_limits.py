"""What a fractal plan promises, recomputed from the plan alone, pixel by pixel at a resolution of its own."""

import math
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from musivum.engines.fractal import FractalOptions, plan_fractal
from musivum.engines.fractal._board import _place
from musivum.engines.fractal._polish import _polish
from musivum.engines.fractal._windows import _sample
from musivum.geometry import Size
from musivum.library import index, open_library

CANVAS = Size(127, 101)
SCALE = 3.3
SLACK = 1.2  # rows of a photo's pixels: its outline may fall between those of either resolution
EXTRAS = [
    {},
    {"shape": "photo"},
    {"overlap": 0.05, "detail": 0.7},
    {"copies": "1,2,4", "spacing": 3},
    {"fill": "match", "detail": 0.2},
    {"angles": "15", "feather": 0.2},
    {"seed": 3, "largest": 0.3, "smallest": 0.08, "shape": "photo", "angles": "none"},
]


def covered(plan, row):
    """Where a placement may be, and whether pixels' middles lie in its crop less half of its soft edge all round."""
    placement, size = plan.placements[row], plan.canvas.scaled(SCALE)
    crop = placement.crop
    corners = placement.transform([(crop.x0, crop.y0), (crop.x1, crop.y0), (crop.x0, crop.y1), (crop.x1, crop.y1)])
    x0, y0 = np.floor(corners.min(axis=0) * SCALE).clip(0).astype(int)
    x1, y1 = np.ceil(corners.max(axis=0) * SCALE).clip(0, size).astype(int)
    x, y = np.meshgrid(np.arange(x0, x1) + 0.5, np.arange(y0, y1) + 0.5)
    at = placement.transform.inverse()(np.stack([x, y], axis=-1) / SCALE)
    inset = placement.feather * min(crop.width, crop.height) / 2
    low, high = np.add((crop.x0, crop.y0), inset), np.subtract((crop.x1, crop.y1), inset)
    return (slice(y0, y1), slice(x0, x1)), ((at >= low) & (at <= high)).all(axis=-1)


def placed(plan):
    """In the order of placing: each row, its level, its pixels and those under earlier photos; and what is covered."""
    levels = plan.statistics["levels"]
    level_of = [level for level in levels for _ in range(level["placements"])]
    assert len(level_of) == len(plan.placements)
    taken = np.zeros(plan.canvas.scaled(SCALE)[::-1], bool)
    found = []
    for row, level in zip(reversed(range(len(plan.placements))), level_of, strict=True):
        window, own = covered(plan, row)
        found.append((row, level, own.sum(), (own & taken[window]).sum()))
        taken[window] |= own
    return found, taken


@pytest.fixture(scope="module", params=EXTRAS, ids=lambda extra: " ".join(map(str, extra)) or "default")
def made(request, photos, target):
    options = FractalOptions(**{"smallest": 0.1, **request.param})
    with pytest.MonkeyPatch.context() as patch:
        # Fewer places are tried: about as many photos are placed, and the limits are the same.
        patch.setattr("musivum.engines.fractal._places._WINDOWS", 2_500)
        plan = plan_fractal(target, photos, options, canvas=CANVAS)
    assert len(plan.placements) > 10
    return plan, options, *placed(plan)


def test_photos_lie_no_deeper_under_others_than_their_level_allows(made):
    _, _, found, _ = made
    for row, level, own, under in found:
        assert under <= level["overlap"] * own + SLACK * level["side"] * SCALE, (row, level)


def test_all_of_the_picture_is_covered_if_that_was_asked_for(made):
    plan, options, _, taken = made
    if options.fill == "all":
        assert taken.mean() > 0.999
    assert taken.mean() == pytest.approx(plan.statistics["levels"][-1]["coverage"], abs=0.01)


def test_no_photo_is_used_more_often_than_its_level_allows(made):
    plan, options, found, _ = made
    uses = np.zeros(len(plan.tiles), int)
    for row, level, *_ in found:
        uses[plan.placements.tile[row]] += 1
        assert level["copies"] is None or uses.max() <= level["copies"], level
    if options.copies is not None:
        assert uses.max() <= int(options.copies.split(",")[-1])


def test_uses_of_one_photo_keep_their_distance(made):
    plan, options, found, _ = made
    side = np.sqrt((plan.placements.crop[:, 2:] - plan.placements.crop[:, :2]).prod(axis=1))
    side = side * plan.placements.transform[:, 0]
    middle = [p.transform(((p.crop.x0 + p.crop.x1) / 2, (p.crop.y0 + p.crop.y1) / 2)) for p in plan.placements]
    for i, (one, *_) in enumerate(found):
        for other, level, *_ in found[i + 1 :]:
            if plan.placements.tile[one] == plan.placements.tile[other] and not level.get("fill"):
                assert math.dist(middle[one], middle[other]) >= options.spacing * min(side[one], side[other]) - 1e-6


def test_levels_go_from_large_to_small_and_photos_have_their_sizes(made):
    plan, options, found, _ = made
    rows = plan.statistics["levels"]
    sides = [level["side"] for level in rows if not level.get("matches") and not level.get("fill")]
    assert all(one >= other for one, other in pairwise(sides))
    short = min(plan.canvas)
    assert sides[0] == pytest.approx(options.largest * short)
    for row, level, *_ in found:
        crop = plan.placements[row].crop
        side = math.sqrt(crop.width * crop.height) * plan.placements[row].transform.scale
        assert level.get("matches") or abs(math.log2(side / level["side"])) < 0.51


def test_photos_are_turned_no_further_than_was_asked_for(made):
    plan, options, _, _ = made
    turn = np.abs((plan.placements.transform[:, 1] + math.pi) % (2 * math.pi) - math.pi)
    assert turn.max() <= math.radians(options.reach) + 1e-9


def test_kernels_are_compiled_once_for_all_mixtures_of_options(made):
    assert [len(kernel.signatures) for kernel in (_place, _polish, _sample)] == [1, 1, 1]


@pytest.mark.filterwarnings("error")
def test_photos_that_are_all_used_up_leave_the_background_in_view_and_that_is_said(tmp_path):
    """Neither target nor photos have any contrast, moreover: nothing may be divided by it."""
    (tmp_path / "photos").mkdir()
    greys = np.arange(12) * 20
    for grey in greys:
        Image.new("RGB", (40, 30), (grey,) * 3).save(tmp_path / "photos" / f"{grey}.png")
    index([tmp_path / "photos"], tmp_path / "lib")
    target = np.tile(greys.reshape(3, 4, 1).repeat(40, axis=0).repeat(40, axis=1), 3).astype(np.uint8)
    options = FractalOptions(copies="1", largest=0.2, smallest=0.15, angles="none")
    plan = plan_fractal(target, open_library(tmp_path / "lib"), options)
    coverage = plan.statistics["levels"][-1]["coverage"]
    assert 0 < len(plan.placements) <= 12
    assert 0.1 < coverage < 0.9
    assert plan.statistics["relaxed"] == [
        f"{1 - coverage:.1%} of the picture is not covered: no photo may be used more often"
    ]

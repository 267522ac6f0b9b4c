"""Plans of collages: every photo in its place, wishes granted, surplus and shortage told."""

from dataclasses import replace

import numpy as np
import pytest

from musivum.color import oklab_from_linear
from musivum.engines.arrange import (
    TYPICAL,
    ArrangeOptions,
    Paper,
    Wishes,
    likeness_vectors,
    plan_arrange,
    shape_mask,
)
from musivum.engines.arrange._blocks import Blocks, settle_blocks
from musivum.engines.arrange._flows import FLOWS, Scene
from musivum.engines.arrange._ground import NOBODY, Ground
from musivum.engines.arrange._settings import Settings
from musivum.engines.arrange._sorted import sort_cells
from musivum.engines.arrange._surplus import outsiders, repeat_photos, scattered
from musivum.errors import LibraryError, OptionError
from musivum.plan import bounds, load_plan, save_plan

PAPER = Paper(480, 360)


def plan(photos, *, paper=PAPER, wishes=None, mask=None, captions=None, **options):
    return plan_arrange(
        photos, ArrangeOptions(effort="fast", **options), paper=paper, wishes=wishes, mask=mask, captions=captions
    )


def shown(plan, photos):
    """The row of the library that each placement shows."""
    return np.array([photos.row(plan.tiles.ids[tile]) for tile in plan.placements.tile])


def overlaps(boxes):
    first = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    last = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    both = (last - first > 1e-6).all(axis=2)
    np.fill_diagonal(both, False)
    return both.any()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"method": "shells"},
        {"method": "curve"},
        {"last": "centre", "gap": "6%", "margin": "1mm", "corner": 0.2},
        {"layout": "rows", "gap": "2"},
        {"cell": "free"},
        {"whole": True, "cell": "3:2"},
        {"columns": 1},
        {"rows": 1},
        {"flow": "wheel", "wrap": True},
        {"features": "pixels + gradient*0.5", "dimensions": 10},
    ],
    ids=str,
)
def test_every_photo_is_shown_once_inside_the_canvas_and_apart_from_the_others(photos, options):
    made = plan(photos, paper=Paper(960, 720), **options)
    assert sorted(shown(made, photos)) == list(range(len(photos)))
    box = bounds(made.placements)
    assert (box >= -1e-6).all() and (box <= np.tile(made.canvas, 2) + 1e-6).all()
    assert not overlaps(box)
    assert made.canvas.width == 960 or made.canvas.height == 720


@pytest.mark.parametrize("options", [{}, {"layout": "rows"}, {"method": "shells"}])
def test_without_gaps_no_pixel_of_a_rectangle_is_bare(photos, options):
    made = plan(photos, **options)
    box = bounds(made.placements)
    area = ((box[:, 2] - box[:, 0]) * (box[:, 3] - box[:, 1])).sum()
    assert area == pytest.approx(made.canvas.width * made.canvas.height, rel=2e-3)


def test_the_plan_does_not_depend_on_the_workers_and_survives_its_file(photos, tmp_path):
    plans = [plan(photos, workers=workers, captions=[f"photo {i}" for i in range(len(photos))]) for workers in (1, 3)]
    for i, made in enumerate(plans):
        save_plan(made, tmp_path / f"{i}.mosaic")
    assert (tmp_path / "0.mosaic").read_bytes() == (tmp_path / "1.mosaic").read_bytes()
    assert load_plan(tmp_path / "0.mosaic").captions.text == plans[0].captions.text
    assert sorted(plans[0].captions.text) == sorted(f"photo {i}" for i in range(len(photos)))


def test_whole_photos_keep_their_shape_and_cells_cut_as_little_as_they_can(photos):
    whole = plan(photos, whole=True)
    np.testing.assert_allclose(
        whole.placements.crop[:, 2:] - whole.placements.crop[:, :2], whole.tiles.sizes[whole.placements.tile], rtol=0.2
    )
    cut = plan(photos)
    sides = (cut.placements.crop[:, 2:] - cut.placements.crop[:, :2]) / cut.tiles.sizes[cut.placements.tile]
    np.testing.assert_allclose(sides.max(axis=1), 1)


@pytest.mark.parametrize("count", [1, 2, 3, 7])
@pytest.mark.parametrize("options", [{}, {"method": "shells"}, {"layout": "rows"}, {"last": "trim"}, {"last": "fill"}])
def test_a_few_photos_make_a_collage_too(photos, count, options):
    made = plan(photos.select(range(count)), **options)
    assert set(shown(made, photos)) <= set(range(count))
    assert len(made.placements) + len(made.statistics["left_out"]) - made.statistics["repeats"] == count


def test_shapes_hold_every_photo_too(photos):
    made = plan(photos, mask=shape_mask("heart"))
    assert sorted(shown(made, photos)) == list(range(len(photos)))
    corner = bounds(made.placements)[:, :2].sum(axis=1).min()
    assert corner > made.canvas.height / 8  # the heart's upper left corner is bare


def test_the_hero_lies_in_the_middle_pins_where_they_are_pinned_and_favourites_are_larger(photos):
    wishes = Wishes(hero=7, pins={3: (0, 0), 9: (1, 4)}, spans={20: 2, 21: 3})
    made = plan(photos, wishes=wishes, aspect="1:1", hero_cells=3, paper=Paper(650, 650), last="centre")
    box, rows = bounds(made.placements), shown(made, photos).tolist()
    cell = np.median(box[:, 2] - box[:, 0])
    middle = np.array([made.statistics["columns"], made.statistics["rows"]]) * cell / 2
    at = {row: box[rows.index(row)] / cell for row in (3, 7, 9, 20, 21)}
    np.testing.assert_allclose(at[3], (0, 0, 1, 1), atol=0.1)
    np.testing.assert_allclose(at[9], (4, 1, 5, 2), atol=0.2)
    np.testing.assert_allclose((at[7][:2] + at[7][2:]) / 2, middle / cell, atol=0.6)
    for row, side in ((7, 3), (20, 2), (21, 3)):
        np.testing.assert_allclose(at[row][2:] - at[row][:2], side, atol=0.2)
    assert sorted(rows) == list(range(len(photos))) and not overlaps(box)


def test_the_typical_photo_is_found_for_the_middle(photos):
    made = plan(photos, wishes=Wishes(hero=TYPICAL))
    box = bounds(made.placements)
    largest = int(np.argmax((box[:, 2] - box[:, 0]) * (box[:, 3] - box[:, 1])))
    vectors = likeness_vectors(photos, "grid2", dimensions=32, chroma=2)
    assert shown(made, photos)[largest] == np.linalg.norm(vectors, axis=1).argmin()


def test_a_last_line_is_filled_with_repeats_or_trimmed_and_it_is_told(photos):
    filled = plan(photos, last="fill", columns=13)
    assert filled.statistics["repeats"] == 13 * 10 - 120
    counts = np.bincount(shown(filled, photos))
    assert counts.max() == 2 and counts.min() == 1
    trimmed = plan(photos, last="trim", columns=13)
    assert len(trimmed.statistics["left_out"]) == 120 - 13 * 9
    gone = {photos.row(id) for id in photos.ids if photos.sources[photos.row(id)] in trimmed.statistics["left_out"]}
    assert gone | set(shown(trimmed, photos)) == set(range(120))


@pytest.mark.parametrize(
    ("wishes", "options", "words"),
    [
        (Wishes(pins={0: (99, 0)}), {}, "pin it elsewhere"),
        (Wishes(pins={0: (0, 0), 1: (0, 0)}), {}, "pin one of them elsewhere"),
        (Wishes(spans={0: 50}), {"columns": 12, "rows": 300}, "no room left"),
        (Wishes(pins={0: (-1, 0)}), {}, "count from 1"),
        (Wishes(pins={120: (0, 0)}), {}, "no photo 120"),
        (Wishes(spans={0: 0}), {}, "0 x 0 cells"),
        (Wishes(hero=0), {"layout": "rows"}, "layout grid"),
        (None, {"layout": "rows", "last": "trim"}, "rows of photos"),
        (None, {"gap": "500"}, "do not fit"),
        (None, {"columns": 4, "rows": 4}, "hold 16 of 120"),
    ],
)
def test_wishes_that_cannot_be_granted_are_refused_in_one_line(photos, wishes, options, words):
    with pytest.raises(OptionError, match=words) as fault:
        plan(photos, wishes=wishes, **options)
    assert "\n" not in str(fault.value)


def test_larger_photos_than_there_are_cells_are_refused_before_any_sorting(photos):
    wishes = Wishes(hero=0, spans={1: 2})
    with pytest.raises(OptionError, match="which take 4 cells of 0"):
        plan(photos.select(range(2)), wishes=wishes, columns=2, rows=2, last="trim", hero_cells=2)


def test_papers_without_a_side_and_captions_for_other_photos_are_refused(photos):
    with pytest.raises(OptionError, match="neither a width nor a height"):
        plan(photos, paper=Paper(None, None))
    with pytest.raises(OptionError, match="2 captions for 120 photos"):
        plan(photos, captions=["one", "two"])


def test_free_cells_fill_paper_that_is_meant_exactly(photos):
    made = plan(photos, paper=Paper(500, 400, exact=True), cell="free", aspect="3:1")
    box = bounds(made.placements)
    assert made.canvas == (500, 400)
    np.testing.assert_allclose([box[:, :2].min(axis=0), box[:, 2:].max(axis=0)], [(0, 0), (500, 400)], atol=1e-9)


def test_what_was_changed_for_large_photos_is_told(photos):
    few = photos.select(range(4))
    made = plan(few, wishes=Wishes(spans={0: 2}), columns=3, rows=3)
    assert made.statistics["relaxed"] and "in place of spread" in made.statistics["relaxed"][0]
    assert not plan(photos).statistics["relaxed"]


def test_a_collage_with_few_pins_in_much_room_ends(photos):
    """Far from a pin all cells once wanted the same, and an auction about rounding had no end."""
    made = plan(
        photos.select(range(50)), wishes=Wishes(pins={0: (25, 0)}, spans={4: 2}), columns=6, rows=40, last="fill"
    )
    assert made.statistics["repeats"] == 240 - 49 - 4


def test_favourites_lie_all_over_a_collage_with_many_repeats(photos):
    made = plan(
        photos.select(range(60)),
        wishes=Wishes(spans=dict.fromkeys(range(0, 60, 10), 2)),
        columns=20,
        rows=20,
        last="fill",
    )
    box = bounds(made.placements)
    tops = box[(box[:, 2] - box[:, 0]) > 1.5 * np.median(box[:, 2] - box[:, 0]), 1]
    assert len(tops) == 6 and np.ptp(tops) > made.canvas.height / 3


def test_an_empty_library_and_a_shape_with_other_rules_are_refused(photos):
    with pytest.raises(LibraryError, match="no photo"):
        plan(photos.select([]))
    for options in ({"columns": 3}, {"cell": "free"}):
        with pytest.raises(OptionError, match="shape"):
            plan(photos, mask=shape_mask("circle"), **options)


@pytest.mark.parametrize(
    "options",
    [
        {"method": "best"},
        {"aspect": "4-3"},
        {"corner": 0.6},
        {"corner": float("nan")},
        {"gap": "wide"},
        {"background": "blurple"},
        {"features": "nothing"},
        {"flow": "light", "method": "curve"},
    ],
    ids=str,
)
def test_options_out_of_range_are_refused(options):
    with pytest.raises(OptionError):
        ArrangeOptions(**options)


def test_favourites_go_where_their_likes_are():
    rng = np.random.default_rng(4)
    y, x = np.mgrid[0:10, 0:10]
    vectors = np.stack([x, y], axis=2).reshape(-1, 2).astype(np.float32)[:97]
    vectors += rng.normal(scale=0.1, size=vectors.shape).astype(np.float32)
    sides = np.ones(97, np.int64)
    favourite = 22  # at the second of three in both directions
    sides[favourite] = 2
    plain = np.ones((10, 10), bool)
    fixed = settle_blocks(vectors, plain, Blocks(sides, {}, None, [""] * 97), Settings(), None)
    assert np.count_nonzero(fixed == favourite) == 4 and np.count_nonzero(fixed != NOBODY) == 4
    held = fixed.copy()
    ground = Ground(fixed == NOBODY, fixed, np.setdiff1d(np.arange(97), [favourite]))
    held[ground.free] = sort_cells(vectors, ground, Settings())
    row, column = np.argwhere(fixed == favourite).mean(axis=0)
    near = held[max(0, int(row) - 1) : int(row) + 3, max(0, int(column) - 1) : int(column) + 3]
    assert np.linalg.norm(vectors[near] - vectors[favourite], axis=2).mean() < 2.5  # of two at random, 5.2


@pytest.mark.parametrize("name", [name for name, flow in FLOWS.items() if flow])
def test_flows_bring_photos_where_they_want_to_be(name):
    rng = np.random.default_rng(6)
    colours = oklab_from_linear(rng.random((400, 3))).astype(np.float32)
    mask = np.ones((20, 20), bool)
    guide = FLOWS[name](Scene(colours, colours, 11, mask, (9.5, 9.5)), 2.0)
    ground = Ground(mask, np.full((20, 20), NOBODY), np.arange(400))

    def agreement(guide_used):
        found = sort_cells(colours, ground, Settings(), guide=guide_used)
        return float(np.corrcoef(guide.photos[found].ravel(), guide.cells[mask].ravel())[0, 1])

    assert agreement(guide) > 0.75
    assert agreement(replace(guide, strength=0.0)) < 0.6


def test_light_lies_on_top_likes_round_the_hero_and_strong_colours_at_the_rim():
    colours = np.array([[0.9, 0, 0], [0.5, 0, 0.01], [0.1, 0.2, 0]], np.float32)
    mask = np.ones((3, 3), bool)

    def gains(name):
        guide = FLOWS[name](Scene(colours, colours, 0, mask, (1, 1)), 1.0)
        return (guide.photos @ guide.cells.reshape(9, -1).T).reshape(3, 3, 3)

    top, middle, corner = (0, 1), (1, 1), (0, 0)
    assert gains("light")[0][top] > gains("light")[1][top] > gains("light")[2][top]
    assert gains("outward")[0][middle] > gains("outward")[1][middle] > gains("outward")[2][middle]
    red = gains("wheel")[2]
    assert red[1, 2] > red[middle] > red[1, 0] and red[1, 2] > gains("wheel")[1][1, 2]
    assert gains("outward")[2][corner] > gains("outward")[0][corner]


def test_a_pinned_hero_is_the_middle_of_what_flows_outward(photos):
    made = plan(photos, wishes=Wishes(hero=7, pins={7: (0, 0)}), hero_cells=2, pull=5.0, last="centre")
    box, rows = bounds(made.placements), shown(made, photos)
    vectors = likeness_vectors(photos, "grid2", dimensions=32, chroma=2)
    strange = np.linalg.norm(vectors[rows] - vectors[7], axis=1)
    away = np.hypot(*(box[:, :2] - box[rows.tolist().index(7), :2]).T)
    assert np.corrcoef(strange, away)[0, 1] > 0.5


def test_outsiders_are_those_least_like_others_and_favourites_stay():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(60, 3)).astype(np.float32)
    vectors[[5, 17, 40]] += 50 * np.eye(3, dtype=np.float32)
    keep = np.zeros(60, bool)
    assert outsiders(vectors, 3, keep).tolist() == [5, 17, 40]
    keep[17] = True
    assert 17 not in outsiders(vectors, 3, keep)
    assert len(outsiders(vectors, 59, keep)) == 59


def test_repeats_suit_their_neighbours_and_lie_far_from_the_first():
    x = np.mgrid[0:12, 0:12][1].astype(np.float32)
    free = np.ones((12, 12), bool)
    empty = scattered(free, 9)
    assert np.count_nonzero(empty) == 9
    gaps = np.argwhere(empty)
    nearest = [np.sort(np.hypot(*(gaps - gap).T))[1] for gap in gaps]
    assert min(nearest) >= 2
    held = np.full((12, 12), NOBODY)
    held[~empty] = np.arange(135)
    waves = np.stack([np.sin(x * np.pi / 3), np.cos(x * np.pi / 3)], axis=2)  # every sixth column is alike
    filled = repeat_photos(waves[~empty], held, empty)
    for row, column in gaps.tolist():
        photo = filled[row, column]
        first = np.argwhere(held == photo)[0]
        assert np.hypot(*(first - (row, column))) >= 4
        assert np.abs(waves[~empty][photo] - waves[row, column]).max() < 1.1  # a column beside is 1.0, two 1.7
    assert np.bincount(filled.ravel()).max() == 2

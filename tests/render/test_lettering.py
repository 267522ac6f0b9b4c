"""Captions: where they are written, how they are cut, and that they blend as light."""

import string
from dataclasses import replace

import numpy as np
import pytest
from PIL import ImageFont

from musivum.color import linear_from_srgb
from musivum.errors import OptionError, PlanError
from musivum.geometry import Box, Size
from musivum.plan import Captions
from musivum.render import Drawing, draw
from render.mosaics import FakeLibrary, cells, noise, plan_of

SIZE = Size(160, 90)
LONG = "The Rise and Fall of Ziggy Stardust and the Spiders from Mars"


def _plan(texts, boxes, size=10.0, colour=(255, 255, 255), font="", **changes):
    rng = np.random.default_rng(5)
    library = FakeLibrary([noise(rng, 20, 20) for _ in range(6)])
    captions = Captions(tuple(texts), np.array(boxes, float), size, colour, font)
    return plan_of(library, SIZE, cells(SIZE, 4, 3), captions=captions, **changes), library


def _alone(text, box=(0, 0, 160, 90), size=10.0, scale=1.0, **look):
    """Shares (h, w) of pixels that a text on nothing covers."""
    captions = Captions((text,), np.array([box], float), size, (255, 255, 255))
    empty = FakeLibrary([np.zeros((1, 1, 3), np.uint8)])
    plan = plan_of(empty, SIZE, np.zeros((0, 4)), captions=captions)
    return draw(plan, empty, scale=scale, background="transparent", **look)[..., 3] / 255


def test_captions_change_pixels_in_their_boxes_only():
    boxes = [[3, 60, 43, 75], [50, 60, 110, 75], [120.4, 80.2, 200, 95]]
    plan, library = _plan([LONG, "Kind of Blue", "Blue"], boxes, overlay=0.0)
    before, after = draw(plan, library, captions=False), draw(plan, library)
    changed = (before != after).any(axis=2)
    for x0, y0, x1, y1 in np.rint(boxes).astype(int):
        assert changed[y0:y1, x0:x1].any()
        changed[y0:y1, x0:x1] = False
    assert not changed.any()
    assert np.array_equal(before, draw(replace(plan, captions=Captions.none()), library))


@pytest.mark.parametrize("scale", [1.0, 1.7])
def test_regions_and_workers_agree_with_the_whole(scale):
    rng = np.random.default_rng(6)
    low = rng.uniform(-10, 150, (40, 2)) * [1, 0.6]
    boxes = np.concatenate([low, low + rng.uniform(2, 40, (40, 2))], axis=1)
    texts = ["".join(rng.choice(list(string.printable[:90]), 12)) for _ in range(40)]
    plan, library = _plan(texts, boxes, 13.3, (250, 40, 0), corner=0.3)
    whole = draw(plan, library, scale=scale, workers=1)
    assert np.array_equal(whole, draw(plan, library, scale=scale, workers=3))
    for _ in range(8):
        x0, y0 = rng.integers(0, whole.shape[1] - 1), rng.integers(0, whole.shape[0] - 1)
        x1, y1 = rng.integers(x0 + 1, whole.shape[1] + 1), rng.integers(y0 + 1, whole.shape[0] + 1)
        piece = draw(plan, library, scale=scale, region=Box(x0, y0, x1, y1))
        assert np.array_equal(piece, whole[y0:y1, x0:x1])


def test_text_that_is_too_long_is_cut_with_an_ellipsis():
    box = (20, 20, 90, 40)
    cut = _alone(LONG, box)
    fits = [k for k in range(5, 16) if np.array_equal(cut, _alone(LONG[:k].rstrip() + "…", box))]
    assert fits
    ends = np.flatnonzero(cut.any(axis=0))
    assert ends[0] >= 20 and ends[-1] < 90 and ends[-1] - ends[0] > 55
    one_more = LONG[: fits[-1] + 1].rstrip() + "…"
    wide = np.flatnonzero(_alone(one_more).any(axis=0))
    assert wide[-1] - wide[0] > 66, "one more letter would have been too wide"
    assert np.array_equal(_alone("short", (0, 0, 160, 90)), _alone("short", (0, 10, 160, 80)))
    assert not _alone(LONG, (20, 20, 22, 40)).any()


def test_text_is_in_the_middle_of_its_box_and_about_as_large_as_it_says():
    ink = _alone("HXH", (30, 10, 110, 70), size=20.0)
    (top, bottom), (left, right) = (np.flatnonzero(ink.any(axis=a))[[0, -1]] for a in (1, 0))
    assert abs((left + right + 1) / 2 - 70) <= 1 and abs((top + bottom + 1) / 2 - 40) <= 4
    assert 12 <= bottom + 1 - top <= 17


@pytest.mark.parametrize(("size", "likeness"), [(7.0, 0.98), (11.5, 0.98), (25.0, 0.8)])
def test_captions_twice_as_large_are_the_same_captions(size, likeness):
    small = _alone("Kind of Blue", (5, 20, 140, 50), size)
    large = _alone("Kind of Blue", (5, 20, 140, 50), size, scale=2.0).reshape(90, 2, 160, 2).mean(axis=(1, 3))
    assert large.sum() == pytest.approx(small.sum(), rel=0.05)
    assert np.corrcoef(small.ravel(), large.ravel())[0, 1] > likeness


def test_captions_blend_as_light_and_lie_over_all_else():
    black = FakeLibrary([np.zeros((4, 4, 3), np.uint8), np.full((4, 4, 3), 255, np.uint8)])
    boxes = cells(SIZE, 1, 1)
    on_black, on_white = (
        plan_of(
            black, SIZE, boxes, tile=np.array([k]), captions=Captions(("Marseille",), boxes, 24.0, (255 - 255 * k,) * 3)
        )
        for k in (0, 1)
    )
    light = [linear_from_srgb(draw(plan, black)) for plan in (on_black, on_white)]
    assert np.abs(light[0] + light[1] - 1).max() < 0.01
    assert ((light[0] > 0.2) & (light[0] < 0.8)).any() and (light[0] == 1).any()
    assert np.abs(light[0][..., 0] - _alone("Marseille", size=24.0)).max() < 0.01


def test_captions_over_each_other_cover_what_the_first_leaves_free():
    library, boxes = FakeLibrary([np.zeros((4, 4, 3), np.uint8)]), np.array([[0, 0, 160, 90]] * 2, float)
    captions = Captions(("Marseille",) * 2, boxes, 24.0, (100, 150, 200))
    plan = plan_of(library, SIZE, boxes[:1], captions=captions)
    colour = linear_from_srgb(np.uint8([[captions.colour]]))
    share = 1 - (1 - _alone("Marseille", size=24.0)[..., None]) ** 2
    assert np.abs(linear_from_srgb(draw(plan, library)) - share * colour).max() < 0.01


def test_grey_drawings_have_grey_captions():
    plan, library = _plan(["Red"], [[0, 0, 160, 90]], 40.0, (255, 0, 0))
    grey = draw(plan, library, grey=True)
    assert (grey == grey[..., :1]).all() and (grey == 127).any()


@pytest.mark.parametrize("text", ["日本語", "שלום עולם", "ﷺ", "👩‍👩‍👧", "é̂̃", "\u202eabc", " ", "", "क्षत्रिय", "\uffff"])
@pytest.mark.parametrize("width", [1, 9, 100])
def test_any_text_in_any_box_makes_a_picture(text, width):
    assert not _alone(text, (30, 30, 30 + width, 45))[:, :30].any()


def test_letters_lose_the_accents_that_the_font_lacks():
    assert np.array_equal(_alone("Ágætis – Größe"), _alone("Agaetis - Grosse"))


def test_a_font_file_is_used(tmp_path):
    font = tmp_path / "own.ttf"
    font.write_bytes(ImageFont.load_default(10).font_bytes)
    ink = {}
    for text in ("Kind", "é"):
        for path in ("", str(font)):
            plan, library = _plan([text], [[0, 0, 160, 90]], 60.0, font=path)
            changed = draw(plan, library) != draw(plan, library, captions=False)
            ink[text, path] = changed.any(axis=2).sum()
    assert ink["Kind", str(font)] == pytest.approx(ink["Kind", ""], rel=0.05)
    assert ink["é", str(font)] != pytest.approx(ink["é", ""], rel=0.05), "a font of one's own keeps its accents"


@pytest.mark.parametrize("content", [None, b"", b"no font at all"])
def test_a_font_that_cannot_be_read_is_one_line(content, tmp_path):
    font = tmp_path / "bad.ttf"
    if content is not None:
        font.write_bytes(content)
    plan, library = _plan(["Kind of Blue"], [[0, 0, 160, 90]], font=str(font))
    with pytest.raises(PlanError, match="without captions") as caught:
        Drawing(plan, library)
    assert "\n" not in str(caught.value) and str(font) in str(caught.value)
    assert draw(plan, library, captions=False).any()


def test_text_that_nobody_could_read_or_draw():
    plan, library = _plan([LONG], [[0, 0, 160, 90]], 0.9)
    assert np.array_equal(draw(plan, library), draw(plan, library, captions=False))
    plan, library = _plan([LONG], [[-1e7, -1e7, 1e7, 1e7]], 1e6)
    with pytest.raises(OptionError, match="too large") as caught:
        draw(plan, library)
    assert "\n" not in str(caught.value)

"""Small things that go wrong unseen: options at their limits, rare sizes, and the words of refusals."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from musivum.engines._ratio import ratio
from musivum.engines.arrange import ArrangeOptions, Paper, arrange_vectors, likeness_vectors, plan_arrange
from musivum.engines.arrange._compose import place_photos
from musivum.engines.arrange._frame import Sheet, frame
from musivum.engines.arrange._ground import NOBODY, Ground
from musivum.engines.arrange._lattice import choose_lattice
from musivum.engines.arrange._settings import Settings
from musivum.engines.arrange._shells import shell_cells
from musivum.engines.arrange._smooth import smooth
from musivum.engines.arrange._surplus import outsiders, repeat_photos, scattered
from musivum.errors import OptionError
from musivum.features import even_rows, extractor
from musivum.library import index, open_library
from musivum.plan import bounds

SUBJECTS = {
    "none": (slice(0, 0), slice(0, 0)),
    "left": (slice(8, 24), slice(2, 14)),
    "right": (slice(8, 24), slice(82, 94)),
    "top": (slice(2, 14), slice(8, 24)),
    "bottom": (slice(82, 94), slice(8, 24)),
}


@pytest.mark.parametrize(
    ("options", "words"),
    [({"seed": -1}, "seed is -1"), ({"seed": 2**32}, "between 0 and 4294967295"), ({"workers": 0}, "workers is 0")],
    ids=str,
)
def test_numbers_out_of_range_are_refused_for_vectors_too(options, words):
    with pytest.raises(OptionError, match=words):
        arrange_vectors(np.eye(4), **options)


def test_every_short_line_has_its_holes_at_its_ends():
    arranged = arrange_vectors(np.eye(7), columns=3, rows=4, effort="fast")
    assert sorted(arranged[arranged >= 0]) == list(range(7))
    for line in arranged >= 0:
        assert (np.diff(np.flatnonzero(line)) == 1).all()


@pytest.mark.parametrize(
    ("text", "value"), [("3:2", 1.5), ("3/2", 1.5), ("1.5", 1.5), ("1,5", 1.5), ("1,5:0,75", 2), ("1.5/1,5", 1)]
)
def test_ratios_are_read_with_points_and_commas(text, value):
    assert ratio("aspect", text, otherwise="auto") == value


@pytest.mark.parametrize("text", ["٣:٢", "1.", ",5", "1:0", "11", "1:2:3", "", "1,0,0", "9" * 400, "x" * 4000, "3\n2"])
def test_what_is_no_ratio_is_refused_in_a_short_line(text):
    with pytest.raises(OptionError, match="write width:height") as fault:
        ratio("aspect", text, otherwise="auto")
    assert len(str(fault.value)) < 150 and "\n" not in str(fault.value)


@pytest.mark.parametrize(
    ("count", "limits", "words"),
    [
        (1, (20, None), "1 photo in 1 row with .* does not fit a width of 20 pixels"),
        (50, (None, 20), "50 photos in 50 rows with .* do not fit a height of 20 pixels"),
        (50, (1000, 20), "50 photos in 50 rows with .* do not fit 1,000 x 20 pixels"),
    ],
)
def test_too_small_a_picture_is_refused_in_words_that_fit(count, limits, words):
    with pytest.raises(OptionError, match=words):
        frame(choose_lattice(count, aspect=1, columns=1), Sheet(limits, margin="10"))


@pytest.mark.parametrize("count", [30, 2, 1])
def test_in_a_sample_too_nobody_is_a_neighbour_of_oneself(monkeypatch, count):
    monkeypatch.setattr("musivum.engines.arrange._surplus._SAMPLE", 9)
    monkeypatch.setattr("musivum.engines.arrange._surplus._BLOCK", 40)
    vectors = np.random.default_rng(3).normal(size=(count, 2)).astype(np.float32)
    sample = even_rows(count, 9)
    away = np.linalg.norm(vectors[:, None] - vectors[sample], axis=2)
    away[sample, np.arange(len(sample))] = np.inf
    lonely = np.sort(away, axis=1)[:, min(3, len(sample) - 1)]
    wanted = np.sort(np.argsort(-lonely)[: count // 2])
    np.testing.assert_array_equal(outsiders(vectors, count // 2, np.zeros(count, bool)), wanted)


@pytest.mark.parametrize(("shape", "count"), [((40, 40), 60), ((40, 40), 700), ((1, 300), 299), ((300, 1), 300)])
def test_cells_for_repeats_are_as_many_in_each_part(shape, count):
    chosen = scattered(np.ones(shape, bool), count)
    assert np.count_nonzero(chosen) == count
    quarters = [part for half in np.array_split(chosen, 2) for part in np.array_split(half, 2, axis=1) if part.size]
    for quarter in quarters:
        assert np.count_nonzero(quarter) == pytest.approx(count / len(quarters), abs=3)


def test_cells_for_repeats_are_free_ones():
    free = np.indices((20, 20)).sum(axis=0) < 20
    chosen = scattered(free, 100)
    assert np.count_nonzero(chosen) == 100 and free[chosen].all()
    np.testing.assert_array_equal(scattered(free, np.count_nonzero(free)), free)


@pytest.mark.parametrize("block", [1, 50, 2**20])
def test_repeats_are_chosen_one_after_another_by_the_rule(monkeypatch, block):
    """More than twice as many empty cells as photos, against the rule in plain loops."""
    monkeypatch.setattr("musivum.engines.arrange._surplus._BLOCK", block)
    rng = np.random.default_rng(2)
    empty = scattered(np.ones((8, 9), bool), 50)
    held = np.full((8, 9), NOBODY)
    held[~empty] = rng.permutation(22)
    vectors = rng.normal(size=(24, 3)).astype(np.float32)  # the last two hold no cell
    there = (held != NOBODY).astype(np.float32)
    wanted = smooth(np.where(there[..., None], vectors[held], np.float32(0)), there, 2)
    used = np.zeros(22)
    expected = held.copy()
    for row, column in np.argwhere(empty):
        apart = [np.hypot(*(np.argwhere(held == photo)[0] - (row, column))) for photo in range(22)]
        left = [photo for photo in range(22) if used[photo] == used.min()]
        far = [photo for photo in left if apart[photo] >= 3]
        far = far or [photo for photo in left if apart[photo] == max(apart[other] for other in left)]
        best = min(far, key=lambda photo: np.linalg.norm(vectors[photo] - wanted[row, column]))
        expected[row, column] = best
        used[best] += 1
    np.testing.assert_array_equal(repeat_photos(vectors, held, empty), expected)


def test_of_photos_that_suit_equally_shells_take_the_first():
    photos = np.random.default_rng(0).permutation(35)
    ground = Ground(np.ones((5, 7), bool), np.full((5, 7), NOBODY), photos)
    held = shell_cells(np.ones((35, 2), np.float32), ground, Settings()).reshape(5, 7)
    away = np.abs(np.indices((5, 7)) - np.array([2, 3])[:, None, None])
    ring = away.max(axis=0)
    place = np.empty(35, np.int64)
    place[photos] = np.arange(35)
    for inner in range(4):
        assert set(place[held[ring <= inner]]) == set(range(np.count_nonzero(ring <= inner)))


@pytest.fixture(scope="module")
def ends(tmp_path_factory):
    """A grey photo, two with a bright subject at the left or right, two with one at the top or bottom."""
    folder = tmp_path_factory.mktemp("ends")
    for name, (rows, columns) in SUBJECTS.items():
        pixels = np.full((96, 32, 3) if name in ("top", "bottom") else (32, 96, 3), 60, np.uint8)
        pixels[rows, columns] = (250, 220, 40)
        Image.fromarray(pixels).save(folder / f"{name}.png")
    index([folder], folder / "lib")
    return open_library(folder / "lib")


def test_crops_keep_what_draws_the_eye(ends):
    rows = np.arange(len(ends))
    names = [Path(source).stem for source in ends.sources]
    boxes = np.tile([10.0, 20, 50, 60], (len(rows), 1))
    placed = place_photos(ends, rows, boxes, whole=False, workers=1)
    crops = dict(zip(names, placed.crop, strict=True))
    np.testing.assert_allclose(crops["none"], (32, 0, 64, 32))
    for name, crop in crops.items():
        np.testing.assert_allclose(crop[2:] - crop[:2], 32)
        down, right = SUBJECTS[name]
        assert (crop[:2] <= (right.start, down.start)).all() or name == "none"
        assert (crop[2:] >= (right.stop, down.stop)).all()


def test_whole_photos_lie_in_the_middle_of_their_boxes(ends):
    rows = np.arange(len(ends))
    boxes = np.tile([10.0, 20, 51, 60], (len(rows), 1)) + 7 * rows[:, None]
    shown = bounds(place_photos(ends, rows, boxes, whole=True, workers=1))
    np.testing.assert_allclose(shown[:, :2] + shown[:, 2:], boxes[:, :2] + boxes[:, 2:], atol=1.01)
    np.testing.assert_allclose((shown[:, 2:] - shown[:, :2]).max(axis=1), 40.5, atol=0.51)


def test_parts_of_a_mixture_have_the_lengths_of_their_weights(photos):
    vectors = likeness_vectors(photos, "grid1*3 + gradient")
    np.testing.assert_allclose(vectors.mean(axis=0), 0, atol=1e-5)
    lengths = [np.sqrt(np.square(part).sum(axis=1).mean()) for part in (vectors[:, :3], vectors[:, 3:])]
    np.testing.assert_allclose(lengths, (3, 1), rtol=1e-5)


def test_chroma_counts_as_much_as_is_wanted(photos):
    plain, strong = (likeness_vectors(photos, "grid2", chroma=chroma) for chroma in (1, 4))
    expected = plain * np.tile([1, 4, 4], 4)
    expected /= np.sqrt(np.square(expected).sum(axis=1).mean())
    np.testing.assert_allclose(strong, expected, atol=1e-5)
    other = likeness_vectors(photos, "gradient", chroma=4)
    np.testing.assert_array_equal(other, likeness_vectors(photos, "gradient", chroma=1))


def test_dimensions_are_those_along_which_photos_differ_most(photos):
    whole = likeness_vectors(photos, "grid4")
    kept = likeness_vectors(photos, "grid4", dimensions=5)
    u, strengths, _ = np.linalg.svd(whole, full_matrices=False)
    assert kept.shape == (len(photos), 5)
    np.testing.assert_allclose(np.abs(kept), np.abs(u * strengths)[:, :5], atol=2e-4)
    np.testing.assert_array_equal(likeness_vectors(photos, "grid4", dimensions=10**4), whole)
    few = likeness_vectors(photos.select(range(3)), "grid4", dimensions=5)
    assert few.shape == (3, 5) and not few[:, 3:].any()


@pytest.mark.parametrize(
    ("background", "colour"), [("white", 0), ("black", 255), ("transparent", 0), ("#000080", 255), ("#ffff00", 0)]
)
def test_captions_show_on_any_ground_and_fill_their_lines(photos, background, colour):
    options = ArrangeOptions(method="curve", background=background, caption="20%")
    paper = Paper(300, None, dpi=72)
    made = plan_arrange(photos.select(range(6)), options, paper=paper, captions=[f"photo {i}" for i in range(6)])
    assert made.captions.colour == (colour,) * 3
    heights = made.captions.box[:, 3] - made.captions.box[:, 1]
    assert 0.4 < made.captions.size / heights.min() <= made.captions.size / heights.max() < 0.9


def test_the_recipe_tells_what_the_plan_was_made_of(photos):
    few = photos.select(range(6))
    made = plan_arrange(few, ArrangeOptions(method="curve", workers=2), paper=Paper(300, None, dpi=72))
    assert made.recipe["engine"] == "arrange"
    assert made.recipe["library"] == few.digest
    assert made.recipe["paper"] == {"width": 300, "height": None, "exact": False, "dpi": 72}
    assert ArrangeOptions(**made.recipe["options"]) == ArrangeOptions(method="curve")


def test_pixels_are_described_by_shares_of_full_light():
    patches = np.random.default_rng(0).random((4, 2, 2, 3))
    patches[0], patches[1] = 0, 1
    found = extractor("pixels2").describe(patches)
    expected = np.where(patches <= 0.0031308, 12.92 * patches, 1.055 * patches ** (1 / 2.4) - 0.055)
    np.testing.assert_allclose(found, expected.reshape(4, 12), atol=0.5 / 255 + 1e-4)

"""Small things that go wrong unseen: options at their limits, rare sizes, and the words of refusals."""

import numpy as np
import pytest

from musivum.engines._ratio import ratio
from musivum.engines.arrange import arrange_vectors
from musivum.engines.arrange._frame import frame
from musivum.engines.arrange._ground import NOBODY, Ground
from musivum.engines.arrange._lattice import choose_lattice
from musivum.engines.arrange._settings import Settings
from musivum.engines.arrange._shells import shell_cells
from musivum.engines.arrange._smooth import smooth
from musivum.engines.arrange._surplus import outsiders, repeat_photos, scattered
from musivum.errors import OptionError
from musivum.features import even_rows


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


@pytest.mark.parametrize("text", ["٣:٢", "1.", ",5", "1:0", "11", "1:2:3", "", "1,000,000", "9" * 400, "x" * 4000])
def test_what_is_no_ratio_is_refused_in_a_short_line(text):
    with pytest.raises(OptionError, match="write width:height") as fault:
        ratio("aspect", text, otherwise="auto")
    assert len(str(fault.value)) < 150


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
        frame(choose_lattice(count, aspect=1, columns=1), limits=limits, margin="10")


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

"""Small things that go wrong unseen: options at their limits, rare sizes, and the words of refusals."""

import numpy as np
import pytest

from musivum.engines._ratio import ratio
from musivum.engines.arrange import arrange_vectors
from musivum.engines.arrange._frame import frame
from musivum.engines.arrange._lattice import choose_lattice
from musivum.errors import OptionError


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

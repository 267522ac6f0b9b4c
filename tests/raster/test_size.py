"""Lengths as people write them."""

import pytest

from musivum.errors import OptionError
from musivum.raster import millimetres_of, pixels_of


@pytest.mark.parametrize(
    ("length", "dpi", "pixels"),
    [
        ("4000", 300, 4000),
        ("4000px", 72, 4000),
        (" 4000 PX ", 72, 4000),
        (4000, 300, 4000),
        ("90cm", 300, 10630),
        ("900mm", 300, 10630),
        ("900 mm", 150, 5315),
        ("35in", 300, 10500),
        ('35"', 300, 10500),
        ("1.5 inch", 100, 150),
        ("2,54cm", 100, 100),
        (".5in", 100, 50),
        ("72pt", 300, 300),
        ("1", 300, 1),
    ],
)
def test_lengths(length, dpi, pixels):
    assert pixels_of(length, dpi=dpi) == pixels


@pytest.mark.parametrize(
    "length", ["", "px", "4000 furlongs", "-5", "1e3", "nan", "0", "0.1", "5 5", "100000000", "٣in", "1.2.3"]
)
def test_what_is_no_length_is_refused_in_one_line(length):
    with pytest.raises(OptionError) as caught:
        pixels_of(length, dpi=300)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("dpi", [0, -1, float("nan"), float("inf")])
def test_what_is_no_resolution_is_refused(dpi):
    with pytest.raises(OptionError, match="resolution"):
        pixels_of("90cm", dpi=dpi)


@pytest.mark.parametrize(
    ("length", "millimetres"),
    [
        ("3mm", 3),
        (" 2,5 CM ", 25),
        ('1.5"', 38.1),
        ("72pt", 25.4),
        ("0", 0),
        ("0.0px", 0),
        ("0mm", 0),
        ("90000mm", 9e4),
    ],
)
def test_lengths_on_paper(length, millimetres):
    assert millimetres_of(length) == pytest.approx(millimetres)


@pytest.mark.parametrize("length", ["", "3", "3px", "-3mm", "abc", "nan", "1.2.3mm", "1e3mm", "3 furlongs"])
def test_what_is_no_length_on_paper_is_refused_without_a_word_of_pixels(length):
    with pytest.raises(OptionError, match="on paper") as caught:
        millimetres_of(length)
    assert "\n" not in str(caught.value) and "px;" not in str(caught.value) and repr(length) in str(caught.value)
